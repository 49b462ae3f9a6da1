"""What the detector finds, how soon and at what cost: `python -m benchmarks.detection`.

Surges are planted by streams/detection/simulation.py. Times are processor times, which other work
on the machine changes less. `--nab FOLDER` scores the Numenta Anomaly Benchmark's series besides:
the folder holds their CSV files, windows.json and profiles.json.
"""

import argparse
import csv
import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.detection_bound import knowing_alerts
from benchmarks.detection_scores import (
    Outcome,
    PlantedAlert,
    by_age,
    by_base,
    by_shape,
    judge_alerts,
    of_volume,
)
from benchmarks.nab_scores import LabelledSeries, Profile, false_a_week, normalised_score
from compose.commands.detect import detect
from schemas.alert_rules import Sensitivity as Choice
from streams.detection.columns import Flags, Floats
from streams.detection.detector import Detector
from streams.detection.incidents import KINDS
from streams.detection.simulation import SimulatedSeries, base_rates, simulate, thinned
from streams.detection.tuning import Sensitivity

SERIES: Final = 40
DAYS: Final = 35
# Seeds that the detector's constants were not tuned on.
SEEDS: Final = (11, 12)
MILLIONS: Final = 2.0
# What is right for loud series may be wrong for quiet ones: NAB's, had fewer people posted.
THINNED: Final = (0.3, 0.1, 0.03)
COPIES: Final = 8
_MONDAY_S: Final = 4 * 86400
_TIMED_ROWS: Final = 600
_TIMED_FILE_ROWS: Final = 200_000
_MANY: Final = 10_000
_WIDTH: Final = 120


class ZScore:
    """What one writes first: a moving mean and deviation of a day, and three deviations above."""

    def __init__(self, series: int) -> None:
        self._keep = 2.0 ** (-1 / 1440)
        self._mean, self._square, self._rows = np.zeros(series), np.zeros(series), np.zeros(series)
        self._rested = np.zeros(series)

    def step(self, posts: Floats) -> Flags:
        """Where a minute is an alert, and the first of its hour; NaN is passed over."""
        known = ~np.isnan(posts)
        spread = np.sqrt(np.maximum(self._square - self._mean**2, 1e-9))
        high = known & (self._rows >= 60) & (posts > self._mean + 3.0 * spread)
        fresh = high & (self._rested <= 0)
        self._rested = np.where(high, 60.0, self._rested - 1.0)
        seen = np.where(known, posts, self._mean)
        keep = np.minimum(self._keep, self._rows / (self._rows + 1.0))
        self._mean = keep * self._mean + (1 - keep) * seen
        self._square = keep * self._square + (1 - keep) * seen**2
        self._rows += known
        return fresh


def planted(seeds: Sequence[int], *, series: int, days: int) -> list[SimulatedSeries]:
    """So many series of each seed, their base rates from 0.05 to 2,000 a minute."""
    rates = base_rates(series)
    return [
        simulate(seed=1000 * seed + number, base=float(rate), days=days)
        for seed in seeds
        for number, rate in enumerate(rates)
    ]


def counts_of(series: Sequence[SimulatedSeries]) -> tuple[Floats, Floats]:
    """Posts and negative ones, shape (minutes, series), NaN in gaps."""
    posts, negative = (
        np.stack([np.where(one.known, getattr(one, name), np.nan) for one in series], axis=1)
        for name in ("posts", "negative")
    )
    return posts, negative


def detector_alerts(
    posts: Floats, negative: Floats, *, sensitivity: Sensitivity
) -> list[PlantedAlert]:
    """What the detector says of every minute, in one pass."""
    detector = Detector(posts.shape[1], sensitivity=sensitivity)
    alerts: list[PlantedAlert] = []
    for minute in range(posts.shape[0]):
        time_s = np.full(posts.shape[1], _MONDAY_S + 60 * minute)
        told = detector.step(time_s, posts[minute], negative[minute])
        alerts.extend(
            PlantedAlert(int(number), minute, KINDS[int(told.kind[number])])
            for number in np.flatnonzero(told.alert)
        )
    return alerts


def z_score_alerts(posts: Floats) -> list[PlantedAlert]:
    """What the plain rule says."""
    rule = ZScore(posts.shape[1])
    return [
        PlantedAlert(int(number), minute, "volume")
        for minute in range(posts.shape[0])
        for number in np.flatnonzero(rule.step(posts[minute]))
    ]


def row_times_s(posts: Floats, negative: Floats) -> tuple[float, float]:
    """Seconds of one minute's step, of the detector and the plain rule, by turns; medians."""
    detector, rule = Detector(posts.shape[1]), ZScore(posts.shape[1])
    ours, plain = [], []
    for minute in range(min(_TIMED_ROWS, posts.shape[0])):
        time_s = np.full(posts.shape[1], _MONDAY_S + 60 * minute)
        begin = time.process_time()
        detector.step(time_s, posts[minute], negative[minute])
        middle = time.process_time()
        rule.step(posts[minute])
        plain.append(time.process_time() - middle)
        ours.append(middle - begin)
    return float(np.median(ours)), float(np.median(plain))


def file_times_s(posts: Floats, negative: Floats) -> tuple[float, float]:
    """Seconds of `groundswell detect` for one row of a file, and of csv copying it alone."""
    rows = min(_TIMED_FILE_ROWS // posts.shape[1], posts.shape[0])
    with tempfile.TemporaryDirectory(prefix="groundswell-detection-") as folder:
        source, sink = Path(folder, "in.csv"), Path(folder, "out.csv")
        with source.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("timestamp", "series", "value", "negative"))
            writer.writerows(
                (stamp, number, posts[minute, number], negative[minute, number])
                for minute in range(rows)
                for stamp in [datetime.fromtimestamp(_MONDAY_S + 60 * minute, UTC).isoformat()]
                for number in range(posts.shape[1])
            )
        begin = time.process_time()
        with source.open(newline="") as file, sink.open("w", newline="") as copy:
            csv.writer(copy).writerows(csv.reader(file))
        middle = time.process_time()
        detect(source, output=sink, sensitivity=Choice.BALANCED, timezone="UTC")
        end = time.process_time()
    count = rows * posts.shape[1]
    return (end - middle) / count, (middle - begin) / count


def many_series() -> tuple[float, float, float]:
    """Seconds of a step of 10,000 series, of the plain rule's, and bytes of state a series."""
    rng = np.random.default_rng(0)
    posts = rng.poisson(3.0, (10, _MANY)).astype(np.float64)
    ours, plain = row_times_s(posts, np.floor(posts / 4))
    return ours, plain, Detector(_MANY).state_bytes() / _MANY


def read_nab(folder: Path) -> tuple[list[LabelledSeries], list[Floats], dict[str, Profile]]:
    """The series with their windows, their counts, and what mistakes cost in each profile."""
    windows = json.loads((folder / "windows.json").read_text())
    profiles = {
        name: Profile(costs["tpWeight"], costs["fpWeight"], costs["fnWeight"])
        for name, of in json.loads((folder / "profiles.json").read_text()).items()
        for costs in [of["CostMatrix"]]
    }
    series, counts = [], []
    for name, spans in windows.items():
        with (folder / name).open(newline="") as file:
            rows = list(csv.DictReader(file))
        time_s = np.array([_seconds(row["timestamp"]) for row in rows])
        edges = tuple(
            (
                int(np.searchsorted(time_s, _seconds(first))),
                int(np.searchsorted(time_s, _seconds(last), side="right")) - 1,
            )
            for first, last in spans
        )
        series.append(LabelledSeries(name, time_s, edges))
        counts.append(np.array([float(row["value"]) for row in rows]))
    return series, counts, profiles


def nab_alerts(
    series: Sequence[LabelledSeries], counts: Sequence[Floats], *, sensitivity: Sensitivity
) -> list[Flags]:
    """Where the detector alerts in each, in one pass, told nothing but the counts."""
    step_s = int(np.median(np.diff(series[0].time_s)))
    rows = max(one.time_s.size for one in series)
    # Shorter series end in rows that are not known.
    posts = np.full((rows, len(series)), np.nan)
    times = np.zeros(posts.shape, dtype=np.int64)
    for number, (one, values) in enumerate(zip(series, counts, strict=True)):
        posts[: values.size, number] = values
        last_s = one.time_s[-1] + step_s * np.arange(1, rows - values.size + 1)
        times[:, number] = np.concatenate((one.time_s, last_s))
    detector = Detector(len(series), step_s=step_s, sensitivity=sensitivity, with_negative=False)
    told = np.array([detector.step(*row).alert for row in zip(times, posts, strict=True)])
    return [told[: one.time_s.size, number] for number, one in enumerate(series)]


def main() -> None:
    """Plant, find, score, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--series", type=int, default=SERIES)
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--nab", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    console = Console(width=_WIDTH)
    series = planted(options.seeds, series=options.series, days=options.days)
    posts, negative = counts_of(series)
    outcomes = {
        sensitivity: judge_alerts(series, detector_alerts(posts, negative, sensitivity=sensitivity))
        for sensitivity in Sensitivity
    }
    plain = judge_alerts(series, z_score_alerts(posts))
    balanced = outcomes[Sensitivity.BALANCED]
    console.print(_table(f"{len(series)} series of {options.days} days", series, outcomes, plain))
    _tell_false(console, balanced)
    console.print(_costs(posts[:, : options.series], negative[:, : options.series]))
    if options.nab is not None:
        console.print(_nab_table(options.nab, Sensitivity.BALANCED))


def _table(
    title: str,
    series: Sequence[SimulatedSeries],
    outcomes: Mapping[Sensitivity, Outcome],
    plain: Outcome,
) -> Table:
    """delay: median minutes after an ideal observer; in 2 min: of all surges; again: repeats."""
    table = Table(
        *("", "surges", "recall", "false a week", "F1", "delay", "9 in 10", "in 2 min"),
        *("kind right", "again"),
        title=title,
    )
    balanced = outcomes[Sensitivity.BALANCED]
    _add(table, {sensitivity.value: outcome for sensitivity, outcome in outcomes.items()})
    _add(table, {f"balanced, {name}": part for name, part in by_age(balanced, series).items()})
    _add(table, by_base(balanced, series))
    _add(table, by_shape(balanced))
    _add(table, {"balanced, volume": of_volume(balanced)} | _bounds(series))
    _add(table, {"z-score rule at 3": plain})
    return table


def _bounds(series: Sequence[SimulatedSeries]) -> dict[str, Outcome]:
    """What could be had of the surges of volume, were there nothing to learn."""
    knows = {"who knows all but the wander": False, "who knows every rate": True}
    return {
        name: of_volume(judge_alerts(series, knowing_alerts(series, knows_wander=wander)))
        for name, wander in knows.items()
    }


def _add(table: Table, parts: Mapping[str, Outcome]) -> None:
    for name, part in parts.items():
        timeless = part.weeks == 0
        table.add_row(
            name,
            str(len(part.finds)),
            f"{part.recall:.3f}",
            "" if timeless else f"{part.false_a_week:.3f}",
            "" if timeless else f"{part.f1:.3f}",
            f"{part.delay_min(0.5):.0f} min",
            f"{part.delay_min(0.9):.0f} min",
            f"{part.told_within(2):.3f}",
            f"{part.kind_right:.3f}",
            str(part.repeats),
        )
    table.add_section()


def _tell_false(console: Console, outcome: Outcome) -> None:
    """Each false alert and each missed surge, one a line."""
    for false in outcome.false:
        near = f", near a {' and a '.join(false.near)}" if false.near else ""
        day = false.alert.minute / 1440
        console.print(f"false: {false.alert.kind} on day {day:.1f} at {false.base:.2g}/min{near}")
    for find in outcome.finds:
        if find.alert is None:
            surge = find.surge
            console.print(
                f"missed: {surge.shape} of {surge.end - surge.start} min to {surge.peak:.2g} on day"
                f" {surge.start / 1440:.1f} at {find.base:.2g}/min"
            )


def _costs(posts: Floats, negative: Floats) -> Table:
    table = Table("processor time", "detector", "plain way", "ratio")
    ours, plain = row_times_s(posts, negative)
    steps = MILLIONS * 1e6 / posts.shape[1]
    table.add_row(
        f"{MILLIONS:g} million rows of {posts.shape[1]} series",
        f"{steps * ours:.0f} s",
        f"{steps * plain:.1f} s",
        f"{ours / plain:.0f}",
    )
    ours, plain = file_times_s(posts, negative)
    table.add_row(
        f"{MILLIONS:g} million rows of a file, beside csv's copying them",
        f"{MILLIONS * 1e6 * ours:.0f} s",
        f"{MILLIONS * 1e6 * plain:.1f} s",
        f"{ours / plain:.0f}",
    )
    ours, plain, state_bytes = many_series()
    table.add_row(
        f"one step of {_MANY:,} series",
        f"{1000 * ours:.0f} ms",
        f"{1000 * plain:.1f} ms",
        f"{ours / plain:.0f}",
    )
    table.add_row("state a series", f"{state_bytes:,.0f} bytes", "32 bytes", "")
    return table


def _nab_table(folder: Path, sensitivity: Sensitivity) -> Table:
    series, counts, profiles = read_nab(folder)
    alerts = nab_alerts(series, counts, sensitivity=sensitivity)
    table = Table("NAB", *profiles, "false a week", title="normalised score")

    def add(name: str, rows: Sequence[LabelledSeries], told: Sequence[Flags]) -> None:
        scores = [normalised_score(rows, told, profile) for profile in profiles.values()]
        table.add_row(
            name, *(f"{score:.1f}" for score in scores), f"{false_a_week(rows, told):.2f}"
        )

    for one, of_one in zip(series, alerts, strict=True):
        add(one.name, [one], [of_one])
    table.add_section()
    add("together", series, alerts)
    for share in THINNED:
        copies = [
            thinned(values.astype(np.int64), share, seed=seed).astype(np.float64)
            for seed in range(COPIES)
            for values in counts
        ]
        told = nab_alerts(series * COPIES, copies, sensitivity=sensitivity)
        add(f"copies of {100 * share:g} in 100 posts", series * COPIES, told)
    return table


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text[:19]).replace(tzinfo=UTC).timestamp())


if __name__ == "__main__":
    main()
