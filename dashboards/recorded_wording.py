"""What Groundswell itself writes down as who did something and why, in the reader's language.

It is stored once, in English, among what people write, which is shown as it is.
"""

from typing import Final

from dashboards.language import Words
from schemas.correction import DRAWN_AT_RANDOM
from schemas.versions import BY_REPLAY, BY_WORKER, FIRST_WHY

# Who does something on the page without having given a name.
NOBODY: Final = "a reader of the page"


class RecordedWording(Words):
    """The messages, by what is stored."""

    texts: dict[str, str] = {  # noqa: RUF012 - read only
        NOBODY: "a reader of the page",
        BY_WORKER: "worker",
        BY_REPLAY: "replay",
        FIRST_WHY: "the first version here",
        DRAWN_AT_RANDOM: "drawn at random",
    }


_WORDS: Final = RecordedWording()


def recorded_text(text: str) -> str:
    """A stored name or reason as it is shown."""
    return _WORDS.texts.get(text, text)
