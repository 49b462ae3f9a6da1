"""Walking columns: what the driver writes for a type is read past to the byte."""

from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from ipaddress import IPv4Address
from typing import Any
from uuid import UUID

import pytest
from clickhouse_driver.columns.service import write_column
from clickhouse_driver.context import Context
from hypothesis import given
from hypothesis import strategies as st

from compose.clickhouse_server.columns import MAX_NESTING, layout_of, skip_column, split_type
from compose.clickhouse_server.wire import ClientGoneError, ProtocolError
from tests.compose.clickhouse_server.pieces import reader_in_pieces, written

END = b"\xa5the end"
DAYS = st.dates(date(1970, 1, 2), date(2100, 1, 1))
TIMES = st.datetimes(
    datetime.fromisoformat("1980-01-01"),
    datetime.fromisoformat("2100-01-01"),
    timezones=st.just(UTC),
)
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "String": st.text(max_size=200),
    "UInt8": st.integers(0, 255),
    "UInt64": st.integers(0, 2**64 - 1),
    "Int32": st.integers(-(2**31), 2**31 - 1),
    "Float32": st.floats(width=32),
    "Float64": st.floats(),
    "Bool": st.booleans(),
    "Date": DAYS,
    "DateTime('UTC')": TIMES,
    "DateTime64(3, 'UTC')": TIMES,
    "UUID": st.uuids(),
    "IPv4": st.integers(0, 2**32 - 1).map(IPv4Address),
    "Enum8('a' = 1, 'b' = 2)": st.sampled_from(["a", "b"]),
    "FixedString(7)": st.text("abc", max_size=7),
    "Decimal(18, 4)": st.integers(-(10**10), 10**10).map(lambda n: Decimal(n) / 10000),
    "Decimal(38, 4)": st.integers(-(10**10), 10**10).map(lambda n: Decimal(n) / 10000),
}
KEYS = {name: SCALARS[name] for name in ("String", "UInt64", "FixedString(7)", "Date")}


def typed_columns() -> st.SearchStrategy[tuple[str, st.SearchStrategy[Any]]]:
    """Types of any nesting, each with a strategy for its values."""

    def nested(inner):
        arrays = inner.map(lambda t: (f"Array({t[0]})", st.lists(t[1], max_size=4)))
        tuples = st.tuples(inner, inner).map(
            lambda p: (f"Tuple(`a b` {p[0][0]}, c {p[1][0]})", st.tuples(p[0][1], p[1][1]))
        )
        return arrays | tuples

    scalars = st.sampled_from([*SCALARS.items()])
    keys = st.sampled_from([*KEYS.items()])
    nullable = scalars.map(lambda t: (f"Nullable({t[0]})", st.none() | t[1]))
    low = keys.map(lambda t: (f"LowCardinality({t[0]})", t[1]))
    # The driver splits a Map's type at its first comma: no nested types here.
    maps = st.tuples(keys, keys).map(
        lambda p: (f"Map({p[0][0]}, {p[1][0]})", st.dictionaries(p[0][1], p[1][1], max_size=3))
    )
    low_nullable = keys.map(lambda t: (f"LowCardinality(Nullable({t[0]}))", st.none() | t[1]))
    return st.recursive(scalars | nullable | low | low_nullable | maps, nested, max_leaves=4)


COLUMNS = typed_columns().flatmap(
    lambda typed: st.tuples(st.just(typed[0]), st.lists(typed[1], min_size=1, max_size=20))
)


def driver_column(type_name: str, values: list[Any]) -> bytes:
    """The column as clickhouse-driver writes it."""
    context = Context()
    context.client_settings = {
        "strings_as_bytes": False,
        "strings_encoding": "utf-8",
        "use_numpy": False,
        "namedtuple_as_json": True,
        "server_side_params": False,
        "input_format_null_as_default": False,
    }
    context.settings = {}
    return written(lambda out: write_column(context, "c", type_name, values, out))


@given(COLUMNS, st.integers(1, 300))
def test_walk_ends_exactly_where_the_drivers_column_ends(column, piece):
    """No byte too few, no byte too many, however the bytes arrive."""
    type_name, values = column
    reader = reader_in_pieces(driver_column(type_name, values) + END, piece)
    skip_column(reader, type_name, len(values))
    assert reader.read(len(END)) == END
    assert not reader.has_more


def test_golden_column():
    """An array of dictionary-coded texts, byte for byte."""
    golden = bytes.fromhex(
        "0100000000000000"  # dictionary version
        "0100000000000000 0300000000000000"  # the rows end after 1 and 3 elements
        "0006000000000000 0200000000000000"  # 8-bit index, dictionary of 2
        "0161 0162"
        "0300000000000000 000100"  # 3 indexes
    )
    assert driver_column("Array(LowCardinality(String))", [["a"], ["b", "a"]]) == golden
    reader = reader_in_pieces(golden + END, 5)
    skip_column(reader, "Array(LowCardinality(String))", 2)
    assert reader.read(len(END)) == END


@pytest.mark.parametrize(
    ("type_name", "parts"),
    [
        ("String", ("String", [])),
        ("Map(String, Array(Int8))", ("Map", ["String", "Array(Int8)"])),
        ("Enum8('a,(' = 1, 'b\\'' = 2)", ("Enum8", ["'a,(' = 1", "'b\\'' = 2"])),
        ("Tuple(`a,(` Int8)", ("Tuple", ["`a,(` Int8"])),
    ],
)
def test_type_is_split_at_its_own_commas(type_name, parts):
    """Quotes and inner brackets hide commas."""
    assert split_type(type_name) == parts


@pytest.mark.parametrize(
    "type_name",
    [
        "AggregateFunction(uniq, UInt64)",
        "JSON",
        "Dynamic",
        "Variant(String)",
        "",
        "Array",
        "Array(",
        "Array())",
        "FixedString(0)",
        "FixedString(99999999999999)",
        "Decimal(77, 1)",
        "Array(" * (MAX_NESTING + 2) + "Int8" + ")" * (MAX_NESTING + 2),
    ],
)
def test_type_that_cannot_be_walked_is_a_protocol_error(type_name):
    """The connection is told, instead of reading on at the wrong byte."""
    with pytest.raises(ProtocolError):
        layout_of(type_name)


@given(
    st.text("Array(Nullable,LowCardinality)'`\" Int8String", max_size=60), st.binary(max_size=99)
)
def test_any_type_and_bytes_end_in_one_of_the_named_errors(type_name, data):
    """Hostile names and lengths raise nothing but the two errors."""
    with suppress(ProtocolError, ClientGoneError):
        skip_column(reader_in_pieces(data, 16), type_name, 3)


def test_uuid_has_sixteen_bytes():
    """The walk of a fixed width does not depend on the values."""
    reader = reader_in_pieces(driver_column("UUID", [UUID(int=1), UUID(int=2)]) + END, 40)
    skip_column(reader, "UUID", 2)
    assert reader.read(len(END)) == END
