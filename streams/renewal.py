"""How a part begins anew, with whatever was changed, once it has finished what it had begun."""

import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any, Final, NoReturn

# Returns once there is something to begin anew with.
Newer = Callable[[], Coroutine[Any, Any, None]]
# In place of an exit status.
ANEW: Final = -1


def leave(status: int) -> NoReturn:
    """End this process at once, or run the same command again in its place.

    status: ANEW for the latter: the process keeps its number, so whoever watches over it sees it
    live on.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    if status == ANEW:
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - its own command
    os._exit(status)
