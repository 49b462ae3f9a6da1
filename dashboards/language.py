"""The words of the page in the language of whoever reads it.

Messages stand in English in the code and are looked up when they are shown: what is shared
between viewers never holds translated words. Two ways lead here:

* a class of wording (`class OperationsWording(Words)`): its attributes are messages, translated
  each time that one is read;
* `gettext("{count} posts by {who}", count=..., who=...)` and
  `ngettext("{count} post", "{count} posts", number, count=...)` anywhere else.

Translations stand in locale/LANGUAGE/LC_MESSAGES/groundswell.po, in gettext's own format.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from typing import Any, Final, Self, cast

ENGLISH: Final = "en"
CHINESE: Final = "zh"
# Each language's own name, for those who read no other.
LANGUAGES: Final = {ENGLISH: "English", CHINESE: "\u4e2d\u6587"}
DOMAIN: Final = "groundswell"
_SESSION: Final = "language"
_FIXED: ContextVar[str | None] = ContextVar("language", default=None)


class InContext(str):
    """A message that another one reads like, in English: the context tells them apart."""

    __slots__ = ("context",)
    context: str

    def __new__(cls, context: str, message: str) -> Self:
        """context: as gettext's `msgctxt`."""
        made = super().__new__(cls, message)
        made.context = context
        return made


@dataclass(frozen=True, slots=True)
class Plural:
    """A message that depends on a number: called with it, it gives the words."""

    one: str
    many: str

    def __call__(self, number: int, **values: object) -> str:
        """values: of the placeholders."""
        return ngettext(self.one, self.many, number, **values)


class Words:
    """Base of the classes that hold a page's messages as attributes.

    An attribute may be a message, a Plural, or a dict or tuple of messages.
    """

    def __getattribute__(self, name: str) -> Any:  # noqa: ANN401 - as annotated in the class
        """The message in the reader's language."""
        value = super().__getattribute__(name)
        chosen = language()
        return value if chosen == ENGLISH else _translated(value, _catalogue(chosen))


def gettext(message: str, /, **values: object) -> str:
    """The message in the reader's language, its placeholders filled."""
    text: str = _translated(message, _catalogue(language()))
    return text.format(**values) if values else text


def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
    """The message that fits the number, in the reader's language, its placeholders filled."""
    text = _catalogue(language()).ngettext(one, many, number)
    return text.format(**values) if values else text


def language() -> str:
    """The reader's language, one of LANGUAGES; English outside of anybody's session."""
    fixed = _FIXED.get()
    if fixed:
        return fixed
    # Imported here, so that what is pure stays quick to import.
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    if get_script_run_ctx(suppress_warning=True) is None:
        return ENGLISH
    return cast("str", st.session_state.get(_SESSION, ENGLISH))


def speak(chosen: str) -> None:
    """Let this session be in that language from now on; one of LANGUAGES."""
    import streamlit as st

    st.session_state[_SESSION] = chosen


@contextmanager
def in_language(chosen: str) -> Iterator[None]:
    """Whatever is written here is in that language, whoever's session it is."""
    token = _FIXED.set(chosen)
    try:
        yield
    finally:
        _FIXED.reset(token)


def _translated(value: Any, catalogue: NullTranslations) -> Any:  # noqa: ANN401 - as it is
    if isinstance(value, InContext):
        return catalogue.pgettext(value.context, value)
    if isinstance(value, str):
        # gettext takes the empty message for its own header.
        return catalogue.gettext(value) if value else value
    if isinstance(value, dict):
        return {key: _translated(each, catalogue) for key, each in value.items()}
    if isinstance(value, tuple):
        return tuple(_translated(each, catalogue) for each in value)
    return value


@cache
def _catalogue(chosen: str) -> NullTranslations:
    """Compiled when it is first needed: there is no build step to forget."""
    if chosen == ENGLISH:
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    path = resources.files("dashboards").joinpath("locale", chosen, "LC_MESSAGES", f"{DOMAIN}.po")
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(path.read_bytes()), locale=chosen))
    compiled.seek(0)
    return GNUTranslations(compiled)
