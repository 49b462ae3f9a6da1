"""Texts and searches in one form: case, width, accents, look-alikes and hidden characters apart."""

from functools import cache
from typing import Final

from schemas.skeleton import folding_table, skeleton

# Keyboards write an apostrophe in three ways.
_APOSTROPHES: Final = "\u2018\u2019\u02bc"


def folded(text: str) -> str:
    """The text as a search sees it; ClickHouse makes the same of it by `replacements`."""
    return skeleton(text).translate(str.maketrans(_APOSTROPHES, "'" * len(_APOSTROPHES)))


@cache
def replacements() -> tuple[str, str]:
    """Characters and what each becomes, in the same order; those left over are removed."""
    changed = {**folding_table(), **dict.fromkeys(_APOSTROPHES, "'")}
    kept = {old: new for old, new in changed.items() if new}
    removed = [old for old, new in changed.items() if not new]
    return "".join([*kept, *removed]), "".join(kept.values())
