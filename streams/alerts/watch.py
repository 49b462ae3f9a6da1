"""Watches all series: feeds each closed minute once to the detectors and to the rules.

Pure: the same minutes in the same order give the same findings, whatever was stored and restored
between them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import msgspec
import numpy as np

from schemas.alert import SeriesName
from schemas.alert_rules import AlertRules
from streams.alerts.findings import Judged, findings_of, log_rows
from streams.alerts.lanes import (
    DetectorLane,
    LaneState,
    RuleLane,
    RuleState,
    detector_state,
    refill,
    refill_rule,
    rule_state,
)
from streams.alerts.minute import Minute, Watched
from streams.alerts.moods import Moods, MoodState
from streams.alerts.sources import SourceState, SourceWatch
from streams.alerts.windows import recent
from streams.detection.columns import Flags, Floats, PackedArray, Wholes
from streams.detection.rolling import RollingSums
from streams.detection.tuning import Sensitivity

MAX_SERIES: Final = 10_000
_IDLE_DAYS: Final = 14
_DAY_S: Final = 86_400
# How busy a series is: its posts, each forgotten by half in so many days.
_LEVEL_DAYS: Final = 7.0
STATE_VERSION: Final = 1


class WatchState(msgspec.Struct, frozen=True, kw_only=True):
    """All that a watch remembers."""

    version: int
    minute_s: int
    names: list[SeriesName]
    levels: list[float]
    last_posts_s: list[int]
    seen: list[bool]
    brands: list[str]
    lanes: list[LaneState]
    rules: list[RuleState]
    recent: dict[str, PackedArray]
    moods: MoodState
    sources: SourceState


class Watch:
    """The state of all series.

    brands: those of the watchlist; no other is watched. most: series at most.
    """

    def __init__(self, rules: AlertRules, brands: Sequence[str], *, most: int = MAX_SERIES) -> None:
        self._rules = rules
        self._brands = list(brands)
        self._most = max(most, len(self._brands))
        self.minute_s = -1
        self.names: list[SeriesName] = []
        self._rows: dict[SeriesName, int] = {}
        self._levels = np.zeros(0)
        self._last_posts_s: Wholes = np.zeros(0, dtype=np.int64)
        # Before a brand's first post nothing is known of it: perhaps nobody looked for it yet.
        self._seen: Flags = np.zeros(0, dtype=np.bool_)
        self._lanes = {word: DetectorLane.empty(word) for word in Sensitivity}
        self._rule_lanes = [RuleLane.empty(rule) for rule in rules.rules]
        self._recent = recent(0)
        self._moods = Moods.of(len(self._brands))
        self._sources = SourceWatch.empty()
        # The brands come first and stay: row number and brand's number are the same.
        self._admit([SeriesName(brand=brand) for brand in self._brands])

    @property
    def series(self) -> int:
        """How many series are watched."""
        return len(self.names)

    def step(self, minute: Minute) -> Watched:
        """Take in one minute, later than the one before; minutes left out are not known."""
        if minute.start_s <= self.minute_s:
            raise ValueError(f"minute {minute.start_s} is not after {self.minute_s}")
        unknown = self._sources.step(minute)
        brands = set(self._brands) - unknown.keys()
        counts = {name: count for name, count in minute.counts.items() if name.brand in brands}
        minute = replace(minute, counts=counts)
        self._admit_new(minute)
        judged = self._judge(minute, unknown)
        found = findings_of(judged, self._recent.sums, minute.end)
        self._age(minute)
        rows = log_rows(judged, minute, seen=self._seen)
        if minute.start_s % _DAY_S == 0:
            self._prune({finding.series for finding in found})
        return Watched(minute, found, rows, unknown)

    def _admit_new(self, minute: Minute) -> None:
        new = sorted(name for name in minute.counts if name not in self._rows)
        self._admit(new[: max(0, self._most - self.series)])

    def _admit(self, names: Sequence[SeriesName]) -> None:
        first = self.series
        for row, name in enumerate(names, first):
            self._rows[name] = row
            self.names.append(name)
        count = len(names)
        if not count:
            return
        self._levels = np.append(self._levels, np.zeros(count))
        fresh = np.full(count, max(self.minute_s, 0))
        self._last_posts_s = np.append(self._last_posts_s, fresh)
        self._seen = np.append(self._seen, np.zeros(count, dtype=np.bool_))
        self._recent = self._recent.joined(recent(count))
        for word, lane in self._lanes.items():
            lane.add(
                [
                    row
                    for row, name in enumerate(names, first)
                    if self._rules.sensitivity_of(name.brand).value == word.value
                ]
            )
        for rules in self._rule_lanes:
            rules.add([row for row, name in enumerate(names, first) if rules.covers(name)])

    def _judge(self, minute: Minute, unknown: Mapping[str, str]) -> Judged:
        posts, negative, reach = np.zeros((3, self.series))
        by_lang: dict[tuple[int, str], tuple[int, int]] = {}
        brand_rows = {brand: row for row, brand in enumerate(self._brands)}
        for name, (count, bad) in minute.counts.items():
            row = self._rows.get(name)
            if row is not None:
                posts[row], negative[row] = count, bad
                if name.lang:
                    by_lang[brand_rows[name.brand], name.lang] = (count, bad)
        for brand, people in minute.reach.items():
            if brand in brand_rows:
                reach[brand_rows[brand]] = people
        brands = len(self._brands)
        lang_posts, lang_negative = self._moods.counts(by_lang)
        usual = posts.copy()
        usual[:brands] = self._moods.usual(lang_posts, posts[:brands])
        self._seen |= posts > 0
        blind = ~self._seen
        blind[[row for row, name in enumerate(self.names) if name.brand in unknown]] = True
        posts[blind] = negative[blind] = np.nan
        usual[blind] = 0.0
        judged = Judged.empty(self.names, posts, negative, reach)
        times = np.full(self.series, minute.start_s)
        for lane in self._lanes.values():
            if lane.rows.size:
                rows = lane.rows
                said = lane.detector.step(times[rows], posts[rows], negative[rows], usual[rows])
                judged.take_judgement(lane, said, usual[rows])
        for rules in self._rule_lanes:
            if rules.rows.size:
                rules.watch.step(times[rules.rows], posts[rules.rows], negative[rules.rows])
                judged.take_rule(rules)
        self._push(minute, judged)
        calm = (judged.kind[:brands] == 0) & ~np.isnan(posts[:brands])
        self._moods.learn(lang_posts, lang_negative, calm)
        seen = np.nan_to_num(posts)
        self._levels += seen
        self._last_posts_s = np.where(seen > 0, minute.start_s, self._last_posts_s)
        return judged

    def _push(self, minute: Minute, judged: Judged) -> None:
        missed = (minute.start_s - self.minute_s) // 60 - 1 if self.minute_s >= 0 else 0
        if missed:
            everything = np.arange(self.series)
            self._recent.skip(everything, np.full(self.series, missed))
        channels: tuple[Floats, ...] = (
            judged.posts,
            judged.negative,
            judged.due,
            judged.due_negative,
            judged.reach,
        )
        self._recent.push(np.nan_to_num(np.stack(channels)))

    def _age(self, minute: Minute) -> None:
        passed_s = minute.start_s - self.minute_s if self.minute_s >= 0 else 60
        self._levels *= 2.0 ** (-passed_s / (_DAY_S * _LEVEL_DAYS))
        self.minute_s = minute.start_s

    def _prune(self, hot: set[SeriesName]) -> None:
        """Let idle series go, and the least busy where there are too many; once a day."""
        brands = len(self._brands)
        idle = self.minute_s - self._last_posts_s > _IDLE_DAYS * _DAY_S
        stays = [
            row
            for row in range(self.series)
            if row < brands or not idle[row] or self.names[row] in hot
        ]
        if len(stays) >= self._most:
            # Room for new ones: a tenth, of the least busy.
            busiest = sorted(stays, key=lambda row: (row >= brands, -self._levels[row], row))
            stays = sorted(busiest[: max(brands, int(0.9 * self._most))])
        if len(stays) < self.series:
            self._keep(stays)

    def _keep(self, stays: Sequence[int]) -> None:
        places = {row: place for place, row in enumerate(stays)}
        chosen = np.array(stays, dtype=np.int64)
        self.names = [self.names[row] for row in stays]
        self._rows = {name: row for row, name in enumerate(self.names)}
        self._levels = self._levels[chosen]
        self._last_posts_s = self._last_posts_s[chosen]
        self._seen = self._seen[chosen]
        self._recent = self._recent.take(chosen)
        self._lanes = {word: lane.kept(places) for word, lane in self._lanes.items()}
        self._rule_lanes = [lane.kept(places) for lane in self._rule_lanes]

    def state(self) -> WatchState:
        """For a snapshot."""
        return WatchState(
            version=STATE_VERSION,
            minute_s=self.minute_s,
            names=self.names,
            levels=self._levels.tolist(),
            last_posts_s=self._last_posts_s.tolist(),
            seen=self._seen.tolist(),
            brands=self._brands,
            lanes=[detector_state(lane) for lane in self._lanes.values()],
            rules=[rule_state(lane) for lane in self._rule_lanes],
            recent=self._recent.pack(),
            moods=self._moods.state(),
            sources=self._sources.state(),
        )

    def restore(self, state: WatchState) -> None:
        """Take up a snapshot, under rules and brands that may have changed since.

        What is new begins without a past. Raises ValueError for a snapshot of another version.
        """
        if state.version != STATE_VERSION:
            raise ValueError(f"the snapshot has version {state.version}, not {STATE_VERSION}")
        old_rows = {name: row for row, name in enumerate(state.names)}
        self.minute_s = state.minute_s
        brands = set(self._brands)
        self._admit(
            [n for n in state.names if n not in self._rows and n.brand in brands][
                : self._most - self.series
            ]
        )
        was = {row: old_rows[name] for name, row in self._rows.items() if name in old_rows}
        new, old = np.array(sorted(was.items()), dtype=np.int64).reshape(-1, 2).T
        self._levels[new] = np.array(state.levels)[old]
        self._last_posts_s[new] = np.array(state.last_posts_s, dtype=np.int64)[old]
        self._seen[new] = np.array(state.seen, dtype=np.bool_)[old]
        self._recent.put(new, RollingSums.unpack(state.recent).take(old))
        for lane in self._lanes.values():
            refill(lane, state.lanes, was)
        for rules in self._rule_lanes:
            refill_rule(rules, state.rules, was)
        columns = {brand: column for column, brand in enumerate(state.brands)}
        self._moods = Moods.restored(
            state.moods, [columns.get(brand, -1) for brand in self._brands]
        )
        self._sources = SourceWatch.restored(state.sources)
