"""Counts of posts with planted surges, to test detectors and to show a backtest.

A series is a negative-binomial count a minute around base rate x time of day x weekday x trend,
with what disturbs a detector (blips of bots, gaps, weekly shows, launch days, the end of winter
time) and what it has to find (steps, ramps, viral growth, turns of the negative share). For each
surge the simulation also says when an ideal observer would be sure of it: one who knows the true
rates and the surge's beginning and shape, and waits until the likelihood ratio passes SURE_NATS.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from streams.detection.columns import Flags, Floats, Wholes

MINUTES_A_DAY: Final = 1440
MINUTES_A_WEEK: Final = 7 * MINUTES_A_DAY
# A likelihood ratio of 160,000 to one: about one chance in a hundred days of a minute's looks.
SURE_NATS: Final = 12.0
# Surges whose whole evidence is less than this are not planted: nobody could be sure of them.
LEAST_NATS: Final = 60.0

Shape = Literal["step", "ramp", "viral", "negative"]
SHAPES: Final[tuple[Shape, ...]] = ("step", "ramp", "viral", "negative")


@dataclass(frozen=True, slots=True)
class Surge:
    """What was planted. Minutes count from the series' beginning; `end` is the first one after it.

    sure: the minute at which an ideal observer is sure. peak: times the usual rate at the highest,
    or the share of negative posts at the highest for the shape `negative`.
    """

    shape: Shape
    start: int
    end: int
    sure: int
    peak: float

    @property
    def kind(self) -> str:
        """As the detector calls it."""
        return "negative" if self.shape == "negative" else "volume"


@dataclass(frozen=True, slots=True)
class Disturbance:
    """Something that must wake nobody: `kind` is blip, show or launch."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SimulatedSeries:
    """One series, a value a minute from a Monday at 00:00 UTC.

    posts, negative: counts, shape (minutes,). known: False in gaps. rate: expected posts a minute
    with everything planted. usual: the same without surges. wander: times which it is usual for no
    reason that anybody knows. base: posts a minute in the long run. dispersion: the variance of a
    minute's posts is rate + dispersion * rate^2.
    """

    base: float
    dispersion: float
    posts: Wholes
    negative: Wholes
    known: Flags
    rate: Floats
    usual: Floats
    wander: Floats
    surges: tuple[Surge, ...]
    disturbances: tuple[Disturbance, ...]


def simulate(*, seed: int, base: float, days: int = 35, surges: int = 4) -> SimulatedSeries:
    """One series of that base rate in posts a minute; the same seed gives the same series.

    surges: how many are tried; those that would touch another or carry too little evidence drop
    out.
    """
    return _Simulation(np.random.default_rng(seed), base, days).run(surges)


def base_rates(count: int, *, least: float = 0.05, most: float = 2000.0) -> Floats:
    """Evenly spread on the scale of logarithms, both ends included."""
    return np.geomspace(least, most, count)


def thinned(posts: Wholes, share: float, *, seed: int) -> Wholes:
    """Every post kept with that probability: the same brand, had fewer people known it."""
    return np.random.default_rng(seed).binomial(posts, share)


class _Simulation:
    def __init__(self, rng: np.random.Generator, base: float, days: int) -> None:
        self.rng = rng
        self.base = base
        self.minutes = days * MINUTES_A_DAY
        self.time = np.arange(self.minutes)
        # Loud brands vary less than in proportion; every series has its own unrest.
        self.dispersion = float(rng.uniform(0.005, 0.08))
        self.share = float(rng.uniform(0.08, 0.3))
        self.correlation = float(rng.uniform(0.0, 0.01))
        self.taken = np.zeros(self.minutes, dtype=np.bool_)
        self.disturbances: list[Disturbance] = []

    def run(self, surges: int) -> SimulatedSeries:
        rate = self.base * self._season() * self._trend()
        wander = self._wander()
        rate *= wander
        rate *= self._shows() * self._launch()
        usual = rate.copy()
        shares = np.full(self.minutes, self.share)
        planted: list[Surge] = []
        for number in range(surges):
            surge = self._plant(
                SHAPES[(number + int(self.rng.integers(4))) % 4], usual, rate, shares
            )
            if surge is not None:
                planted.append(surge)
        blips = self._blips(usual)
        posts = self._counts(rate) + blips
        negative = self._negative(posts, shares)
        known = self._known(planted)
        return SimulatedSeries(
            base=self.base,
            dispersion=self.dispersion,
            posts=posts,
            negative=negative,
            known=known,
            rate=rate,
            usual=usual,
            wander=wander,
            surges=tuple(sorted(planted, key=lambda surge: surge.start)),
            disturbances=tuple(self.disturbances),
        )

    def _season(self) -> Floats:
        """Mean 1 over a week; half of the series change to summer time within the run."""
        rng = self.rng
        local = self.time.astype(np.float64)
        if rng.random() < 0.5:
            days = self.minutes // MINUTES_A_DAY
            change = int(rng.integers(min(8, days - 1), days)) * MINUTES_A_DAY
            local = local + 60.0 * (self.time >= change) * rng.choice((-1, 1))
        phase = 2 * np.pi * (local / MINUTES_A_DAY - rng.uniform())
        day = rng.uniform(0.2, 1.0) * np.cos(phase) + rng.uniform(0, 0.4) * np.cos(2 * phase + 1)
        weekday = np.concatenate(
            (rng.normal(0, 0.08, 5), rng.normal(rng.uniform(-0.7, 0.1), 0.1, 2))
        )
        today = np.floor(local / MINUTES_A_DAY).astype(np.int64) % 7
        season = np.exp(day + weekday[today])
        return np.asarray(season / season[:MINUTES_A_WEEK].mean())

    def _trend(self) -> Floats:
        a_week = self.rng.uniform(-0.12, 0.2)
        return np.exp(a_week * self.time / MINUTES_A_WEEK)

    def _wander(self) -> Floats:
        """A slow wander of the logarithm, standard deviation up to 0.15, over some hours."""
        size, hours = self.rng.uniform(0.0, 0.15), self.rng.uniform(2, 12)
        keep = float(np.exp(-1 / (60 * hours)))
        noise = self.rng.normal(0, size * np.sqrt(1 - keep * keep), self.minutes)
        wander = np.empty(self.minutes)
        level = 0.0
        for minute, push in enumerate(noise.tolist()):
            level = keep * level + push
            wander[minute] = level
        return np.exp(wander)

    def _shows(self) -> Floats:
        """A quarter of the series have a weekly show."""
        lift = np.ones(self.minutes)
        if self.rng.random() > 0.25:
            return lift
        at, length = int(self.rng.integers(MINUTES_A_WEEK)), int(self.rng.integers(40, 150))
        height = self.rng.uniform(1.0, 3.0)
        for start in range(at, self.minutes - length, MINUTES_A_WEEK):
            lift[start : start + length] += height * self.rng.uniform(0.8, 1.2)
            self._note("show", start, start + length)
        return lift

    def _launch(self) -> Floats:
        """A fifth of the series have a launch: a day that rises and falls like a hill."""
        lift = np.ones(self.minutes)
        if self.rng.random() > 0.2 or self.minutes < 10 * MINUTES_A_DAY:
            return lift
        start = int(self.rng.integers(7 * MINUTES_A_DAY, self.minutes - 3 * MINUTES_A_DAY))
        length = int(self.rng.integers(MINUTES_A_DAY, 2 * MINUTES_A_DAY))
        hill = np.sin(np.linspace(0, np.pi, length)) ** 2
        lift[start : start + length] += self.rng.uniform(0.5, 1.5) * hill
        self._note("launch", start, start + length)
        return lift

    def _note(self, kind: str, start: int, end: int) -> None:
        self.disturbances.append(Disturbance(kind, start, end))
        self.taken[max(0, start - 360) : end + 360] = True

    def _blips(self, rate: Floats) -> Wholes:
        """Now and then a bot posts many times within a minute or two."""
        blips = np.zeros(self.minutes, dtype=np.int64)
        for _ in range(int(self.rng.poisson(self.minutes / MINUTES_A_WEEK * 1.5))):
            start, length = int(self.rng.integers(self.minutes - 3)), int(self.rng.integers(1, 3))
            size = self.rng.uniform(3, 20) * (rate[start] + 1)
            blips[start : start + length] += self.rng.poisson(size, length)
            self.disturbances.append(Disturbance("blip", start, start + length))
        return blips

    def _known(self, planted: list[Surge]) -> Flags:
        """Some gaps of minutes to hours, none within a surge's first hours."""
        known = np.ones(self.minutes, dtype=np.bool_)
        for _ in range(int(self.rng.poisson(self.minutes / MINUTES_A_WEEK))):
            length = int(np.exp(self.rng.uniform(np.log(5), np.log(600))))
            start = int(self.rng.integers(self.minutes - length))
            if not any(start < s.end and start + length > s.start - 60 for s in planted):
                known[start : start + length] = False
        return known

    def _counts(self, rate: Floats) -> Wholes:
        size = 1 / self.dispersion
        return self.rng.poisson(rate * self.rng.gamma(size, 1 / size, self.minutes))

    def _negative(self, posts: Wholes, shares: Floats) -> Wholes:
        if self.correlation < 1e-4:
            return self.rng.binomial(posts, shares)
        strength = 1 / self.correlation - 1
        return self.rng.binomial(posts, self.rng.beta(shares * strength, (1 - shares) * strength))

    def _plant(self, shape: Shape, usual: Floats, rate: Floats, shares: Floats) -> Surge | None:
        for _ in range(40):
            length = int(self.rng.integers(60, 480))
            start = int(self.rng.integers(MINUTES_A_DAY, self.minutes - length - 60))
            if self.taken[start : start + length].any():
                continue
            peak = float(np.exp(self.rng.uniform(np.log(2.0), np.log(10.0))))
            span = slice(start, start + length)
            if shape == "negative":
                peak = min(0.9, self.share + float(self.rng.uniform(0.2, 0.55)))
                gain = self._gain_of_share(usual[span], self.share, peak)
            else:
                lift = _lift(shape, length, peak, self.rng)
                gain = self._gain_of_volume(usual[span], lift)
            evidence = np.cumsum(gain)
            if evidence[-1] < LEAST_NATS or evidence.max() < SURE_NATS:
                continue
            if shape == "negative":
                shares[span] = peak
            else:
                rate[span] = usual[span] * lift
            self.taken[max(0, start - MINUTES_A_DAY // 2) : start + length + MINUTES_A_DAY // 2] = (
                True
            )
            sure = start + int(np.argmax(evidence >= SURE_NATS))
            return Surge(shape, start, start + length, sure, peak)
        return None

    def _gain_of_volume(self, usual: Floats, lift: Floats) -> Floats:
        """Expected likelihood ratio of each minute, in nats: negative-binomial, rates known."""
        size = 1 / self.dispersion
        x = usual * lift
        return np.asarray(x * np.log(lift) - (x + size) * np.log((size + x) / (size + usual)))

    def _gain_of_share(self, usual: Floats, share: float, peak: float) -> Floats:
        nats = peak * np.log(peak / share) + (1 - peak) * np.log((1 - peak) / (1 - share))
        return np.asarray(usual * nats / (1 + usual * self.correlation))


def _lift(shape: Shape, length: int, peak: float, rng: np.random.Generator) -> Floats:
    """Times the usual rate, shape (length,)."""
    minute = np.arange(length)
    if shape == "step":
        return np.full(length, peak)
    if shape == "ramp":
        rise = rng.uniform(0.3, 0.8) * length
        return 1.0 + (peak - 1.0) * np.minimum(1.0, minute / rise)
    doubling = rng.uniform(8, 25)
    growth = np.minimum(0.05 * np.exp2(minute / doubling), 1.0)
    fall = np.exp2(-np.maximum(0.0, minute - doubling * np.log2(20)) / rng.uniform(40, 200))
    return np.asarray(1.0 + (peak - 1.0) * growth * fall)
