"""Who looks at the page: signed in by the provider, with the role that access.yaml gives them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import streamlit as st

from dashboards.config import load_config
from schemas.access import LOCAL_PERSON, Access, NotAllowedError, Person, Right
from schemas.access_file import load_access
from schemas.errors import AccessError, Mistake
from schemas.readers import reader_name

MAX_EMAIL_CHARACTERS: Final = 200
_ASSUMED: ContextVar[Mapping[str, Any] | None] = ContextVar("claims", default=None)


def visitor() -> Person | None:
    """Who looks; None if they did not sign in, or access.yaml does not name them.

    Where no sign-in is set up it is the one local person. Asked anew each time: who was taken out
    of the file sees nothing more. Raises AccessError while the file has mistakes.
    """
    config = load_config()
    if not config.sign_in:
        return LOCAL_PERSON
    told = claims()
    email = email_of(told)
    if not email:
        return None
    access = _access(config.access_file)
    return access.person(email, groups_of(told, access.groups_claim))


def present() -> Person:
    """Who looks, where the page was drawn for them. Raises NotAllowedError if nobody does."""
    try:
        person = visitor()
    except AccessError as error:
        raise NotAllowedError("the file of roles has mistakes; ask an admin") from error
    if person is None:
        raise NotAllowedError("you are not signed in any more; load the page again")
    return person


def may(right: Right) -> bool:
    """Whether to offer it; whoever does it checks again."""
    try:
        return present().may(right)
    except NotAllowedError:
        return False


def reader() -> str:
    """ClickHouse's user that may read what this visitor sees; "" where nobody signs in."""
    config = load_config()
    if not config.sign_in:
        return ""
    return reader_name(urlsplit(config.clickhouse_url).path.removeprefix("/"), present())


def signed_in_email() -> str:
    """The address that the provider vouches for, in lower case; "" where nobody is signed in."""
    return email_of(claims())


def claims() -> Mapping[str, Any]:
    """What the provider says of who is signed in; nothing where nobody is."""
    assumed = _ASSUMED.get()
    if assumed is not None:
        return assumed
    return st.user.to_dict() if st.user.get("is_logged_in") else {}


@contextmanager
def signed_in_as(told: Mapping[str, Any]) -> Iterator[None]:
    """Whatever happens here happens for whom these claims are about, outside of any session."""
    token = _ASSUMED.set(told)
    try:
        yield
    finally:
        _ASSUMED.reset(token)


def email_of(claims: Mapping[str, Any]) -> str:
    """The address among the provider's claims; "" if there is none, or it is not verified."""
    if str(claims.get("email_verified", True)).lower() == "false":
        return ""
    email = claims.get("email")
    return email.strip().lower()[:MAX_EMAIL_CHARACTERS] if isinstance(email, str) else ""


def groups_of(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    """The groups among the claims: a list of names, or one name."""
    told = claims.get(claim)
    names = told if isinstance(told, list) else [told]
    return frozenset(name for name in names if isinstance(name, str) and name)


def _access(path: Path | None) -> Access:
    if path is None:
        missing = Mistake(1, "$", "(missing)", "set access_file")
        raise AccessError("access.yaml", [missing])
    try:
        stat = path.stat()
    except OSError:
        return load_access(path)  # which says what is wrong
    return _loaded(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4)
def _loaded(path: Path, _changed_ns: int, _size: int) -> Access:
    return load_access(path)
