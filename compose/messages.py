"""The page's messages as its catalogues have them: `python -m compose.messages` brings these up.

New messages are added without a translation, and those that the code has no more are removed. A
test fails until each has one.
"""

import ast
import importlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

import dashboards
from dashboards.language import DOMAIN, ENGLISH, LANGUAGES, InContext, Plural, Words

FOLDER: Final = Path(dashboards.__file__).parent
_WIDTH: Final = 96
_HEAD: Final = """\
msgid ""
msgstr ""
"Project-Id-Version: groundswell\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """A message of the code. many: "" where it depends on no number. context: "" for most."""

    place: str
    one: str
    many: str = ""
    context: str = ""


def messages() -> list[Message]:
    """Every message of the page: those of classes of wording, and those in calls."""
    found = [*_of_classes()]
    for path in sorted(FOLDER.rglob("*.py")):
        found += _of_calls(path)
    return sorted(found)


def catalogue_path(language: str) -> Path:
    """Where the translations of a language stand."""
    return FOLDER / "locale" / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read_catalogue(language: str) -> Catalog:
    """The translations of a language."""
    return read_po(io.BytesIO(catalogue_path(language).read_bytes()), locale=language)


def main() -> None:
    """Bring all catalogues in line with the code."""
    template = Catalog(fuzzy=False)
    for message in messages():
        template.add(
            (message.one, message.many) if message.many else message.one,
            locations=[(message.place, 1)],
            context=message.context or None,
        )
    for language in LANGUAGES:
        if language == ENGLISH:
            continue
        catalogue = read_catalogue(language)
        catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        for entry in catalogue:
            # Babel takes "95% of" for a placeholder of Python's older kind.
            entry.flags.discard("python-format")
        written = io.BytesIO()
        write_po(
            written,
            catalogue,
            width=_WIDTH,
            omit_header=True,
            include_lineno=False,
            sort_by_file=True,
        )
        head = _HEAD.format(language=language, plural=catalogue.plural_forms)
        catalogue_path(language).write_bytes(head.encode() + written.getvalue())


def _of_classes() -> Iterator[Message]:
    for path in sorted(FOLDER.rglob("*wording*.py")):
        module = importlib.import_module(_module_name(path))
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Words) and value is not Words:
                for name, attribute in vars(value).items():
                    if not name.startswith("__"):
                        yield from _of_value(attribute, path.name)


def _of_value(value: Any, place: str) -> Iterator[Message]:  # noqa: ANN401 - whatever it is
    if isinstance(value, Plural):
        yield Message(place, value.one, value.many)
    elif isinstance(value, InContext):
        yield Message(place, str(value), context=value.context)
    elif isinstance(value, str):
        if value:
            yield Message(place, value)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _of_value(each, place)
    elif isinstance(value, tuple):
        for each in value:
            yield from _of_value(each, place)


def _of_calls(path: Path) -> Iterator[Message]:
    """Raises ValueError where a message is not written out in the call."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id not in {"gettext", "ngettext"} or path.name == "language.py":
            continue
        texts = [ast.literal_eval(each) for each in node.args[: 1 + (node.func.id == "ngettext")]]
        yield Message(path.name, *texts)


def _module_name(path: Path) -> str:
    return ".".join(("dashboards", *path.relative_to(FOLDER).with_suffix("").parts))


if __name__ == "__main__":
    main()
