"""Times as people write them on the command line: 30m, 2h, 7d, or a moment."""

import re
from datetime import datetime, timedelta
from typing import Final

from schemas.errors import InvalidPostError, SettingsError
from streams.ingest.timestamps import parse_time

_SPAN: Final = re.compile(r"(\d{1,4})\s*([mhd])")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}


def parse_span(text: str) -> timedelta | None:
    """The span, or None for what is none."""
    found = _SPAN.fullmatch(text.strip())
    return timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None


def parse_moment(text: str, now: datetime, *, flag: str, word: str = "") -> datetime:
    """The moment that a flag names: so long before now, or a time.

    word: that the flag also takes, for the advice alone.  Raises SettingsError.
    """
    ago = parse_span(text)
    if ago is not None:
        return now - ago
    try:
        return parse_time(text)
    except InvalidPostError as error:
        time = "2026-03-31T14:05:00Z"
        ways = f"7d, {time} or {word}" if word else f"7d or {time}"
        raise SettingsError(f"{flag} {text!r} is no time; try {ways}") from error
