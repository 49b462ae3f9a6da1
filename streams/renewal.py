"""How a part ends, however it ends, and begins anew with whatever was changed."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any, Final, NoReturn

from schemas.errors import GroundswellError, RuntimePartError

logger = logging.getLogger(__name__)

# Returns once there is something to begin anew with.
Newer = Callable[[], Coroutine[Any, Any, None]]
# In place of an exit status.
ANEW: Final = -1


def run_to_its_end(life: Coroutine[Any, Any, int]) -> NoReturn:
    """Run a part's whole life in this process, then leave with the status that it returns.

    Whatever else comes out of it ends the process with 1: a thread that lives on would keep a part
    alive that does nothing, and that nobody starts again. Raises RuntimePartError alone, from a
    part that could not begin.
    """
    # Not `asyncio.run`: it would wait for every task to accept its cancellation.
    try:
        status = asyncio.new_event_loop().run_until_complete(life)
    except RuntimePartError:
        raise
    except (Exception, asyncio.CancelledError):
        logger.exception("ended by an error")
        status = 1
    logging.shutdown()
    leave(status)


def verdict(ended: asyncio.Task[Any]) -> int:
    """The exit status that follows from how a task ended; says why in the log where it is 1."""
    if ended.cancelled():
        logger.error("%s was cancelled, which nobody asked for", ended.get_name())
        return 1
    error = ended.exception()
    if error is None:
        return 0
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    if isinstance(error, GroundswellError):
        logger.error("%s: %s", ended.get_name(), error)
    else:
        logger.error("%s ended by an error", ended.get_name(), exc_info=error)
    return 1


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
