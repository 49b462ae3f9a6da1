"""What a stored text must have in it for a search to hold: most texts are told by it alone.

Folding a text costs ClickHouse several times as much as reading it, so it folds only those in which
the letters looked for stand in some form: in either case, with accents, full-width, as look-alikes,
with invisible characters between them. A text may pass and not hold; none that holds is left out.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Final

from dashboards.search.folding import replacements

# So many of a piece's letters are enough; each has up to a hundred forms.
MAX_LETTERS: Final = 12
# Where characters are that Unicode's folding changes, or that compose with what stands before them.
_CHANGED: Final = (
    *((0x0, 0x3400), (0xA000, 0xAC00), (0xD7B0, 0xD800), (0xF900, 0x2_0000)),
    *((0x2_F800, 0x2_FA20), (0xE_0000, 0xE_0200)),
)


@dataclass(frozen=True, slots=True)
class _Forms:
    """Which characters become which.

    alone: by a folded character, those that become it and nothing else. among: those that become
    several, it among them. begun: by a character that composes with others, those that begin with
    it once they are taken apart. removed: those that become nothing.
    """

    alone: dict[str, set[str]]
    among: dict[str, set[str]]
    begun: dict[str, set[str]]
    removed: frozenset[str]


def sieve_pattern(piece: str) -> str:
    """RE2 that is found in every text whose folded form has the piece in it.

    piece: folded, without spaces, not empty.
    """
    forms, letters = _forms(), piece[:MAX_LETTERS]
    hidden = f"{_one_of(forms.removed)}*"
    written = hidden.join(_one_of({letter, *forms.alone.get(letter, ())}) for letter in letters)
    # What is written in another number of characters is not taken apart here: it passes.
    others = set().union(*(_in_other_numbers(letter, forms) for letter in letters))
    return f"{written}|{_one_of(others)}" if others else written


def _in_other_numbers(letter: str, forms: _Forms) -> set[str]:
    """Characters by which the letter is there though none of its own forms stands in its place."""
    several = forms.among.get(letter, set())
    found = set(several)
    for whole in {letter, *forms.alone.get(letter, ()), *several}:
        parts = unicodedata.normalize("NFD", whole)
        marks = parts[1:]
        plain = _folded(parts[0]) == letter and forms.removed.issuperset(marks)
        if not plain:
            found.update(*(forms.begun[mark] for mark in marks))
    return found


@cache
def _forms() -> _Forms:
    alone, among, begun = defaultdict(set), defaultdict(set), defaultdict(set)
    removed = set()
    codes = chain(_table(), *(range(first, end) for first, end in _CHANGED))
    for character in map(chr, dict.fromkeys(codes)):
        became = _folded(character)
        if not became:
            removed.add(character)
        elif len(became) > 1:
            for one in became:
                among[one].add(character)
        elif became != character:
            alone[became].add(character)
        begun[unicodedata.normalize("NFKD", character)[0]].add(character)
    return _Forms(alone, among, begun, frozenset(removed))


def _folded(character: str) -> str:
    """As ClickHouse folds it where it stands alone."""
    return unicodedata.normalize("NFKC", character).casefold().translate(_table())


@cache
def _table() -> dict[int, str]:
    old, new = replacements()
    return {ord(one): new[place] if place < len(new) else "" for place, one in enumerate(old)}


def _one_of(characters: Iterable[str]) -> str:
    """RE2 for one of these, of which there are some."""
    ranges = (rf"\x{{{first:x}}}-\x{{{last:x}}}" for first, last in _runs(characters))
    return f"[{''.join(ranges)}]"


def _runs(characters: Iterable[str]) -> Sequence[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for code in sorted(map(ord, characters)):
        if runs and runs[-1][1] == code - 1:
            runs[-1] = (runs[-1][0], code)
        else:
            runs.append((code, code))
    return runs
