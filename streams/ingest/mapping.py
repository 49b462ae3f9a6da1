"""From a row of a file to a post: which column is which field, and how its cells are read."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from hashlib import blake2b
from typing import Any, Final, Literal

import msgspec

from schemas.errors import IngestError, InvalidPostError
from schemas.post import Post, decode_post, encode_post
from streams.ingest.timestamps import parse_time

FIELDS: Final = Post.__struct_fields__
_encode: Final = msgspec.json.Encoder().encode

Row = Mapping[str, Any]
Ids = Literal["content", "row"]


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """How rows become posts.

    columns: field to column; a field that is missing here has the column of its own name.
        "user.name" is the key "name" within the key "user", where no column is called so.
    constants: field to the text that it has in every row.
    kind: of rows that give none.
    timezone, time_format: see `parse_time`.
    ids: of rows that give no `post_id`: a hash of their content, under which equal rows are one
        post, or the row's number in the file.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    kind: str = "social"
    timezone: tzinfo = UTC
    time_format: str = ""
    ids: Ids = "content"

    def __post_init__(self) -> None:
        """Refuse fields that no post has, all of them at once; raises IngestError."""
        mistakes = [
            _unknown(name) for name in (*self.columns, *self.constants) if name not in FIELDS
        ]
        both = self.columns.keys() & self.constants.keys()
        mistakes += [f"{name} is both mapped and set: give one of the two" for name in sorted(both)]
        if mistakes:
            raise IngestError("\n".join(mistakes))

    @property
    def sources(self) -> dict[str, str]:
        """Field to column, for every field that is read from the file."""
        return {
            name: column
            for name in FIELDS
            if name not in self.constants and (column := self.columns.get(name, name))
        }

    def missing_columns(self, columns: Iterable[str]) -> list[str]:
        """What stops a file with these columns from being read, one line each."""
        known = list(columns)
        lines = [
            f"--map {name}={column}: the file has no column {column!r}{_close(column, known)}"
            for name, column in self.columns.items()
            if column and column.split(".", 1)[0] not in known and column not in known
        ]
        lines += [
            f"no column is called {name!r}: add --map {name}=COLUMN or --set {name}=VALUE"
            for name in ("text", "posted_at", "source")
            if name in self.sources and name not in self.columns and name not in known
        ]
        return [*lines, f"its columns: {', '.join(known)}"] if lines else []


class RowMapper:
    """Turns rows into posts; pure, and safe to use again for every row.

    file_name: part of the ids that are made from row numbers.
    now: the present, to refuse posts from the future.
    """

    def __init__(self, mapping: FieldMapping, *, file_name: str, now: datetime) -> None:
        self._mapping = mapping
        self._file_name = file_name
        self._now = now
        self._sources = [
            (name, column, _READERS.get(name, _text)) for name, column in mapping.sources.items()
        ]
        self._constants: dict[str, Any] = {"kind": mapping.kind}
        for name, value in mapping.constants.items():
            self._constants[name] = (
                self._time(value) if name == "posted_at" else (_READERS.get(name, _text)(value))
            )

    def post(self, row: Row, *, number: int) -> tuple[str, bytes]:
        """The post_id and the record of a row.

        number: of the row in its file, counted from 1.
        Raises InvalidPostError that names the field at fault.
        """
        fields = dict(self._constants)
        for name, column, read in self._sources:
            value = row.get(column)
            if value is None and "." in column:
                value = _inner(row, column)
            if value is None or (isinstance(value, str) and (not value or value.isspace())):
                continue
            found = self._time(value) if name == "posted_at" else read(value)
            if found is not None:
                fields[name] = found
        record = self._encoded(fields)
        post = decode_post(record, now=self._now)
        if "post_id" not in fields:
            post = msgspec.structs.replace(post, post_id=self._made_id(post, number))
        return post.post_id, encode_post(post)

    def _encoded(self, fields: dict[str, Any]) -> bytes:
        try:
            return _encode(fields)
        except (TypeError, ValueError, UnicodeEncodeError) as error:
            wrong = next((name for name in fields if not _encodable(fields[name])), "$")
            raise InvalidPostError(
                field=wrong,
                value=repr(fields.get(wrong))[:80],
                remedy="this is no text in the file's encoding: save the file as UTF-8, or say "
                "its encoding with --encoding",
            ) from error

    def _time(self, value: object) -> datetime:
        mapping = self._mapping
        return parse_time(value, timezone=mapping.timezone, time_format=mapping.time_format)

    def _made_id(self, post: Post, number: int) -> str:
        if self._mapping.ids == "row":
            return f"row:{self._file_name}:{number}"
        # All columns count: two short reviews of one day differ in their stars or their product.
        content = encode_post(msgspec.structs.replace(post, post_id=""))
        return f"content:{blake2b(content, digest_size=16).hexdigest()}"


def parse_assignments(assignments: Iterable[str], *, flag: str) -> dict[str, str]:
    """`["text=body", …]` as a dict.  flag: for the message.  Raises IngestError."""
    found: dict[str, str] = {}
    for assignment in assignments:
        name, sign, value = assignment.partition("=")
        if not sign or not name.strip():
            raise IngestError(f"{flag} {assignment!r} is not FIELD=VALUE; try {flag} source=amazon")
        if name.strip() in found:
            raise IngestError(f"{flag} {assignment!r}: {name.strip()} was given before; remove one")
        found[name.strip()] = value.strip()
    return found


def _text(value: object) -> object:
    """Whatever stands for a text; a list or a mapping is left for the post's validation."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        if value != value:  # noqa: PLR0124 - NaN: how data frames write a missing value
            return None
        # A column of whole numbers with a gap in it becomes one of fractions in data frames.
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return value if isinstance(value, list | dict) else str(value)


def _rating(value: object) -> object:
    if not isinstance(value, str):
        return _number(value)
    try:
        return float(value.strip().replace(",", "."))
    except ValueError:
        return value


def _reach(value: object) -> object:
    if not isinstance(value, str):
        found = _number(value)
        return int(found) if isinstance(found, float) and found.is_integer() else found
    try:
        return int(value.strip())
    except ValueError:
        return value


def _number(value: object) -> object:
    if isinstance(value, float) and value != value:  # noqa: PLR0124 - NaN, a missing value
        return None
    return value if isinstance(value, bool | int | float | list | dict) else _as_float(value)


def _as_float(value: object) -> object:
    try:
        return float(value)  # type: ignore[arg-type]  # a Decimal, or what float() refuses
    except (TypeError, ValueError):
        return str(value)


_READERS: Final = {"rating": _rating, "reach": _reach}


def _inner(row: Row, column: str) -> object:
    value: object = row
    for key in column.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def _encodable(value: object) -> bool:
    try:
        _encode(value)
    except (TypeError, ValueError, UnicodeEncodeError):
        return False
    return True


def _unknown(name: str) -> str:
    return f"a post has no field {name!r}{_close(name, FIELDS)}; its fields: {', '.join(FIELDS)}"


def _close(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
