"""Log lines: an event's name and its fields."""

import json
import logging
from typing import Final

# The name of a client that only asks whether somebody answers, every few seconds, and has neither
# a version nor a password that would let it in: that it is refused is no news.
PROBE: Final = "groundswell probe"

LOGGER = logging.getLogger("groundswell.clickhouse_server")


def log_event(event: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Log one event.  Fields never hold a statement's text: it may quote what people wrote."""
    if LOGGER.isEnabledFor(level):
        parts = (f"{name}={json.dumps(value, default=str)}" for name, value in fields.items())
        LOGGER.log(level, "%s", " ".join((event, *parts)))
