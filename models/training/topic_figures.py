"""How good the topics are, on reviews whose aspects people labelled.

Each domain is matched with a contrast that was made without it, so that no figure comes from texts
or aspects that the head has seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.encoder import Embedder
from models.topics import Background, TopicMatcher
from models.training.background import contrast
from models.training.embedded import Embedded

# Domains that are about the same things: both are left out when one is measured.
_ALIKE: Final = ({"hotel", "hoasa_id"}, {"phone", "visfd_vi"})
_GOODS: Final = ("phone", "laptop", "visfd_vi", "casa_id")
_PLACES: Final = ("hotel", "restaurant", "hoasa_id")
_COURSES: Final = ("coursera", "sight")


@dataclass(frozen=True, slots=True)
class Truth:
    """What labels say about a topic.

    marks: an aspect that contains one of these belongs to the topic.  domains: where an aspect
    would have been labelled, or where the topic does not occur.
    """

    marks: tuple[str, ...]
    domains: tuple[str, ...]


TRUTHS: Final[Mapping[str, Truth]] = {
    "price": Truth(("price", "value"), (*_GOODS, *_COURSES, "hotel", "restaurant")),
    "delivery": Truth(
        ("logistics", "packaging", "shipping"), ("phone", "laptop", "hotel", *_COURSES)
    ),
    "service": Truth(
        ("service", "support", "ser&acc"), ("phone", "laptop", "visfd_vi", "sight", *_PLACES)
    ),
    "cleanliness": Truth(
        ("cleanliness", "kebersihan", "bau"), ("phone", "laptop", "hotel", "hoasa_id", *_COURSES)
    ),
    "food and drink": Truth(
        ("food", "drinks", "sunrise_meal"), ("phone", "laptop", *_PLACES, *_COURSES)
    ),
    "battery and speed": Truth(
        ("battery", "performance", "cpu", "power_supply", "speed"),
        ("laptop", "visfd_vi", "hotel", *_COURSES),
    ),
    "fuel and engine": Truth(("fuel", "machine"), ("casa_id", "phone", "laptop", *_COURSES)),
}


@dataclass(frozen=True, slots=True)
class Tally:
    """Claims of topics: right ones, wrong ones, and those that are missing."""

    right: int
    wrong: int
    missing: int

    @property
    def precision(self) -> float:
        """The share of right ones among the claims; 0 without claims."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """The share of the labelled ones that were claimed; 0 where none was labelled."""
        return self.right / max(1, self.right + self.missing)


def topic_figures(
    encoder: Embedder,
    topics: Mapping[str, Sequence[str]],
    usual: Background,
    *,
    trained: Sequence[Embedded],
    measured: Sequence[Embedded],
) -> tuple[dict[str, Tally], dict[str, Tally]]:
    """Tallies by topic and by language.

    topics: phrases by topic; those that TRUTHS does not name only compete.  trained: what the
    contrast is made from.  measured: what it is tried on.
    """
    wanted, claimed, domains, langs = [], [], [], []
    for domain in sorted({domain for truth in TRUTHS.values() for domain in truth.domains}):
        group = next((group for group in _ALIKE if domain in group), {domain})
        matcher = TopicMatcher(
            encoder, topics, replace(usual, contrast=contrast(trained, usual, without=group))
        )
        for part in measured:
            places = [at for at, row in enumerate(part.examples) if row.domain == domain]
            found = matcher.match(
                [part.examples[at].text for at in places],
                part.rows[places],
                [part.langs[at] for at in places],
                None if part.evidence is None else part.evidence[places],
            )
            claimed += [[topic in names for topic in TRUTHS] for names in found]
            wanted += [_labelled(part.examples[at].aspects) for at in places]
            domains += [domain] * len(places)
            langs += [part.langs[at] for at in places]
    counts = np.array([[domain in truth.domains for truth in TRUTHS.values()]
                       for domain in domains])  # fmt: skip
    right, has = np.array(wanted), np.array(claimed)
    by_topic = {
        topic: _tally(right[:, place], has[:, place], counts[:, place])
        for place, topic in enumerate(TRUTHS)
    }
    spoken = np.array(langs)
    by_language = {
        str(lang): _tally(right, has, counts & (spoken == lang)[:, None])
        for lang in np.unique(spoken)
    }
    return by_topic, by_language


def _labelled(aspects: Sequence[str]) -> list[bool]:
    return [
        any(mark in aspect for mark in truth.marks for aspect in aspects)
        for truth in TRUTHS.values()
    ]


def _tally(wanted: NDArray[np.bool_], claimed: NDArray[np.bool_], use: NDArray[np.bool_]) -> Tally:
    return Tally(
        right=int((wanted & claimed & use).sum()),
        wrong=int((~wanted & claimed & use).sum()),
        missing=int((wanted & ~claimed & use).sum()),
    )
