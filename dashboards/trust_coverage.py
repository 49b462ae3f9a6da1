"""Which languages of the posts the model was measured in, and how it did there. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dashboards.measures import Estimate, share
from schemas.model_figures import HeldOut

# With fewer texts a language counts as hardly measured.
LEAST_TEXTS: Final = 100
# Macro-F1 from which on a language counts as good: of three sentiments, guessing reaches 0.33.
GOOD: Final = 0.55
UNKNOWN: Final = ("", "und")


class Grade(StrEnum):
    """How well a language is measured, and how well the model does in it; the best comes first.

    UNKNOWN: of texts whose language could not be told.
    """

    GOOD = "good"
    POOR = "poor"
    THIN = "thin"
    NEVER = "never"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Measured:
    """Held-out figures of one language, over all of its sets; each text counts once.

    macro_f1, calibration_error: means over the sets, weighed by texts, 0 to 1. unseen: texts of
    sets that the model never saw.
    """

    texts: int
    unseen: int
    accuracy: Estimate
    macro_f1: float
    calibration_error: float
    sources: tuple[str, ...]

    @property
    def grade(self) -> Grade:
        """Its grade; never NEVER or UNKNOWN."""
        if self.texts < LEAST_TEXTS:
            return Grade.THIN
        return Grade.GOOD if self.macro_f1 >= GOOD else Grade.POOR


@dataclass(frozen=True, slots=True)
class Covered:
    """A language of the posts. share: of all posts, 0 to 1. measured: None where it never was."""

    lang: str
    posts: int
    share: float
    grade: Grade
    measured: Measured | None


def by_language(figures: Iterable[HeldOut]) -> dict[str, Measured]:
    """Figures by language; those of a region (pt-BR) count for the language, which is detected."""
    groups: dict[str, list[HeldOut]] = {}
    for each in figures:
        groups.setdefault(each.lang.partition("-")[0], []).append(each)
    return {lang: pooled(group) for lang, group in groups.items()}


def pooled(group: Sequence[HeldOut]) -> Measured:
    """All of these figures as one. Raises ValueError if there are none."""
    texts = sum(each.texts for each in group)
    right = sum(each.accuracy * each.texts for each in group)
    accuracy = share(round(right), texts)
    if accuracy is None:
        raise ValueError("figures=[]: there are none; ask for languages that have some")
    return Measured(
        texts=texts,
        unseen=sum(each.texts for each in group if not each.trained),
        accuracy=accuracy,
        macro_f1=sum(each.macro_f1 * each.texts for each in group) / texts,
        calibration_error=sum(each.calibration_error * each.texts for each in group) / texts,
        sources=tuple(sorted({each.source for each in group})),
    )


def coverage(posts: Mapping[str, int], measured: Mapping[str, Measured]) -> list[Covered]:
    """The languages of the posts, most posts first. posts: by language."""
    whole = sum(posts.values())
    found = []
    for lang, count in sorted(posts.items(), key=lambda item: (-item[1], item[0])):
        if not count:
            continue
        figures = measured.get(lang.partition("-")[0])
        grade = Grade.UNKNOWN if lang in UNKNOWN else figures.grade if figures else Grade.NEVER
        found.append(Covered(lang, count, count / whole, grade, figures))
    return found


def share_of(found: Iterable[Covered], grade: Grade) -> float:
    """The share of posts in languages of that grade, 0 to 1."""
    return sum(each.share for each in found if each.grade is grade)
