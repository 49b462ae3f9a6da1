"""From what detectors and rules say of the series to what people are told of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from schemas.alert import Kind, SeriesName, Signal
from streams.alerts.lanes import DetectorLane, RuleLane
from streams.alerts.minute import Finding, LogRow, Minute
from streams.alerts.windows import (
    DUE,
    DUE_NEGATIVE,
    HOUR,
    NEGATIVE,
    POSTS,
    REACH,
    WINDOWS_MIN,
    Telling,
    telling_window,
)
from streams.detection.columns import Flags, Floats, Wholes
from streams.detection.detector import Judgement
from streams.detection.incidents import KINDS, SILENCE, VOLUME
from streams.detection.tails import count_range

# Windows are told with the variance of a busy hour; the detector's own is for one row.
_DISPERSION: Final = 0.05
_SHARE_WINDOWS: Final = tuple(WINDOWS_MIN.index(minutes) for minutes in (15, 60, 180))
_LOG_SCORE: Final = 0.1
# The score of an incident that is open, while its statistics are over their thresholds.
_OPEN_SCORE: Final = 0.25
# In its first minutes an incident counts in any case; later a slow rise needs so much more than is
# usual.
_YOUNG_S: Final = 300
_STILL_HIGH: Final = 1.25
_QUARTER: Final = WINDOWS_MIN.index(15)


@dataclass(slots=True)
class Judged:
    """What is said of every series in one minute; arrays of shape (series,).

    due: posts to be expected in the shortest window. due_now: in this minute, NaN where not known.
    due_negative: negative ones among those that came. quiet_min: length of the present silence.
    since_s: begin of the incident that a series is in. rules: rows in which a rule holds, with the
    lane and the column there.
    """

    names: Sequence[SeriesName]
    posts: Floats
    negative: Floats
    reach: Floats
    score: Floats
    low: Floats
    high: Floats
    due: Floats
    due_now: Floats
    due_negative: Floats
    quiet_min: Floats
    kind: Wholes
    since_s: Wholes
    rules: list[tuple[int, RuleLane, int]]

    @classmethod
    def empty(
        cls, names: Sequence[SeriesName], posts: Floats, negative: Floats, reach: Floats
    ) -> "Judged":
        """Nothing is said yet."""
        count = len(names)
        return cls(
            names=list(names),
            posts=posts,
            negative=negative,
            reach=reach,
            score=np.zeros(count),
            low=np.zeros(count),
            high=np.zeros(count),
            due=np.zeros(count),
            due_now=np.full(count, np.nan),
            due_negative=np.zeros(count),
            quiet_min=np.zeros(count),
            kind=np.zeros(count, dtype=np.int64),
            since_s=np.zeros(count, dtype=np.int64),
            rules=[],
        )

    def take_judgement(self, lane: DetectorLane, said: Judgement, usual: Floats) -> None:
        """Note what a detector says of its series."""
        rows, detector = lane.rows, lane.detector
        self.score[rows], self.low[rows], self.high[rows] = said.score, said.low, said.high
        self.kind[rows] = said.kind
        self.due_now[rows] = said.due
        self.quiet_min[rows] = detector.quiet.minutes
        mean = detector.windows.sums[1, 0]
        self.due[rows] = np.where(mean > 0, mean, 0.5 * (said.low + said.high))
        since = detector.incidents.since
        if detector.share is not None:
            since = np.where(detector.incidents.open, since, detector.share.incidents.since)
            self.due_negative[rows] = detector.share.factor() * usual
        self.since_s[rows] = since

    def take_rule(self, lane: RuleLane) -> None:
        """Note where a rule holds."""
        incidents = lane.watch.incidents
        # The rule's incident stays open for a while after the last minute in which it held.
        for column in np.flatnonzero(incidents.open & (incidents.calm_min == 0)).tolist():
            self.rules.append((int(lane.rows[column]), lane, column))


def findings_of(judged: Judged, sums: Floats, end: datetime) -> tuple[Finding, ...]:
    """Every series that is out of the ordinary now, with what it shows, in a fixed order.

    A detector keeps its incident open until all its windows are calm again; here it counts as long
    as the last quarter of an hour (for the share of negative posts, the last hour) is not ordinary.
    sums: of the last minutes, shape (channels, windows, series). end: of the minute.
    """
    teller = _Teller(judged, sums, end)
    rows = np.flatnonzero(judged.kind).tolist()
    found = [teller.detected(row) for row in rows if teller.goes_on(row)]
    found += [teller.by_rule(row, lane, column) for row, lane, column in judged.rules]
    return tuple(sorted(found, key=lambda item: (item.series, item.kind, item.signal.rule)))


@dataclass(frozen=True, slots=True)
class _Teller:
    judged: Judged
    sums: Floats
    end: datetime

    def goes_on(self, row: int) -> bool:
        """Whether what a detector found there is still to be seen."""
        judged, kind = self.judged, int(self.judged.kind[row])
        if kind == SILENCE:
            return bool(judged.quiet_min[row] > 0)
        if self.end.timestamp() - judged.since_s[row] <= _YOUNG_S:
            return True
        places = (POSTS, DUE, _QUARTER) if kind == VOLUME else (NEGATIVE, DUE_NEGATIVE, HOUR)
        seen, due = (float(self.sums[channel, places[2], row]) for channel in places[:2])
        still_high = judged.score[row] >= _OPEN_SCORE and seen > _STILL_HIGH * due
        return bool(still_high or seen > _ordinary(due)[1])

    def detected(self, row: int) -> Finding:
        """What a detector's incident shows."""
        kind = int(self.judged.kind[row])
        if kind == SILENCE:
            return self._silence(row, round(float(self.judged.quiet_min[row])))
        if kind == VOLUME:
            told = telling_window(self.sums[POSTS, :, row], self.sums[DUE, :, row])
        else:
            told = telling_window(
                self.sums[NEGATIVE, :, row], self.sums[DUE_NEGATIVE, :, row], among=_SHARE_WINDOWS
            )
        # The score falls when the first rush is over; the incident that is open still counts.
        score = max(0.5, float(self.judged.score[row]))
        return self._finding(row, Kind(KINDS[kind]), told, score=score)

    def by_rule(self, row: int, lane: RuleLane, column: int) -> Finding:
        """What a rule's incident shows, beside what is usual; its limit where that is not known."""
        rule = lane.rule.rule
        if rule.measure == "silence":
            return self._silence(row, round(rule.least), rule=lane.rule.text)
        window_min = max(1, rule.window_min)
        seen, bad = lane.watch.windows.sums[:, 0, column].tolist()
        share = bad / seen if seen else 0.0
        if rule.measure == "posts":
            kind, shown, limit = Kind.VOLUME, seen, rule.least
            due = float(self.judged.due[row]) * window_min
        else:
            kind, shown, limit = Kind.NEGATIVE, bad, rule.least * seen
            posts = max(1.0, float(self.sums[POSTS, -1, row]))
            due = float(self.sums[DUE_NEGATIVE, -1, row]) / posts * seen
        told = Telling(window_min, shown, due or limit)
        return self._finding(row, kind, told, score=1.0, rule=lane.rule.text, share=share)

    def _silence(self, row: int, quiet_min: int, rule: str = "") -> Finding:
        due = float(self.judged.due[row]) * quiet_min
        told = Telling(max(1, quiet_min), 0.0, due)
        return self._finding(row, Kind.SILENCE, told, score=1.0 if rule else 0.5, rule=rule)

    def _finding(  # noqa: PLR0913 - a series, and what is said of it
        self,
        row: int,
        kind: Kind,
        told: Telling,
        *,
        score: float,
        rule: str = "",
        share: float | None = None,
    ) -> Finding:
        posts = self.sums[POSTS, :, row]
        if share is None:
            scale = WINDOWS_MIN.index(told.window_min) if told.window_min in WINDOWS_MIN else HOUR
            share = float(self.sums[NEGATIVE, scale, row] / max(1.0, posts[scale]))
        low, high = _ordinary(told.due)
        signal = Signal(
            series=self.judged.names[row],
            kind=kind,
            at=self.end,
            window_min=told.window_min,
            seen=round(told.seen, 2),
            expected=round(told.due, 2),
            low=round(low, 2),
            high=round(high, 2),
            score=round(min(score, 1.0), 4),
            rule=rule,
        )
        return Finding(
            signal=signal,
            share=min(1.0, share),
            posts=float(posts[HOUR]),
            reach=float(self.sums[REACH, HOUR, row]),
        )


def _ordinary(due: float) -> tuple[float, float]:
    low, high = count_range(np.array([max(due, 0.01)]), np.array([_DISPERSION]))
    return float(low[0]), float(high[0])


def log_rows(judged: Judged, minute: Minute, *, seen: Flags) -> tuple[LogRow, ...]:
    """What is worth keeping of the minute: series with posts or a finding, brands, and sources.

    seen: whether a series ever had a post.
    """
    told = (np.nan_to_num(judged.posts) > 0) | (judged.score >= _LOG_SCORE) | (judged.kind > 0)
    rows = [
        LogRow(
            series=name,
            posts=float(judged.posts[row]),
            negative=float(judged.negative[row]),
            low=float(judged.low[row]),
            high=float(judged.high[row]),
            due=float(judged.due_now[row]),
            usual=float(judged.due_negative[row]),
            score=float(judged.score[row]),
            kind=KINDS[int(judged.kind[row])],
            reach=float(judged.reach[row]),
        )
        for row, name in enumerate(judged.names)
        if told[row] or (seen[row] and name == SeriesName(brand=name.brand))
    ]
    rows += [
        LogRow(series=SeriesName(brand=item.brand), source=item.source, posts=float(item.posts))
        for item in minute.sources
    ]
    return tuple(rows)
