"""YAML with line numbers: a file that a person wrote, read value by value, mistakes collected.

Only what JSON could say is read: no anchors, no merge keys, no tags, no objects.
"""

import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from schemas.errors import Mistake

# The C parser is thirty times as fast; where PyYAML was built without it, the other one serves.
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAX_DEPTH: Final = 20
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_TEXT: Final = "tag:yaml.org,2002:str"
_FLAG: Final = "tag:yaml.org,2002:bool"
_NULL: Final = "tag:yaml.org,2002:null"


@dataclass(frozen=True, slots=True)
class Located:
    """A value of the file and where it stands: its node and its path such as `brands[2].name`."""

    node: yaml.Node
    path: str

    @property
    def line(self) -> int:
        """The line of the value, counted from 1."""
        return int(self.node.start_mark.line) + 1


@dataclass(slots=True)
class MarkedReader:
    """Reads values out of nodes; what is wrong is noted in `mistakes`, and None comes back."""

    mistakes: list[Mistake] = field(default_factory=list)

    def note(self, place: Located, value: object, remedy: str) -> None:
        """Note a mistake at a place."""
        self.mistakes.append(Mistake(place.line, place.path, shorten(value), remedy))

    def document(self, text: str) -> Located | None:
        """The root of the file's one document."""
        try:
            if self._has_traps(text):
                return None
            node = yaml.compose(text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            remedy = f"correct the YAML: {error.problem or error.context}"
            self.mistakes.append(Mistake(line, "$", _line_text(text, line), remedy))
            return None
        except yaml.YAMLError as error:
            remedy = "write text only, in UTF-8"
            self.mistakes.append(Mistake(1, "$", shorten(str(error)), remedy))
            return None
        if node is None:
            self.mistakes.append(Mistake(1, "$", "(empty)", "the file is empty: fill it"))
            return None
        return Located(node, "$")

    def mapping(
        self, place: Located, *, known: Collection[str], required: Collection[str] = ()
    ) -> dict[str, Located]:
        """The fields of a mapping; unknown, doubled and missing ones are mistakes."""
        if not isinstance(place.node, yaml.MappingNode):
            self.note(place, _content(place.node), f"write a mapping with {_listed(known)}")
            return {}
        fields: dict[str, Located] = {}
        for key_node, value_node in place.node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else ""
            path = key if place.path == "$" else f"{place.path}.{key}"
            if key not in known:
                self.note(Located(key_node, path), _content(key_node), _unknown(key, known))
            elif key in fields:
                self.note(Located(key_node, path), key, "stands twice: join the two into one")
            else:
                fields[key] = Located(value_node, path)
        for key in required:
            if key not in fields:
                path = key if place.path == "$" else f"{place.path}.{key}"
                self.note(Located(place.node, path), "(missing)", f"add `{key}:`")
        return fields

    def items(self, place: Located | None, *, example: str, least: int = 0) -> list[Located]:
        """The items of a list; a missing list has none.

        example: an item, for the remedy.  least: the number of items that a list must have.
        """
        if place is None:
            return []
        if not isinstance(place.node, yaml.SequenceNode):
            self.note(place, _content(place.node), f"write a list, such as {example}")
            return []
        if len(place.node.value) < least:
            self.note(place, "(an empty list)", f"list at least {least}, such as {example}")
        return [
            Located(node, f"{place.path}[{index}]") for index, node in enumerate(place.node.value)
        ]

    def text(self, place: Located | None, *, max_characters: int) -> str | None:
        """A text without the white space around it."""
        if place is None:
            return None
        node = place.node
        if not isinstance(node, yaml.ScalarNode):
            self.note(place, _content(node), "write one text here")
        elif node.tag == _NULL:
            self.note(place, "(empty)", "write a text here or remove the line")
        elif node.tag != _TEXT:
            kind = node.tag.rsplit(":", 1)[-1]
            self.note(place, node.value, f'YAML reads this as {kind}: put it in quotes, "…"')
        elif not node.value.strip():
            self.note(place, node.value, "write a text here or remove the line")
        elif _CONTROL.search(node.value.strip()):
            self.note(place, node.value, "write it on one line, without control characters")
        elif len(node.value.strip()) > max_characters:
            self.note(place, node.value, f"shorten it to at most {max_characters} characters")
        else:
            return str(node.value).strip()
        return None

    def flag(self, place: Located | None, *, default: bool) -> bool:
        """True or false."""
        if place is None:
            return default
        node = place.node
        if isinstance(node, yaml.ScalarNode) and node.tag == _FLAG:
            return str(node.value).lower() in {"true", "yes", "on"}
        self.note(place, _content(node), "write true or false")
        return default

    def _has_traps(self, text: str) -> bool:
        """Note, before any node is built, what could make a small file huge."""
        depth = documents = 0
        for event in yaml.parse(text, Loader=_LOADER):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent):
                remedy = "anchors and `*references` are not read: write the values out"
                self.mistakes.append(Mistake(line, "$", f"*{event.anchor}", remedy))
            elif isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > _MAX_DEPTH:
                    remedy = "nested too deeply: mend the brackets or the indentation"
                    self.mistakes.append(Mistake(line, "$", f"depth {depth}", remedy))
                    return True
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents == 2:
                    remedy = "one document a file: remove this line and what should not count"
                    self.mistakes.append(Mistake(line, "$", "---", remedy))
        return bool(self.mistakes)


def shorten(value: object, *, characters: int = 60) -> str:
    """A value as it can be shown on one line."""
    text = value if isinstance(value, str) and value.startswith("(") else repr(value)
    return text if len(text) <= characters else f"{text[:characters]}…"


def _content(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return str(node.value) or "(empty)"
    return "(a list)" if isinstance(node, yaml.SequenceNode) else "(a mapping)"


def _listed(keys: Collection[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _unknown(key: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(key.lower(), known, n=1)
    hint = f"did you mean `{close[0]}`? " if close else ""
    return f"{hint}known here: {_listed(known)}"


def _line_text(text: str, line: int) -> str:
    lines = text.splitlines()
    return shorten(lines[line - 1].strip()) if 0 < line <= len(lines) else "(end of file)"
