"""A search cut into words, phrases, operators and parentheses, each with its position."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from dashboards.language import gettext
from dashboards.search.tree import SearchError

# One character for one, so that positions stay those of the text that was typed.
_TYPED: Final = str.maketrans("\u201c\u201d\u201e\u201f\uff02\uff08\uff09\uff5e", '"""""()~')
_NEAR: Final = re.compile(r"NEAR/(\d{1,9})")
_SLOP: Final = re.compile(r"~(\d{1,9})")
_OPERATORS: Final = frozenset({"AND", "OR", "NOT"})

Kind = Literal["word", "phrase", "within", "near", "AND", "OR", "NOT", "(", ")", "end"]


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a search. position: counted from 1. text: what to look for, or as it stands there.

    distance: of "near" and "within", in words.
    """

    kind: Kind
    position: int
    text: str
    distance: int = 0


def tokens(search: str) -> list[Token]:
    """The parts of a search, "end" last. Raises SearchError."""
    typed = search.translate(_TYPED)
    return [*_tokens(typed), Token("end", len(typed) + 1, gettext("the end"))]


def _tokens(typed: str) -> Iterator[Token]:
    at = 0
    while at < len(typed):
        character = typed[at]
        if character.isspace():
            at += 1
        elif character in "()":
            yield Token("(" if character == "(" else ")", at + 1, character)
            at += 1
        elif character == '"':
            token, at = _phrase(typed, at)
            yield token
        elif character == "-" and at + 1 < len(typed) and _may_follow_minus(typed[at + 1]):
            yield Token("NOT", at + 1, "-")
            at += 1
        else:
            end = at + 1
            while end < len(typed) and not (typed[end].isspace() or typed[end] in '()"'):
                end += 1
            yield _word(typed[at:end], at + 1)
            at = end


def _may_follow_minus(character: str) -> bool:
    return not (character.isspace() or character in "-)")


def _phrase(typed: str, start: int) -> tuple[Token, int]:
    end = typed.find('"', start + 1)
    if end < 0:
        remedy = gettext('this phrase has no end; close it with a second "')
        raise SearchError(start + 1, '"', remedy)
    text = typed[start + 1 : end]
    slop = _SLOP.match(typed, end + 1)
    if slop:
        return Token("within", start + 1, text, int(slop.group(1))), slop.end()
    return Token("phrase", start + 1, text), end + 1


def _word(text: str, position: int) -> Token:
    if text in _OPERATORS:
        return Token("AND" if text == "AND" else "OR" if text == "OR" else "NOT", position, text)
    near = _NEAR.fullmatch(text)
    if near:
        return Token("near", position, text, int(near.group(1)))
    if text == "NEAR" or text.startswith("NEAR/"):
        remedy = gettext("say how many words may stand between, as in NEAR/5")
        raise SearchError(position, text, remedy)
    return Token("word", position, text)
