"""Ten million mentions asked of the rollups and of the table: `python -m benchmarks.rollups`.

Times are given in processor time of the server too, which other work on the machine changes less.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psutil
from clickhouse_driver import Client
from rich.console import Console
from rich.table import Table

from benchmarks.page import FILL_SQL
from dashboards.filters import Scope
from dashboards.queries.conditions import Query
from dashboards.queries.overview import overview_query
from dashboards.store import Store
from dashboards.time_range import Window, live_window, range_named
from streams.clickhouse.migrate import migrate
from streams.rollups.roller import SETTLE_AFTER_S, Roller
from tests.clickhouse_server import ClickHouseServer

MENTIONS: Final = 10_000_000
BATCH: Final = 100_000
ROUNDS: Final = 7
_PERIOD_MS: Final = 30 * 86_400_000
_BUSIEST: Final = Scope(brands=("Brand 29",))


@dataclass(frozen=True, slots=True)
class Cost:
    """Median wall time and median processor time of the server, in milliseconds."""

    wall_ms: float
    cpu_ms: float


def measured(server: psutil.Process, work: Callable[[], object], *, rounds: int = ROUNDS) -> Cost:
    """Do the work some times."""
    walls, cpus = [], []
    for _ in range(rounds):
        before, start_s = server.cpu_times(), time.perf_counter()
        work()
        walls.append(1000 * (time.perf_counter() - start_s))
        after = server.cpu_times()
        cpus.append(1000 * (after.user - before.user + after.system - before.system))
    return Cost(statistics.median(walls), statistics.median(cpus))


class Filler:
    """Writes mentions, a batch a statement, one after the other over 30 days."""

    def __init__(self, client: Client, mentions: int) -> None:
        self._client = client
        self._step_ms = _PERIOD_MS / mentions
        self._total = self._next = mentions

    def fill(self) -> None:
        """The 30 days."""
        for first in range(0, self._total, BATCH):
            self._write(first, total=self._total)

    def more(self) -> None:
        """One batch more, of this moment."""
        self._write(self._next, total=self._next + BATCH)
        self._next += BATCH

    def _write(self, first: int, *, total: int) -> None:
        values = {"total": total, "step_ms": self._step_ms, "first": first, "rows": BATCH}
        self._client.execute(FILL_SQL, values)


def rolled_up(client: Client) -> None:
    """Bring the rollups up to date, and let all marks settle."""
    roller = Roller(client)
    while roller.behind:
        roller.roll()
    time.sleep(SETTLE_AFTER_S)
    roller.roll()


def main() -> None:
    """Fill, roll, ask, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mentions", type=int, default=MENTIONS)
    mentions: int = parser.parse_args().mentions
    table = Table("what", "median", "server's processor", "ratio of processor times")
    with tempfile.TemporaryDirectory(prefix="groundswell-rollups-") as name:
        server = ClickHouseServer(Path(name))
        server.start()
        try:
            url = server.url.removesuffix("default") + "groundswell"
            migrate(url)
            _measure(server, url, mentions, table)
        finally:
            server.stop()
    Console().print(table)


def _measure(server: ClickHouseServer, url: str, mentions: int, table: Table) -> None:
    assert server.process is not None
    process = psutil.Process(server.process.pid)
    store = Store(url)
    with Client.from_url(url) as client:
        filler = Filler(client, mentions)
        filler.fill()
        rolled_up(client)
        window = live_window(range_named("30d"), now=datetime.now(UTC), zone=UTC)
        for what, scope in (("the busiest brand", _BUSIEST), ("all brands", Scope())):
            plain, rolls = (
                measured(process, lambda asked=asked: store.rows(asked))  # type: ignore[misc]
                for asked in _ways(scope, window)
            )
            _tell(table, f"{what}, 30 days, from the mentions", plain, plain)
            _tell(table, f"{what}, 30 days, from the rollups", rolls, plain)
        marked = measured(process, filler.more)
        roll = measured(process, lambda: Roller(client).roll(budget_s=600), rounds=1)
        client.execute("DROP VIEW rollup_marker")
        bare = measured(process, filler.more)
        _tell(table, f"{BATCH:,} rows inserted, without marks", bare, bare)
        _tell(table, f"{BATCH:,} rows inserted, with marks", marked, bare)
        _tell(table, f"{ROUNDS} such batches rolled up", roll, bare)
    store.close()


def _ways(scope: Scope, window: Window) -> list[Query]:
    """The question to the mentions, and to the rollups."""
    return [
        overview_query(scope, window, several_versions=False, use_rollups=use_rollups)
        for use_rollups in (False, True)
    ]


def _tell(table: Table, what: str, cost: Cost, base: Cost) -> None:
    ratio = cost.cpu_ms / max(base.cpu_ms, 1)
    table.add_row(what, f"{cost.wall_ms:,.0f} ms", f"{cost.cpu_ms:,.0f} ms", f"{ratio:.2f}")


if __name__ == "__main__":
    main()
