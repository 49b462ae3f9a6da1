"""How many messages a route may get: few at once, and no more an hour than it says.

Pure. What has to wait is told later, together: an incident is never dropped here.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from schemas.routes import Route

WINDOW: Final = timedelta(minutes=10)
HOUR: Final = timedelta(hours=1)
# Time since the last message that the next one of the window needs: the first two go at once, the
# sixth waits until the first has left the window.
_GAPS_S: Final = (0, 0, 60, 150, 300)
MOST_IN_WINDOW: Final = len(_GAPS_S)
_FREE: Final = 2


def allowed(route: Route, sent: Sequence[datetime], now: datetime) -> int:
    """How many messages may be sent now: 0 if all must wait.

    sent: when the route's messages of the last hour were planned, oldest first.
    """
    recent = [at for at in sent if now - at < WINDOW]
    if len(recent) >= MOST_IN_WINDOW:
        return 0
    if recent and now - recent[-1] < timedelta(seconds=_GAPS_S[len(recent)]):
        return 0
    free = max(1, _FREE - len(recent))
    if route.rate is not None:
        in_hour = sum(now - at < HOUR for at in sent)
        free = min(free, max(0, route.rate - in_hour))
    return free
