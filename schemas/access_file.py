"""Reads access.yaml: who has which role and sees which brands."""

import re
from pathlib import Path
from typing import Final

from schemas.access import Access, Grant, Role
from schemas.errors import AccessError, Mistake
from schemas.marked_yaml import Located, MarkedReader

MAX_FILE_BYTES: Final = 1_000_000
MAX_NAME: Final = 200
ALL: Final = "*"
_EMAIL: Final = re.compile(r"\*|[^\s@?\[\]]+@[^\s@*?\[\]]+")
_KEYS: Final = ("email", "group", "role", "brands")


def load_access(path: Path) -> Access:
    """Read the file.  Raises AccessError with every mistake in it."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            remedy = f"shorten the file to at most {MAX_FILE_BYTES} bytes"
            raise AccessError(
                str(path), [Mistake(1, "$", f"({path.stat().st_size} bytes)", remedy)]
            )
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        remedy = "name a file that you can read (access_file); docs/access.md shows one"
        mistake = Mistake(1, "$", f"({error.strerror})", remedy)
        raise AccessError(str(path), [mistake]) from error
    except UnicodeDecodeError as error:
        raise AccessError(str(path), [Mistake(1, "$", "(bytes)", "save it as UTF-8")]) from error
    return parse_access(text, source=str(path))


def parse_access(text: str, *, source: str = "access.yaml") -> Access:
    """Parse the file's text.  Raises AccessError with every mistake: line, field, value, remedy."""
    reader = MarkedReader()
    access = _read(reader, text)
    if reader.mistakes or access is None:
        raise AccessError(source, reader.mistakes)
    return access


def _read(reader: MarkedReader, text: str) -> Access | None:
    root = reader.document(text)
    if root is None:
        return None
    fields = reader.mapping(root, known=("groups_claim", "access"), required=("access",))
    claim = reader.text(fields.get("groups_claim"), max_characters=MAX_NAME)
    items = reader.items(fields.get("access"), example="`- email: ada@example.com`", least=1)
    grants = [_grant(reader, item) for item in items]
    return Access(tuple(grant for grant in grants if grant), claim or "groups")


def _grant(reader: MarkedReader, place: Located) -> Grant | None:
    fields = reader.mapping(place, known=_KEYS, required=("role",))
    email = reader.text(fields.get("email"), max_characters=MAX_NAME) or ""
    group = reader.text(fields.get("group"), max_characters=MAX_NAME) or ""
    if ("email" in fields) == ("group" in fields):
        reader.note(place, "(entry)", "name either an `email:` or a `group:`")
    if email and not _EMAIL.fullmatch(email):
        remedy = 'write an address, "*@example.com" for all of a domain, or "*" for everybody'
        reader.note(fields["email"], email, remedy)
    role = _role(reader, fields.get("role"))
    brands = _brands(reader, place, fields.get("brands"), role)
    if role is None or not (email or group):
        return None
    return Grant(email.lower(), group, role, brands)


def _role(reader: MarkedReader, place: Located | None) -> Role | None:
    word = reader.text(place, max_characters=MAX_NAME)
    if place is None or word is None:
        return None
    if word not in set(Role):
        reader.note(place, word, f"write one of {', '.join(Role)}")
        return None
    return Role(word)


def _brands(
    reader: MarkedReader, entry: Located, place: Located | None, role: Role | None
) -> frozenset[str] | None:
    """The brands of an entry; None for all of them."""
    if place is None:
        if role and role is not Role.ADMIN:
            remedy = 'add `brands:` with the brands\' names, or ["*"] for all'
            reader.note(Located(entry.node, f"{entry.path}.brands"), "(missing)", remedy)
        return None
    items = reader.items(place, example='["Aurora"], or ["*"] for all', least=1)
    names = [reader.text(item, max_characters=MAX_NAME) for item in items]
    if ALL in names:
        if len(names) > 1:
            reader.note(place, ALL, 'stands for all: remove the others or the "*"')
        return None
    if role is Role.ADMIN:
        reader.note(place, "(brands)", "an admin sees all brands: remove the line")
    return frozenset(name for name in names if name)
