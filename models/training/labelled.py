"""What training knows of a text: its labels for each head, some or none of them known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.scores import EMOTIONS

UNKNOWN: Final = -1


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a text says about one target.

    phrase: the target in words, of any language.  opinion: a place in models.targets.OPINIONS.
    """

    phrase: str
    opinion: int


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with the labels that its set gives.

    lang: ISO code.  source: the set's name.  sentiment: a place in SENTIMENTS, or UNKNOWN.
    certainty: weight of the sentiment, less than 1 where it was derived.  emotions: 1, 0 or UNKNOWN
    for each of EMOTIONS.  offensive, irony: 1, 0 or UNKNOWN.  opinions: towards targets.
    domain, aspects: what the text is about, where the set says it.
    """

    text: str
    lang: str
    source: str
    sentiment: int = UNKNOWN
    certainty: float = 1.0
    emotions: tuple[int, ...] = (UNKNOWN,) * len(EMOTIONS)
    offensive: int = UNKNOWN
    irony: int = UNKNOWN
    opinions: tuple[Opinion, ...] = ()
    domain: str = ""
    aspects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sets:
    """Labelled texts by set.

    train: what a network is trained on; they are the background of topics, and choose the
    vocabulary.  held_out: what it is not trained on; they calibrate and measure it.
    """

    train: Mapping[str, Sequence[Labelled]]
    held_out: Mapping[str, Sequence[Labelled]]
