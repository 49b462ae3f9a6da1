"""Times in the notations that files use."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import InvalidPostError
from streams.ingest.timestamps import parse_time

MOMENT = datetime(2026, 3, 31, 14, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-31T14:05:00Z",
        "2026-03-31 16:05:00+02:00",
        " 2026-03-31T14:05:00.000000 ",
        "20260331T140500Z",
        "Tue, 31 Mar 2026 14:05:00 GMT",
        "Tue Mar 31 14:05:00 +0000 2026",
        1774965900,
        1774965900.0,
        "1774965900",
        1774965900_000,
        "1774965900000",
        1774965900_000_000,
        1774965900_000_000_000,
        MOMENT.replace(tzinfo=None),
    ],
)
def test_notations_of_one_moment(value):
    """Each notation gives the same moment in UTC."""
    assert parse_time(value) == MOMENT
    assert parse_time(value).tzinfo is UTC


def test_date_is_its_first_moment_in_the_time_zone():
    """A date has no hour; the time zone that was given decides."""
    berlin = ZoneInfo("Europe/Berlin")
    expected = datetime(2026, 3, 31, tzinfo=berlin)
    for value in ("2026-03-31", "20260331", date(2026, 3, 31)):
        assert parse_time(value, timezone=berlin) == expected


def test_own_format_is_the_only_one():
    """With a format, a day and a month are never guessed."""
    assert parse_time("03/04/2026", time_format="%d/%m/%Y") == datetime(2026, 4, 3, tzinfo=UTC)
    with pytest.raises(InvalidPostError, match="--time-format '%d/%m/%Y'"):
        parse_time("2026-04-03", time_format="%d/%m/%Y")


@pytest.mark.parametrize(
    "value",
    ["", "yesterday", "31/03/2026", "2026-02-30", 2026, "2026", -5, True, None, [], float("nan"),
     float("inf"), 10**30, "0001-01-01T00:00:00+14:00"],
)  # fmt: skip
def test_what_is_no_time_is_refused(value):
    """Nothing is guessed; the message shows the value and the notations."""
    with pytest.raises(InvalidPostError, match=r"posted_at=.*--time-format"):
        parse_time(value)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)), st.sampled_from([1, 10**3]))  # noqa: DTZ001
def test_numbers_and_texts_agree(moment: datetime, scale: int):
    """ISO text and seconds or milliseconds since 1970 give one moment."""
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=UTC)
    number = round(moment.timestamp() * scale, 3 if scale == 1 else 0)
    found = parse_time(number)
    assert abs(found - parse_time(moment.isoformat())) < timedelta(milliseconds=1)
