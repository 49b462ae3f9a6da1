import re
import unicodedata
from typing import Final

_SPACES: Final = re.compile(r"\s+")


def fold(text: str) -> str:
    """The text without what a reader does not see: case, widths, invisible characters, spacing.

    Two names that fold to the same are the same name to a reader.
    """
    visible = "".join(
        character
        for character in unicodedata.normalize("NFKC", text)
        if unicodedata.category(character) != "Cf"
    )
    folded = unicodedata.normalize("NFKC", visible.casefold())
    return _SPACES.sub(" ", folded).strip()


def has_letter(text: str) -> bool:
    """Whether the text has a letter of any script."""
    return any(unicodedata.category(character).startswith("L") for character in text)
