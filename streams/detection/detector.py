"""The detector: one step advances every series by one row, with constant work and state.

Pure: no clock, no randomness, no I/O. A row is one closed minute (or five, or an hour). What is
not known, because the watermark has not passed it or its source is at fault, is given as NaN: then
nothing is claimed and nothing is learned. A series' answers depend on its own earlier rows only.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from streams.detection.baseline import Baseline, Expectation
from streams.detection.clock import Moment, moments
from streams.detection.clock_change import ClockChange
from streams.detection.columns import Columns, Flags, Floats, Parted, Wholes, within
from streams.detection.dispersion import Dispersion
from streams.detection.incidents import NEGATIVE, NONE, SILENCE, VOLUME, Incidents
from streams.detection.negative_share import NegativeShare, ShareRow
from streams.detection.quiet import Quiet
from streams.detection.rise import HourBefore, Rise
from streams.detection.rolling import RollingSums
from streams.detection.schedule import Schedule
from streams.detection.tails import count_range, upper_surprise
from streams.detection.thresholds import Thresholds
from streams.detection.tuning import TUNING, Sensitivity, Tuning

# Scales of the volume: one row (for the dispersion only), then the windows.
_ROW, _FIRST, _HOUR = 0, 1, 3


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the detector says of one row of each series, shape (series,) each.

    score: 0 to 1; 0.5 or more where an incident opens and only there. due: posts to be expected,
    NaN in the series' first hour. low, high: ordinary values lie between them in 99 of 100 rows.
    alert: an incident opens here. kind: of incidents.KINDS, of the incident that is open (the
    volume's before the share's), else 0. ready: False while it does not know the series yet.
    """

    score: Floats
    due: Floats
    low: Floats
    high: Floats
    alert: Flags
    kind: Wholes
    ready: Flags


@dataclass(frozen=True, slots=True)
class _Row:
    """One row and what is expected of it, shape (series,) each; dispersion: (scales, series).

    posts: 0 where not known. excused: how many times the mean wakes nobody now.
    """

    time_s: Wholes
    moment: Moment
    posts: Floats
    known: Flags
    warm: Flags
    expected: Expectation
    dispersion: Floats
    excused: Floats


@dataclass(frozen=True, slots=True)
class _Sums:
    """The windows after the row, shape (scales, series).

    seen: posts, each minute capped. due: expected ones. surprise: -ln p of each window beyond the
    row against what is excused, then of the rises; plain: of the windows against what is due.
    rise: what the hour before leads one to expect.
    """

    seen: Floats
    due: Floats
    surprise: Floats
    plain: Floats
    rise: Rise


class Detector(Parted):
    """Detects surges, silences and turns of mood in many series at once.

    series: how many. step_s: seconds between rows. with_negative: counts of negative posts are
    given.
    """

    def __init__(
        self,
        series: int,
        *,
        step_s: int = 60,
        sensitivity: Sensitivity = Sensitivity.BALANCED,
        with_negative: bool = True,
        tuning: Tuning = TUNING,
    ) -> None:
        self.step_s = step_s
        self.sensitivity = sensitivity
        self._tuning = tuning
        self._row_min = step_s / 60.0
        # Rows of less than a minute are treated as minutes: their windows are that much shorter.
        self._unit_min = max(1.0, self._row_min)
        self._rows_a_day = 86400.0 / step_s
        lengths = [1] + [max(1, round(w / self._unit_min)) for w in tuning.windows_min]
        self._week_scale = 1 + tuning.windows_min.index(tuning.week_window_min)
        self._warm_rows = max(tuning.warm_rows, tuning.warm_min / self._unit_min)
        self.baseline = Baseline.empty(series)
        self.schedule = Schedule.empty(series)
        self.clocks = ClockChange.empty(series)
        self.windows = RollingSums.empty(channels=4, lengths=lengths, series=series)
        self.dispersion = Dispersion.empty(scales=len(lengths), series=series)
        self._before = HourBefore(series=series, rows_a_day=self._rows_a_day, tuning=tuning)
        self.incidents = Incidents.empty(series)
        self.quiet = Quiet.empty(series)
        lasting = round(tuning.persist_min / self._unit_min)
        lasting = max(2, lasting) if self._unit_min < tuning.persist_min else 1
        self.recent = RollingSums.empty(channels=1, lengths=[lasting], series=series)
        self._thresholds = Thresholds(
            series=series,
            rows_a_day=self._rows_a_day,
            return_days=sensitivity.return_days,
            tuning=tuning,
        )
        self.share: NegativeShare | None = None
        if with_negative:
            self.share = NegativeShare(
                series=series, row_min=self._row_min, rows_a_day=self._rows_a_day, tuning=tuning
            )

    @property
    def series(self) -> int:
        """How many series there are."""
        return int(self.quiet.last_s.size)

    @property
    def with_negative(self) -> bool:
        """Whether it judges the share of negative posts."""
        return self.share is not None

    def step(
        self,
        time_s: Wholes,
        posts: Floats,
        negative: Floats | None = None,
        usual_negative: Floats | None = None,
    ) -> Judgement:
        """Judge one row of every series, shape (series,) each, and learn from it.

        time_s: when the row begins, in seconds since 1970, later than the row before; rows that
        were left out are not known. posts: NaN where not known. negative: negative ones among them,
        NaN where not known. usual_negative: the posts weighed by how negative their languages
        usually are, from `LanguageMix`; without it every post counts alike.
        """
        self._pass_over(time_s)
        row = self._row(time_s, posts)
        capped = self._capped(row)
        settled = self.baseline.rows >= self._tuning.clock_first_days * self._rows_a_day
        self.clocks.note(row.moment, capped, row.expected, row.known & settled, self._tuning)
        sums = self._sums(row, capped)
        scale = self._week_scale
        self.schedule.note(
            (sums.seen[scale] + 1.0) / (sums.due[scale] + 1.0), sums.plain[scale - 1]
        )
        quiet = self.quiet.step(
            row.posts,
            row.known,
            mean=row.expected.mean,
            each=row.dispersion[_ROW] + row.expected.doubt,
            lasting=row.dispersion[_HOUR] + row.expected.doubt,
            unit_min=self._unit_min,
        )
        silence = np.where(self.quiet.minutes >= self._silence_min(), quiet, 0.0)
        surprise = np.concatenate((sums.surprise, silence[None]))
        excess = self._week_excess(sums.seen[scale])
        over = self._thresholds.over(surprise, excess, often=self.incidents.often)
        was_open = self._kind() > 0
        alert, closed = self._incidents(row, sums, over)
        opened = np.where(alert, self.incidents.kind, NONE)
        level = over.max(0)
        if self.share is not None:
            given = np.full_like(row.posts, np.nan) if negative is None else negative
            turned, share_over = self._step_share(row, capped, given, usual_negative, closed)
            turned &= ~alert
            opened = np.where(turned, NEGATIVE, opened)
            alert = alert | turned
            level = np.maximum(level, share_over)
        self._thresholds.note(
            row.moment,
            surprise,
            excess,
            known=row.known,
            counted=row.known & row.warm & (~self.incidents.open | alert),
            warm=row.warm,
        )
        learn = row.known & ~self.incidents.open & (quiet < self._tuning.notable_nats)
        self._learn(row, sums, learn)
        low, high = count_range(row.expected.mean, row.dispersion[_ROW] + row.expected.doubt)
        return Judgement(
            score=_score(level, alert, told=row.known & row.warm, was_open=was_open),
            due=np.where(row.warm, row.expected.mean, np.nan),
            low=low,
            high=high * row.excused,
            alert=alert,
            kind=np.where(alert, opened, self._kind()),
            ready=self.baseline.rows >= self._rows_a_day,
        )

    def dispersions(self) -> Floats:
        """Dispersion of one row and of each window, shape (scales, series)."""
        tuning = self._tuning
        values = self.dispersion.values(
            self.windows.lengths,
            prior=tuning.dispersion_prior,
            prior_windows=tuning.dispersion_prior_windows,
        )
        return np.maximum(values, tuning.dispersion_least)

    def _row(self, time_s: Wholes, posts: Floats) -> _Row:
        tuning = self._tuning
        known = ~np.isnan(posts)
        moment = moments(time_s, midnight_h=tuning.midnight_h)
        self.schedule.roll(moment, tuning)
        expected = self.baseline.expect(moment, rows_a_day=self._rows_a_day, tuning=tuning)
        prior = tuning.week_ago_posts * self._row_min / 30.0
        return _Row(
            time_s=time_s,
            moment=moment,
            posts=np.where(known, posts, 0.0),
            known=known,
            warm=self.baseline.rows >= self._warm_rows,
            expected=expected,
            dispersion=self.dispersions(),
            excused=np.maximum.reduce(
                (
                    self.schedule.tolerance,
                    expected.midnight,
                    self.clocks.excused(expected, tuning),
                    self.schedule.a_week_ago(moment, expected.mean, prior=prior, tuning=tuning),
                )
            ),
        )

    def _sums(self, row: _Row, capped: Floats) -> _Sums:
        mean = np.where(row.known, row.expected.mean, 0.0)
        self.windows.push(np.stack((capped, mean, mean * row.excused, row.known)))
        seen, due, excused, rows = self.windows.sums
        due = np.maximum(due, 1e-6)
        # A window of which part is not known averages over less: it varies as a shorter one.
        filled = np.maximum(rows, 1.0) / self.windows.lengths
        spread = np.minimum(
            row.dispersion / filled, np.maximum(row.dispersion, row.dispersion[_ROW])
        )
        spread = spread + row.expected.doubt
        rise = self._before.expect(self.windows, filled, row.expected.doubt, spread)
        rising = self._before.scales
        excuse = np.maximum(excused[rising] / due[rising], 1.0)
        # All at once: for few series the calls cost more than the arithmetic.
        nats = upper_surprise(
            np.concatenate((seen[_FIRST:], seen[rising], seen[_FIRST:])),
            np.concatenate((np.maximum(excused[_FIRST:], 1e-6), rise.due * excuse, due[_FIRST:])),
            np.concatenate((spread[_FIRST:], rise.spread, spread[_FIRST:])),
        )
        count, risen = len(seen) - _FIRST, len(rise.due)
        surprise, plain = nats[:-count], nats[-count:]
        # What is usual for the season is no surge, and where weekdays change it jumps.
        times = self._tuning.rise_times * (self._unit_min <= self._tuning.rise_longest_row_min)
        limit = np.where(row.moment.turning, 0.0, times)
        surprise[count:] = np.minimum(surprise[count:], limit * surprise[:risen])
        return _Sums(seen=seen, due=due, surprise=surprise, plain=plain, rise=rise)

    def _kind(self) -> Wholes:
        kind = self.incidents.kind
        return kind if self.share is None else np.where(kind > 0, kind, self.share.incidents.kind)

    def _pass_over(self, time_s: Wholes) -> None:
        """Let the rows that were left out pass as not known."""
        last = self.quiet.last_s
        steps = np.round((time_s - last) / self.step_s).astype(np.int64)
        missed = np.where(last >= 0, np.maximum(steps - 1, 0), 0)
        self.quiet.last_s = np.array(time_s, dtype=np.int64)
        chosen = np.flatnonzero(missed)
        if not chosen.size:
            return
        count = missed[chosen]
        of_share = (self.share.windows,) if self.share else ()
        for windows in (self.windows, self.recent, *of_share):
            windows.skip(chosen, count)
        hours = self.baseline.gap_h[chosen] + count * self._row_min / 60.0
        self.baseline.gap_h[chosen] = np.minimum(hours, 12.0)

    def _capped(self, row: _Row) -> Floats:
        """Posts, limited for one minute unless the minutes before were as many."""
        tuning, unit = self._tuning, self._unit_min
        a_minute = row.expected.mean / unit
        excused = a_minute * np.maximum(self.schedule.tolerance, row.expected.midnight)
        self.recent.push(row.posts[None])
        lasting = tuning.persist_times * self.recent.ring[0].min(0)
        cap = unit * (excused + tuning.cap_sd * _deviation(row, a_minute) + tuning.cap_posts)
        return np.asarray(np.minimum(row.posts, np.maximum(cap, lasting)))

    def _silence_min(self) -> float:
        tuning = self._tuning
        shorter = min(tuning.silence_rows * self._unit_min, tuning.silence_most_min)
        return max(shorter, tuning.silence_least_rows * self._unit_min)

    def _week_excess(self, seen: Floats) -> Floats:
        """The logarithm of how many times the week's level the window is."""
        rows = np.minimum(self.windows.lengths[self._week_scale], self.baseline.rows + 1.0)
        return np.asarray(np.log((seen + 1.0) / (rows * self.baseline.week_level() + 1.0)))

    def _incidents(self, row: _Row, sums: _Sums, over: Floats) -> tuple[Flags, Flags]:
        """Open and close volume incidents and silences; which opened and which closed."""
        tuning, can = self._tuning, row.known & row.warm
        surge, silent = (over[:-1] > 1.0).any(0), over[-1] > 1.0
        kind = np.where(surge, VOLUME, SILENCE)
        alert = self.incidents.begin(can & (surge | silent), kind, row.time_s, tuning)
        calm = (sums.surprise[:2] < tuning.calm_nats).all(0)
        back = sums.seen[_FIRST] > tuning.posts_are_back * sums.due[_FIRST]
        quiet = np.where(self.incidents.kind == SILENCE, back, calm)
        closed, lasting = self.incidents.end(
            quiet, can, row.time_s, row_min=self._row_min, tuning=tuning
        )
        if lasting.any():
            times = within(sums.seen[-1] / sums.due[-1], 0.02, 50.0)
            self.baseline.adopt(lasting, times, rows_a_day=self._rows_a_day)
        if closed.any():
            self.windows.clear(closed)
            self.baseline.forget_last_hours(closed)
            self.quiet.forget(closed)
        return alert, closed

    def _step_share(
        self, row: _Row, capped: Floats, negative: Floats, usual: Floats | None, closed: Flags
    ) -> tuple[Flags, Floats]:
        assert self.share is not None
        known = row.known & ~np.isnan(negative)
        part = np.divide(capped, row.posts, out=np.ones_like(capped), where=row.posts > 0)
        recent = row.time_s - self.incidents.ended <= self._tuning.reopen_h * 3600.0
        if closed.any():
            self.share.mute(closed)
        share_row = ShareRow(
            time_s=row.time_s,
            posts=capped,
            negative=np.where(known, negative, 0.0) * part,
            usual=capped if usual is None else usual * part,
            known=known,
            free=~self.incidents.open & ~recent,
            warm=row.warm,
        )
        return self.share.step(share_row, row.moment, return_days=self.sensitivity.return_days)

    def _learn(self, row: _Row, sums: _Sums, learn: Flags) -> None:
        tuning, unit, expected = self._tuning, self._unit_min, row.expected
        a_minute = expected.mean / unit
        most = unit * (a_minute + tuning.learn_sd * _deviation(row, a_minute) + 0.5)
        # In the first hour nothing is known that a value could be clipped to.
        fresh = self.baseline.rows * unit < 60.0
        believed = np.where(fresh, row.posts, np.minimum(row.posts, most))
        self.schedule.count(
            np.where(learn, believed, expected.mean), known=learn | self.incidents.open
        )
        held = within(1.0 - (sums.plain.max(0) - tuning.hold_nats) / 4.0, 0.0, 1.0) * learn
        self.baseline.learn(
            row.moment,
            expected,
            believed,
            np.maximum(held, tuning.hold_least * learn),
            quick=held,
            rows_a_day=self._rows_a_day,
            tuning=tuning,
        )
        told = learn & (self.baseline.rows * unit >= tuning.windows_min[-1])
        trust = (tuning.dispersion_trust / (tuning.dispersion_trust + expected.doubt)) ** 2
        self.dispersion.learn(
            sums.seen - sums.due,
            poisson=sums.due,
            unit=sums.due * sums.due,
            known_extra=expected.doubt * sums.due * sums.due,
            dispersion=row.dispersion,
            weight=np.where(told, trust, 0.0),
            half_life_rows=tuning.dispersion_half_life_days * self._rows_a_day,
        )
        self._before.learn(sums.seen, sums.rise, told.astype(np.float64))
        self.baseline.age(expected, row.known, row_h=self._row_min / 60.0, tuning=tuning)

    def parts(self) -> dict[str, Columns]:
        """The state, by name."""
        own: dict[str, Columns] = {
            "baseline": self.baseline,
            "schedule": self.schedule,
            "clocks": self.clocks,
            "windows": self.windows,
            "dispersion": self.dispersion,
            "incidents": self.incidents,
            "quiet": self.quiet,
            "recent": self.recent,
        }
        of_share = {} if self.share is None else self.share.parts()
        return own | self._before.parts() | self._thresholds.parts() | of_share

    def restore(self, parts: dict[str, Columns]) -> Self:
        """Take the state from parts named as in `parts`; returns itself."""
        for name, part in parts.items():
            if "." not in name:
                setattr(self, name, part)
        self._before.restore(parts)
        self._thresholds.restore(parts)
        if self.share is not None:
            self.share.restore(parts)
        return self

    def sibling(self, series: int) -> Self:
        """A new one with the same settings that knows nothing of so many series."""
        return type(self)(
            series,
            step_s=self.step_s,
            sensitivity=self.sensitivity,
            with_negative=self.with_negative,
            tuning=self._tuning,
        )

    def state_bytes(self) -> int:
        """Bytes of state, of all series."""
        return sum(part.nbytes() for part in self.parts().values())


def _deviation(row: _Row, a_minute: Floats) -> Floats:
    """Standard deviation of one minute's posts."""
    spread = row.dispersion[_ROW] + row.expected.doubt
    return np.asarray(np.sqrt(a_minute + spread * a_minute**2))


def _score(level: Floats, alert: Flags, *, told: Flags, was_open: Flags) -> Floats:
    """How near to its threshold a row is; what is no news stays below the 0.5 of an alert."""
    square = level**2
    score = square / (1.0 + square)
    score = np.where(was_open, 0.5 * score, np.minimum(score, 0.499))
    score = np.where(alert, np.maximum(square / (1.0 + square), 0.5), score)
    return np.asarray(np.where(told, score, 0.0))
