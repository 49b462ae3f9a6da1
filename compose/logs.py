"""Log lines of a part: one for each event, in which nobody's words can steer a terminal."""

import logging
from types import TracebackType
from typing import Final

from streams.dead_letters.rendering import escaped

_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"


def begin_log(level: str) -> None:
    """Log to the standard error from now on. level: as the setting has it."""
    handler = logging.StreamHandler()
    handler.setFormatter(PlainFormatter(_FORMAT))
    logging.basicConfig(level=level.upper(), handlers=[handler])


class PlainFormatter(logging.Formatter):
    """Spells out control, invisible and direction characters.

    A name, a topic or a server's answer may hold a line of its own making, or what a terminal takes
    for a command.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base's name
        """The event on one line."""
        return escaped(super().formatMessage(record))

    def formatException(  # noqa: N802 - the base's name
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        """The traceback in lines, each set off, so that none looks like an event."""
        return "\n".join(f"  {escaped(line)}" for line in super().formatException(ei).split("\n"))
