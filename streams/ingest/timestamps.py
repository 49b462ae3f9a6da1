import re
from datetime import UTC, date, datetime, time, tzinfo
from email.utils import parsedate_to_datetime
from typing import Final

from schemas.errors import InvalidPostError

_NUMBER: Final = re.compile(r"\d{9,19}(\.\d*)?")
# Seconds since 1970 from 1973 to 5138 lie between the two; milliseconds and finer lie above. Less
# than that is a year or a count, hardly a moment.
_LEAST_SECONDS: Final = 10**8
_LEAST_MILLISECONDS: Final = 10**11


def parse_time(value: object, *, timezone: tzinfo = UTC, time_format: str = "") -> datetime:
    """The time that a cell gives, in UTC.

    value: ISO 8601 or RFC 3339, a date (its first moment), the form that e-mails and tweets use,
        or a number of seconds, milliseconds, microseconds or nanoseconds since 1970.
    timezone: of times that name none.
    time_format: as for `strptime`; where given, texts are read in no other way.
    Raises InvalidPostError for `posted_at`.
    """
    try:
        found = _from_text(value.strip(), time_format) if isinstance(value, str) else _read(value)
        if found.tzinfo is None:
            found = found.replace(tzinfo=timezone)
        return found.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, OSError) as error:
        remedy = (
            f"write it as --time-format {time_format!r} says"
            if time_format
            else "write it as 2026-03-31T14:05:00Z, 2026-03-31 or seconds since 1970; for another "
            "notation give --time-format, such as --time-format '%d/%m/%Y'"
        )
        shown = repr(value)[:80]
        raise InvalidPostError(field="posted_at", value=shown, remedy=remedy) from error


def _read(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _since_1970(value)
    raise TypeError(type(value))


def _from_text(text: str, time_format: str) -> datetime:
    if time_format:
        return datetime.strptime(text, time_format)  # noqa: DTZ007 - the caller adds the time zone
    if _NUMBER.fullmatch(text):
        return _since_1970(float(text) if "." in text else int(text))
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return parsedate_to_datetime(text)


def _since_1970(number: float) -> datetime:
    if number >= _LEAST_SECONDS:
        for units_a_second in (1, 10**3, 10**6, 10**9):
            if number / units_a_second < _LEAST_MILLISECONDS:
                return datetime.fromtimestamp(number / units_a_second, UTC)
    raise ValueError(number)
