"""Mentions asked of the rollups and of the table itself: `python -m benchmarks.rollups`.

The table is filled as densely as with ten million mentions in 30 days, which `--days 30` fills.
What is compared is measured in turn. Processor time is that of the server and of this process,
which other work on the machine changes less than wall time.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import psutil
from clickhouse_driver import Client
from rich.console import Console
from rich.table import Table

from benchmarks.filling import BATCH, Filler, rolled_up
from benchmarks.servers import engine
from dashboards.filters import Scope
from dashboards.queries.conditions import Query
from dashboards.queries.overview import overview_query
from dashboards.time_range import live_window, range_named
from streams.rollups.reader import history
from streams.rollups.roller import Roller

DAYS: Final = 3
ROUNDS: Final = 5
_SETTINGS: Final = {"do_not_merge_across_partitions_select_final": 1}
_SCOPES: Final = (
    ("the busiest of 30 brands", Scope(brands=("Brand 29",))),
    ("a middling brand", Scope(brands=("Brand 14",))),
    ("the quietest brand", Scope(brands=("Brand 0",))),
    ("all brands", Scope()),
)


@dataclass(frozen=True, slots=True)
class Cost:
    """Median wall time and median processor time, in milliseconds."""

    wall_ms: float
    cpu_ms: float


class Meter:
    """Measures work by the clock and by the processor time of the server and this process."""

    def __init__(self, server: psutil.Process, table: Table) -> None:
        self._processes = (server, psutil.Process())
        self._table = table

    def compare(self, works: Mapping[str, Callable[[], object]], *, rounds: int = ROUNDS) -> None:
        """Do the works in turn, some rounds; tell each beside the first."""
        found: dict[str, list[tuple[float, float]]] = {what: [] for what in works}
        for _ in range(rounds):
            for what, work in works.items():
                found[what].append(self._once(work))
        costs = {
            what: Cost(*(statistics.median(column) for column in zip(*times, strict=True)))
            for what, times in found.items()
        }
        base = next(iter(costs.values()))
        for what, cost in costs.items():
            self._table.add_row(
                what,
                f"{cost.wall_ms:,.0f} ms",
                f"{cost.cpu_ms:,.0f} ms",
                f"{cost.wall_ms / max(base.wall_ms, 1):.2f}",
                f"{cost.cpu_ms / max(base.cpu_ms, 1):.2f}",
            )
        self._table.add_section()

    def _once(self, work: Callable[[], object]) -> tuple[float, float]:
        before_s, start_s = self._cpu_s(), time.perf_counter()
        work()
        wall_s = time.perf_counter() - start_s
        return 1000 * wall_s, 1000 * (self._cpu_s() - before_s)

    def _cpu_s(self) -> float:
        times = [process.cpu_times() for process in self._processes]
        return float(sum(spent.user + spent.system for spent in times))


def main() -> None:
    """Fill, roll, ask, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=DAYS, help="how much to fill (%(default)s)")
    days: int = parser.parse_args().days
    table = Table("what", "wall", "processor", "ratio of wall times", "of processor times")
    with tempfile.TemporaryDirectory(prefix="groundswell-rollups-") as name:
        try:
            with engine(Path(name)) as (server, url), Client.from_url(url) as client:
                assert server.process is not None
                _measure(client, Meter(psutil.Process(server.process.pid), table), days)
        finally:
            Console().print(f"{days} days of mentions; load average {os.getloadavg()[1]:.1f}")
            Console().print(table)


def _measure(client: Client, meter: Meter, days: int) -> None:
    filler, roller = Filler(client, days), Roller(client)
    meter.compare(
        {"everything inserted": filler.fill, "everything rolled up": partial(rolled_up, roller)},
        rounds=1,
    )
    window = live_window(range_named("30d"), now=datetime.now(UTC), zone=UTC)
    for what, scope in _SCOPES:
        plain, rolls = (
            overview_query(scope, window, several_versions=False, use_rollups=use_rollups)
            for use_rollups in (False, True)
        )
        meter.compare(
            {
                f"{what}, 30 days, from the mentions": partial(_ask, client, plain),
                f"{what}, 30 days, from the rollups": partial(_ask, client, rolls),
            }
        )
    _measure_history(client, meter, days)
    _measure_inserts(client, meter, filler, roller)


def _ask(client: Client, query: Query) -> None:
    # Without the page's limits, which a busy machine reaches.
    client.execute(query.sql, dict(query.parameters), settings=_SETTINGS)


def _measure_history(client: Client, meter: Meter, days: int) -> None:
    until = datetime.now(UTC)

    def read(reach: int, *brands: str) -> None:
        for counts in history(client, until - timedelta(days=reach), until, brands=brands):
            assert len(counts.minute)

    for reach, brands in ((min(days, 7), ()), (min(days, 28), ("Brand 29",))):
        what = f"counts by minute, {reach} days of {brands[0] if brands else 'all brands'}"
        meter.compare({what: partial(read, reach, *brands)}, rounds=3)


def _measure_inserts(client: Client, meter: Meter, filler: Filler, roller: Roller) -> None:
    def unmarked() -> None:
        client.execute("DETACH TABLE rollup_marker")
        try:
            filler.more()
        finally:
            client.execute("ATTACH TABLE rollup_marker")

    # The one that is first in a comparison is what the others are told beside.
    meter.compare(
        {
            f"{BATCH:,} rows inserted without marks": unmarked,
            f"{BATCH:,} rows inserted with marks": filler.more,
            f"{BATCH:,} rows rolled up": partial(roller.roll, budget_s=600),
        }
    )


if __name__ == "__main__":
    main()
