"""Where the columns of a Native block end: the layout of each ClickHouse type on the wire.

Blocks carry no length, so the only way to find the end of one is to walk its columns.
Source: https://clickhouse.com/docs/native-protocol/columns
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from compose.clickhouse_server.wire import MAX_STRING_BYTES, ByteReader, ProtocolError

MAX_TYPE_BYTES = 1 << 16
MAX_COLUMNS = 10_000
MAX_NESTING = 32

FIXED_WIDTH_BYTES = {
    "Bool": 1, "UInt8": 1, "Int8": 1, "Enum8": 1, "Nothing": 1,
    "UInt16": 2, "Int16": 2, "Enum16": 2, "Date": 2, "BFloat16": 2,
    "UInt32": 4, "Int32": 4, "Float32": 4, "Date32": 4, "DateTime": 4, "IPv4": 4, "Time": 4,
    "UInt64": 8, "Int64": 8, "Float64": 8, "DateTime64": 8, "Time64": 8,
    "UInt128": 16, "Int128": 16, "UUID": 16, "IPv6": 16, "UInt256": 32, "Int256": 32,
    "Decimal32": 4, "Decimal64": 8, "Decimal128": 16, "Decimal256": 32,
}  # fmt: skip
ALIASES = {
    "Point": "Tuple(Float64, Float64)",
    "Ring": "Array(Tuple(Float64, Float64))",
    "LineString": "Array(Tuple(Float64, Float64))",
    "Polygon": "Array(Array(Tuple(Float64, Float64)))",
    "MultiLineString": "Array(Array(Tuple(Float64, Float64)))",
    "MultiPolygon": "Array(Array(Array(Tuple(Float64, Float64))))",
}
# Widths by the greatest precision that fits.
DECIMAL_BYTES = ((9, 4), (18, 8), (38, 16), (76, 32))
DICTIONARY_INDEX_BYTES = {0: 1, 1: 2, 2: 4, 3: 8}

ColumnWalk = Callable[[ByteReader, int], None]
TYPE_TOKEN = re.compile(
    r"""
    '(?:[^'\\]|\\.)*' | `(?:[^`\\]|\\.)*` | "(?:[^"\\]|\\.)*"
    | [(),] | [^'`"(),]+
    """,
    re.VERBOSE,
)
QUOTED_NAME = re.compile(r"`(?:[^`\\]|\\.)*`")


@dataclass(frozen=True, slots=True)
class Layout:
    """How to walk one column: first its prefix (once a column), then its values.

    walk(reader, rows) reads past the values of `rows` rows.  prefix_bytes is read first.
    """

    walk: ColumnWalk
    prefix_bytes: int = 0


def skip_column(reader: ByteReader, type_name: str, rows: int) -> None:
    """Read past one column's values; raises ProtocolError for a type that cannot be walked."""
    layout = layout_of(type_name)
    reader.skip(layout.prefix_bytes)
    layout.walk(reader, rows)


@lru_cache(maxsize=1024)
def layout_of(type_name: str, depth: int = 0) -> Layout:
    """Return the layout of a type as ClickHouse writes its name, such as `Array(String)`."""
    if depth > MAX_NESTING:
        raise ProtocolError(f"a type is nested deeper than {MAX_NESTING} levels")
    name, arguments = split_type(type_name)
    if name in FIXED_WIDTH_BYTES:
        return _fixed(FIXED_WIDTH_BYTES[name])
    if name in ALIASES:
        return layout_of(ALIASES[name], depth + 1)
    if name.startswith("Interval"):
        return _fixed(8)
    build = COMPOSITES.get(name)
    if build is None or not (arguments or name == "String"):
        raise ProtocolError(
            f"type {type_name[:200]} cannot be sent in a block; insert it with INSERT ... SELECT"
        )
    return build(arguments, depth + 1)


def split_type(type_name: str) -> tuple[str, list[str]]:
    """Split `Map(String, Array(Int8))` into its name and its arguments' texts."""
    name, bracket, rest = type_name.strip().partition("(")
    if not bracket:
        return name, []
    arguments = [""]
    depth = 1
    for piece in TYPE_TOKEN.findall(rest):
        depth += (piece == "(") - (piece == ")")
        if depth < 1:
            break
        if piece == "," and depth == 1:
            arguments.append("")
        else:
            arguments[-1] += piece
    if depth or not rest.endswith(")"):
        raise ProtocolError(f"type {type_name[:200]} has unbalanced brackets")
    return name.strip(), [argument.strip() for argument in arguments]


def _element_type(part: str) -> str:
    """Drop the name from a named element: `a Int8` and "`a b` Int8" both give `Int8`."""
    if quoted := QUOTED_NAME.match(part):
        return part[quoted.end() :].strip()
    name, space, rest = part.partition(" ")
    return rest.strip() if space and "(" not in name and "'" not in name else part


def _fixed(width: int) -> Layout:
    return Layout(lambda reader, rows: reader.skip(width * rows))


def _string(_arguments: list[str], _depth: int) -> Layout:
    return Layout(ByteReader.skip_strings)


def _fixed_string(arguments: list[str], _depth: int) -> Layout:
    return _fixed(_number(arguments[0], most=MAX_STRING_BYTES))


def _decimal(arguments: list[str], _depth: int) -> Layout:
    precision = _number(arguments[0], most=76)
    return _fixed(next(width for top, width in DECIMAL_BYTES if precision <= top))


def _number(text: str, *, most: int) -> int:
    number = int(text) if text.isdecimal() and len(text) < 12 else 0
    if not 1 <= number <= most:
        raise ProtocolError(f"{text[:20]} in a type's name; expected a number from 1 to {most}")
    return number


def _nullable(arguments: list[str], depth: int) -> Layout:
    inner = layout_of(arguments[0], depth)

    def walk(reader: ByteReader, rows: int) -> None:
        reader.skip(rows)
        inner.walk(reader, rows)

    return Layout(walk, inner.prefix_bytes)


def _tuple(arguments: list[str], depth: int) -> Layout:
    parts = [layout_of(_element_type(part), depth) for part in arguments]

    def walk(reader: ByteReader, rows: int) -> None:
        for part in parts:
            part.walk(reader, rows)

    return Layout(walk, sum(part.prefix_bytes for part in parts))


def _array(arguments: list[str], depth: int) -> Layout:
    element = _tuple(arguments, depth)

    def walk(reader: ByteReader, rows: int) -> None:
        if not rows:
            return
        # Each row's end is a running total: the last one counts all elements.
        reader.skip(8 * (rows - 1))
        element.walk(reader, reader.read_u64())

    return Layout(walk, element.prefix_bytes)


def _low_cardinality(arguments: list[str], depth: int) -> Layout:
    name, inner = split_type(arguments[0])
    # Null is the dictionary's first entry: its bytes are those of a value.
    dictionary = layout_of(inner[0] if name == "Nullable" and inner else arguments[0], depth)

    def walk(reader: ByteReader, rows: int) -> None:
        if not rows:
            return
        index_bytes = DICTIONARY_INDEX_BYTES.get(reader.read_u64() & 0xFF)
        if index_bytes is None:
            raise ProtocolError("a LowCardinality column has an unknown index type")
        dictionary.walk(reader, reader.read_u64())
        reader.skip(index_bytes * reader.read_u64())

    return Layout(walk, 8)


def _simple_aggregate(arguments: list[str], depth: int) -> Layout:
    return layout_of(arguments[-1], depth)


COMPOSITES: dict[str, Callable[[list[str], int], Layout]] = {
    "String": _string,
    "FixedString": _fixed_string,
    "Decimal": _decimal,
    "Nullable": _nullable,
    "Tuple": _tuple,
    "Array": _array,
    "Map": _array,
    "Nested": _array,
    "LowCardinality": _low_cardinality,
    "SimpleAggregateFunction": _simple_aggregate,
}
