"""A CSV of counts: what it may hold, and what is said of what it may not."""

from datetime import datetime
from math import isnan
from zoneinfo import ZoneInfo

import pytest

from streams.detection.table import CountTable, TableError, TableRow

HEADER = "timestamp,value,series,negative\n"


@pytest.fixture
def rows(tmp_path):
    """The rows of a text."""

    def read(text: str | bytes, *, zone: str = "UTC") -> list[TableRow]:
        path = tmp_path / "counts.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        table = CountTable(path, timezone=ZoneInfo(zone))
        try:
            return list(table)
        finally:
            table.close()

    return read


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-31T14:05:00Z",
        "2026-03-31 14:05",
        "2026-03-31 14:05:00.250",
        "2026-03-31T16:05:00+02:00",
        "1774965900",
        "1774965900000",
    ],
)
def test_times_in_many_forms(rows, text):
    """With a zone, without, and seconds or milliseconds since 1970."""
    (row,) = rows(f"timestamp,value\n{text},3\n")
    assert row.time_s == 1774965900


def test_columns_in_any_order_and_others_besides(rows):
    """Names in capitals too; a byte-order mark and Windows' line ends are fine."""
    text = '\ufeffNote,VALUE,Series,timestamp\r\n"a, b",4.5,=x,2026-01-01\r\n'
    (row,) = rows(text)
    assert row.cells == ["a, b", "4.5", "=x", "2026-01-01"]
    assert (row.series, row.value) == ("=x", 4.5)
    assert isnan(row.negative)


@pytest.mark.parametrize("text", ["", " ", "nan", "NA", "null", "None"])
def test_an_empty_value_is_not_known(rows, text):
    """Not nought."""
    (row,) = rows(f"{HEADER}2026-01-01,{text},a,\n")
    assert isnan(row.value)
    assert isnan(row.negative)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ":1: it needs one column 'timestamp' and has none"),
        ("timestamp,count\n", ":1: it needs one column 'value' and has timestamp, count"),
        ("timestamp,value,value\n", ":1: it needs one column 'value'"),
        (f"{HEADER}2026-01-01,-1,a,0\n", ":2: value='-1': write a number from 0 up"),
        (f"{HEADER}2026-01-01,inf,a,0\n", ":2: value='inf'"),
        (f"{HEADER}2026-01-01,many,a,0\n", ":2: value='many'"),
        (f"{HEADER}2026-01-01,3,a,4\n", ":2: negative='4': at most the value, 3"),
        (f"{HEADER}2026-01-01,3,a\n", ":2: row='3 cells': the first line names 4 columns"),
        (f"{HEADER}yesterday,3,a,0\n", ":2: timestamp='yesterday': write it as 2026-"),
        (
            f"{HEADER}2026-01-02,3,a,0\n2026-01-01,3,b,0\n2026-01-01,3,a,0\n",
            ":4: timestamp='2026-01-01': the row before of 'a' is of 2026-01-02T00:00:00+00:00",
        ),
        (f"{HEADER}2026-01-02T00:00Z,3,a,0\n2026-01-02T00:00Z,3,a,0\n", ":3: timestamp="),
        (f"{HEADER}2026-01-01,1e308,a,0\n", ":2: value='1e308': write a number from 0 up to 1e+15"),
        (HEADER.encode() + b"2026-01-01,3,\xff,0\n", ":2: 'utf-8' codec can't decode byte 0xff"),
        (
            HEADER.encode()
            + b"".join(b"%d,3,a,0\n" % at for at in range(1774965900, 1774966800))
            + b"1774966800,3,\xff,0\n",
            ":902: 'utf-8'",
        ),
        (b"timestamp,\xff\n", ":1: 'utf-8'"),
        (f"{HEADER}{'9' * 5000},3,a,0\n", ":2: timestamp='999"),
    ],
)
def test_what_is_wrong_is_said(rows, text, told):
    """With file, line, field, value and remedy; a long value is cut."""
    with pytest.raises(TableError) as error:
        rows(text)
    assert told in str(error.value)
    assert "counts.csv" in str(error.value)
    assert len(str(error.value)) < 600


def test_a_file_that_is_not_there(tmp_path):
    """Is named."""
    with pytest.raises(TableError, match="cannot be read"):
        CountTable(tmp_path / "none.csv")


def half_hours(first: str, count: int, zone: str) -> tuple[str, list[int]]:
    """A CSV whose clock is that of a zone, without saying so, and the true seconds."""
    seconds = [int(first) + 1800 * number for number in range(count)]
    stamps = [
        datetime.fromtimestamp(at, ZoneInfo(zone)).replace(tzinfo=None).isoformat()
        for at in seconds
    ]
    return "timestamp,value\n" + "".join(f"{stamp},1\n" for stamp in stamps), seconds


@pytest.mark.parametrize("first", ["1774720800", "1792868400", "1761429600"])
def test_clocks_that_change(rows, first):
    """With the zone given, every row is at its true time, in spring and in autumn."""
    text, seconds = half_hours(first, 48, "Europe/Berlin")
    assert [row.time_s for row in rows(text, zone="Europe/Berlin")] == seconds


def test_two_autumns(rows):
    """Clocks go back every year."""
    (one, seconds), (two, more) = (
        half_hours(first, 48, "Europe/Berlin") for first in ("1761429600", "1792868400")
    )
    text = one + two.removeprefix("timestamp,value\n")
    assert [row.time_s for row in rows(text, zone="Europe/Berlin")] == seconds + more


def test_clocks_that_go_back_without_a_zone(rows):
    """Each series once: its rows go on evenly."""
    text, seconds = half_hours("1792868400", 48, "Europe/Berlin")
    times = [row.time_s for row in rows(text)]
    assert [at - times[0] for at in times] == [at - seconds[0] for at in seconds]
