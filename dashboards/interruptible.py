"""Waiting for an answer only as long as somebody still wants it. Pure but for threads."""

from collections.abc import Callable
from concurrent.futures import Executor, wait
from typing import Final, TypeVar

# A question that nobody waits for is ended this soon.
CHECK_EVERY_S: Final = 0.05
# What was hung up on ends at once; for this long it is waited for.
_HANG_UP_S: Final = 2.0
Answer = TypeVar("Answer")


def answer_of(
    ask: Callable[[], Answer],
    *,
    threads: Executor,
    still_wanted: Callable[[], None],
    hang_up: Callable[[], None],
) -> Answer:
    """Ask in another thread, and wait for the answer; returns or raises what `ask` does.

    still_wanted: called in this thread while it waits; what it raises ends the question by
    `hang_up`, and is raised here.
    """
    asked = threads.submit(ask)
    while not wait([asked], timeout=CHECK_EVERY_S).done:
        try:
            still_wanted()
        except BaseException:
            hang_up()
            wait([asked], timeout=_HANG_UP_S)
            raise
    return asked.result()
