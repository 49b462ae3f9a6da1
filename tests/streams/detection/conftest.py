"""Two days of many small stories, judged together once."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from streams.detection.columns import Floats
from streams.detection.detector import Detector
from streams.detection.incidents import KINDS
from streams.detection.language_mix import LanguageMix

MINUTES = 2 * 1440
# When a story's surge begins and ends: noon of the second day, for three hours.
START, END = 1440 + 720, 1440 + 900
MONDAY_S = 4 * 86400
RATES = {"low": 0.3, "middle": 10.0, "loud": 300.0}
USUAL_SHARE = 0.15


@dataclass(frozen=True)
class Told:
    """What was told of one series: arrays of shape (minutes,)."""

    score: Floats
    low: Floats
    high: Floats
    alert: np.ndarray
    kind: np.ndarray
    ready: np.ndarray
    known: np.ndarray

    @property
    def alerts(self) -> list[tuple[int, str]]:
        """Minutes and kinds of the alerts."""
        return [(int(at), KINDS[int(self.kind[at])]) for at in np.flatnonzero(self.alert)]


@dataclass
class Story:
    """Counts of one series, shape (minutes,), NaN where not known."""

    posts: Floats
    negative: Floats


def day_season(minutes: int = MINUTES, *, depth: float = 0.6) -> Floats:
    return np.exp(depth * np.cos(2 * np.pi * (np.arange(minutes) / 1440 - 0.6)))


def counted(rng: np.random.Generator, rate: Floats, share: Floats | float = USUAL_SHARE) -> Story:
    """Overdispersed counts around a rate."""
    posts = rng.poisson(rate * rng.gamma(50, 1 / 50, rate.size))
    return Story(posts.astype(float), rng.binomial(posts, share).astype(float))


def lifted(times: Floats | float) -> Floats:
    """1, and so many times within the surge."""
    lift = np.ones(MINUTES)
    lift[START:END] = times
    return lift


def stories() -> dict[str, Story]:
    """By name."""
    rng = np.random.default_rng(20)
    minute = np.arange(END - START)
    shapes: dict[str, Floats | float] = {
        "step": 6.0,
        "ramp": 1.0 + 9.0 * np.minimum(1.0, minute / 90),
        "viral": 1.0 + 14.0 * np.minimum(1.0, 0.03 * np.exp2(minute / 12)),
    }
    told: dict[str, Story] = {}
    for name, base in RATES.items():
        rate = base * day_season()
        for shape, times in shapes.items():
            told[f"{shape} {name}"] = counted(rng, rate * lifted(times))
        shares = np.where(lifted(2.0) > 1, 0.9, USUAL_SHARE)
        told[f"negative {name}"] = counted(rng, rate, shares)
        told[f"calm {name}"] = counted(rng, rate)
    hill = 1.0 + 0.8 * np.sin(np.linspace(0, np.pi, 1440)) ** 2
    told["hill"] = counted(rng, 10.0 * np.concatenate((np.ones(MINUTES - 1440), hill)))
    for name in ("low", "middle"):
        told[f"blip {name}"] = counted(rng, RATES[name] * day_season())
        told[f"blip {name}"].posts[[1000, 1500, START]] += 40 * (RATES[name] + 1)
    told["silence"] = counted(rng, 5.0 * lifted(0.0))
    told["cold"] = counted(rng, np.where((np.arange(MINUTES) // 60) == 5, 50.0, 5.0))
    told["gap"] = counted(rng, 10.0 * day_season())
    for first in (700, 1600, START):
        told["gap"].posts[first : first + 200] = np.nan
        told["gap"].negative[first : first + 200] = np.nan
    # Minutes whose posts are alike, as threads make them; and hours of which nothing is known.
    told["alike"] = counted(rng, 600.0 * day_season(), rng.beta(0.15 * 49, 0.85 * 49, MINUTES))
    for first in range(300, MINUTES - 300, 330):
        told["alike"].posts[first : first + 300] = np.nan
        told["alike"].negative[first : first + 300] = np.nan
    told["bot"] = counted(rng, 10.0 * day_season())
    for first in (1000, 1500, START):
        told["bot"].posts[first : first + 3] += 80
    return told


def mixed() -> tuple[Floats, Floats]:
    """Posts and negative ones by language, shape (languages, minutes): only the mix changes."""
    rng = np.random.default_rng(21)
    harsh = np.where(np.arange(MINUTES) < START, 0.15, 0.85)
    posts = rng.poisson(20.0 * np.stack((1 - harsh, harsh)))
    return posts.astype(float), rng.binomial(posts, [[0.08], [0.45]]).astype(float)


def minutes_of(count: int, minute: int, *, step_s: int = 60) -> np.ndarray:
    return np.full(count, MONDAY_S + step_s * minute)


@pytest.fixture(scope="session")
def two_days() -> Callable[[str], Told]:
    """What was told of each story, by name; "mix" knows the languages, "blind" does not."""
    told = stories()
    by_language, negative_by_language = mixed()
    for name in ("mix", "blind"):
        told[name] = Story(by_language.sum(0), negative_by_language.sum(0))
    names = list(told)
    posts = np.stack([story.posts for story in told.values()], axis=1)
    negative = np.stack([story.negative for story in told.values()], axis=1)
    detector = Detector(len(names))
    mix = LanguageMix.empty(languages=2, series=1)
    at = names.index("mix")
    judgements = []
    for minute in range(MINUTES):
        languages = by_language[:, minute, None]
        usual = posts[minute].copy()
        usual[at] = mix.usual(languages)[0]
        judgement = detector.step(
            minutes_of(len(names), minute), posts[minute], negative[minute], usual
        )
        if judgement.kind[at] == 0:
            mix.learn(negative_by_language[:, minute, None], languages, step_s=60)
        judgements.append(judgement)
    columns = {
        field: np.stack([getattr(judgement, field) for judgement in judgements])
        for field in ("score", "low", "high", "alert", "kind", "ready")
    }
    known = ~np.isnan(posts)

    def of(name: str) -> Told:
        column = names.index(name)
        return Told(
            **{field: values[:, column] for field, values in columns.items()},
            known=known[:, column],
        )

    of.names = names  # type: ignore[attr-defined]
    return of
