"""What people's labels say of the model: accuracy, confusion, calibration. Pure.

People label what strikes them as wrong, so all labels together make the model look worse than it
is. Labels of posts that were drawn at random do not; they are told apart.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from dashboards.measures import Estimate, share

# With fewer labels accuracy is not spoken of; a bin of the calibration curve needs fewer.
FEW_LABELS: Final = 30
FEW_IN_BIN: Final = 10
BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Answers:
    """Labelled mentions that are alike: what people say, and what a model version said.

    label, said: sentiments. checked: whether the post was drawn at random. bin: of the probability
    of what was said, 0 to BINS - 1. count: how many. confidence: sum of these probabilities.
    """

    version: str
    lang: str
    label: str
    said: str
    checked: bool
    bin: int
    count: int
    confidence: float

    @property
    def right(self) -> int:
        """How many of them the model got right."""
        return self.count if self.label == self.said else 0


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of some labels the model got right."""

    right: int = 0
    labels: int = 0

    @property
    def few(self) -> bool:
        """Whether there are too few labels to speak of accuracy."""
        return self.labels < FEW_LABELS

    @property
    def accuracy(self) -> Estimate | None:
        """The share that is right, with Wilson's 95 % interval; None without labels."""
        return share(self.right, self.labels)


@dataclass(frozen=True, slots=True)
class Bin:
    """Labels whose probability lay in one stretch. confidence: its mean, 0 to 1."""

    confidence: float
    tally: Tally


def tally(answers: Iterable[Answers]) -> Tally:
    """All of them together."""
    right = labels = 0
    for each in answers:
        right += each.right
        labels += each.count
    return Tally(right, labels)


def by_language(answers: Iterable[Answers]) -> dict[str, Tally]:
    """Each language's; most labels first, then by code."""
    found: dict[str, list[Answers]] = {}
    for each in answers:
        found.setdefault(each.lang, []).append(each)
    tallies = {lang: tally(group) for lang, group in found.items()}
    return dict(sorted(tallies.items(), key=lambda item: (-item[1].labels, item[0])))


def confusion(answers: Iterable[Answers]) -> dict[tuple[str, str], int]:
    """Numbers of labels by (label, what the model said)."""
    found: dict[tuple[str, str], int] = {}
    for each in answers:
        place = each.label, each.said
        found[place] = found.get(place, 0) + each.count
    return found


def reliability(answers: Iterable[Answers]) -> list[Bin]:
    """The points of the calibration curve, from the least sure to the surest; none is empty."""
    groups: dict[int, list[Answers]] = {}
    for each in answers:
        groups.setdefault(each.bin, []).append(each)
    bins = []
    for _, group in sorted(groups.items()):
        found = tally(group)
        if found.labels:
            mean = sum(each.confidence for each in group) / found.labels
            bins.append(Bin(min(max(mean, 0.0), 1.0), found))
    return bins


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """Expected calibration error: the mean gap of confidence and accuracy, weighed by labels."""
    labels = sum(each.tally.labels for each in bins)
    if not labels:
        return None
    return (
        sum(abs(each.confidence * each.tally.labels - each.tally.right) for each in bins) / labels
    )
