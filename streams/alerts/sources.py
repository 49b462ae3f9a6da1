"""Sources that are silent by fault: while one is, nothing is claimed of the brands that live on it.

A connector that died looks like brands of which nobody speaks any more. What tells them apart: a
source that carries several brands has fallen silent for all of them at once. So have all sources
together, after an outage of whatever brings the posts.
"""

from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np

from streams.alerts.minute import Minute
from streams.detection.columns import Floats, Wholes
from streams.detection.detector import Detector
from streams.detection.incidents import SILENCE
from streams.detection.stored import pack_detector, unpack_detector

# How improbable a silence must be (-ln of its probability), and how long at least.
_FAULT_NATS: Final = 8.0
_FAULT_MIN: Final = 15.0
# A brand lives on a source that brings more than this share of its posts.
_MAIN_SHARE: Final = 0.5
# Brands that bring less than this share of a source's posts are no witnesses.
_WITNESS_SHARE: Final = 0.02
_HALF_LIFE_MIN: Final = 7 * 1440.0
_MAX_SOURCES: Final = 500
_DAY_S: Final = 86_400
_HOUR: Final = 3
# Stands for all sources together; no source bears this name.
EVERY_SOURCE: Final = ""


class SourceState(msgspec.Struct, frozen=True):
    """All that is remembered."""

    names: list[str]
    shares: list[tuple[str, str, float]]
    minute_s: int
    detector: bytes


@dataclass(slots=True)
class SourceWatch:
    """Feeds every source's posts, over all brands, to a detector of its own; and those of all."""

    names: list[str]
    shares: dict[tuple[str, str], float]
    detector: Detector
    minute_s: int = 0

    @classmethod
    def empty(cls) -> "SourceWatch":
        """Nothing seen yet."""
        return cls([], {}, Detector(0, with_negative=False))

    def step(self, minute: Minute) -> dict[str, str]:
        """Brands of which nothing can be said in this minute, each with the silent source.

        That is EVERY_SOURCE where no source brings any posts.
        """
        posts: dict[str, int] = {}
        for item in minute.sources:
            for name in (item.source, EVERY_SOURCE):
                posts[name] = posts.get(name, 0) + item.posts
        known = set(self.names)
        new = sorted(set(posts) - known)[: max(0, _MAX_SOURCES - len(self.names))]
        if new:
            self.names += new
            self.detector.grow(len(new))
        counts = np.array([float(posts.get(name, 0)) for name in self.names])
        if counts.size:
            self.detector.step(np.full(counts.size, minute.start_s), counts)
        silent = {self.names[row] for row in self._faulty(counts)}
        self._age(minute)
        found = self._unknown(silent) if silent else {}
        if minute.start_s % _DAY_S == 0:
            self._prune()
        return found

    def _faulty(self, counts: Floats) -> Wholes:
        quiet, detector = self.detector.quiet, self.detector
        if not counts.size:
            return np.zeros(0, dtype=np.int64)
        dispersion = detector.dispersions()[_HOUR]
        nats = np.log1p(quiet.nats * dispersion) / dispersion
        improbable = (nats >= _FAULT_NATS) & (quiet.minutes >= _FAULT_MIN)
        lasting = detector.incidents.kind == SILENCE
        return np.flatnonzero((improbable | lasting) & (counts == 0))

    def _age(self, minute: Minute) -> None:
        passed = (minute.start_s - self.minute_s) / 60.0 if self.minute_s else 0.0
        self.minute_s = minute.start_s
        keep = 2.0 ** (-passed / _HALF_LIFE_MIN)
        self.shares = {key: value * keep for key, value in self.shares.items() if value > 1e-3}
        for item in minute.sources:
            key = (item.brand, item.source)
            self.shares[key] = self.shares.get(key, 0.0) + item.posts

    def _prune(self) -> None:
        """Let go of sources of long ago, and of the least busy where there are too many.

        Who names sources freely, a source for each site say, would fill the places for ever.
        """
        levels = dict.fromkeys(self.names, 0.0)
        for (_, source), posts in self.shares.items():
            if source in levels:
                levels[source] += posts
        stays = [name for name, level in levels.items() if level or name == EVERY_SOURCE]
        if len(stays) >= _MAX_SOURCES:
            # Room for new ones: a tenth.
            busiest = sorted(stays, key=lambda name: (name != EVERY_SOURCE, -levels[name], name))
            stays = busiest[: _MAX_SOURCES - _MAX_SOURCES // 10]
        kept = set(stays)
        rows = [row for row, name in enumerate(self.names) if name in kept]
        if len(rows) < len(self.names):
            self.names = [self.names[row] for row in rows]
            self.detector = self.detector.take(np.array(rows, dtype=np.int64))

    def _unknown(self, silent: set[str]) -> dict[str, str]:
        of_brand: dict[str, float] = {}
        of_source: dict[str, float] = {}
        for (brand, source), posts in self.shares.items():
            of_brand[brand] = of_brand.get(brand, 0.0) + posts
            of_source[source] = of_source.get(source, 0.0) + posts
        shares = sorted(self.shares.items())
        if len(of_source) > 1:
            # Last, so that of every brand it is said that all are silent, where they are.
            shares += [((brand, EVERY_SOURCE), posts) for brand, posts in sorted(of_brand.items())]
            of_source[EVERY_SOURCE] = sum(of_source.values())
        witnesses: dict[str, int] = {}
        for (_, source), posts in shares:
            if posts > _WITNESS_SHARE * of_source[source]:
                witnesses[source] = witnesses.get(source, 0) + 1
        return {
            brand: source
            for (brand, source), posts in shares
            if source in silent
            and witnesses.get(source, 0) > 1
            and posts > _MAIN_SHARE * of_brand[brand]
        }

    def state(self) -> SourceState:
        """For a snapshot."""
        shares = [(brand, source, posts) for (brand, source), posts in sorted(self.shares.items())]
        return SourceState(self.names, shares, self.minute_s, pack_detector(self.detector))

    @classmethod
    def restored(cls, state: SourceState) -> "SourceWatch":
        """From a snapshot. Raises ValueError for one of another version."""
        shares = {(brand, source): posts for brand, source, posts in state.shares}
        return cls(list(state.names), shares, unpack_detector(state.detector), state.minute_s)
