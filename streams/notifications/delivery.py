"""What became of a message, and how long until the next try."""

import random
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from streams.notifications.notification import Notification

# A receiver that comes back is reached within the longest wait and the time-out of one try.
TIMEOUT_S: Final = 8.0
_FIRST_WAIT_S: Final = 1.0
_LONGEST_WAIT_S: Final = 15.0
_LONGEST_SLOW_WAIT_S: Final = 300.0
_LONGEST_RETRY_AFTER_S: Final = 3600.0
_MOST_DOUBLINGS: Final = 20


class Outcome(StrEnum):
    """DELIVERED; RETRY: again later; REFUSED: never this message; GONE: nothing more to there."""

    DELIVERED = "delivered"
    RETRY = "retry"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said, or why none was reached.

    detail: for people; it holds no secret. retry_after_s: as the receiver demands. slow: a person
    must mend something, so that there is no hurry.
    """

    outcome: Outcome
    detail: str
    retry_after_s: float | None = None
    slow: bool = False


class Deliverer(Protocol):
    """Sends the messages of one route."""

    async def deliver(self, notification: Notification, now: datetime) -> Answer:
        """Send one message. Raises nothing but the cancellation of its task."""

    def address_hash(self) -> str:
        """A hash of where messages go: another one when route or secret has changed."""


def retry_wait_s(answer: Answer, attempts: int, chance: random.Random) -> float:
    """Seconds until the next try: exponential with jitter, or what the receiver demands.

    attempts: how many there were, from 1.
    """
    longest = _LONGEST_SLOW_WAIT_S if answer.slow else _LONGEST_WAIT_S
    doubled = _FIRST_WAIT_S * 2.0 ** min(attempts - 1, _MOST_DOUBLINGS)
    wait_s = min(longest, doubled) * chance.uniform(0.5, 1.0)
    if answer.retry_after_s is None:
        return wait_s
    # A little later than demanded, so that many senders do not come at once.
    demanded = min(answer.retry_after_s, _LONGEST_RETRY_AFTER_S)
    return demanded + chance.uniform(0, 1)
