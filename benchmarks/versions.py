"""Promotions of a model version at scale: `python -m benchmarks.versions`.

Each mention is scored by two versions, so that a million mentions are two million rows. Measured
are a promotion with the first answer after it, and a brand's 30 days with one version and with two,
each beside what it stands in comparison with.
"""

import argparse
import itertools
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import psutil
from clickhouse_driver import Client
from rich.console import Console
from rich.table import Table

from benchmarks.filling import Filler, rolled_up
from benchmarks.rollups import DAYS, Meter
from benchmarks.servers import engine
from dashboards.filters import Scope
from dashboards.queries.conditions import Query
from dashboards.queries.overview import overview_query
from dashboards.time_range import live_window, range_named
from streams.rollups.roller import Roller
from streams.versions.promotions import Promotions
from streams.versions.stored import StoredVersions

_SECOND_SQL: Final = """
INSERT INTO mentions
SELECT * REPLACE (
    'second' AS model_version,
    if(cityHash64(post_id) %% 10 = 0, 'negative', sentiment) AS sentiment,
    scored_at + INTERVAL 1 SECOND AS scored_at
) FROM (
    SELECT * FROM mentions WHERE model_version != 'second' AND toYYYYMMDD(posted_at) = %(day)s
)
"""
_DAYS_SQL: Final = "SELECT DISTINCT toYYYYMMDD(posted_at) FROM mentions"
_FIRST_SQL: Final = "SELECT toString(any(model_version)) FROM mentions"
_SETTINGS: Final = {"do_not_merge_across_partitions_select_final": 1}
_SCOPES: Final = (
    ("the busiest of 30 brands", Scope(brands=("Brand 29",))),
    ("a middling brand", Scope(brands=("Brand 14",))),
    ("all brands", Scope()),
)


def main() -> None:
    """Fill, roll, promote, ask, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=DAYS, help="how much to fill (%(default)s)")
    parser.add_argument("--folder", type=Path, help="of `benchmarks.dashboard`, used up by this")
    options = parser.parse_args()
    days: int = options.days
    table = Table("what", "wall", "processor", "ratio of wall times", "of processor times")
    with tempfile.TemporaryDirectory(prefix="groundswell-versions-") as name:
        with engine(options.folder or Path(name)) as (server, url), Client.from_url(url) as client:
            assert server.process is not None
            _measure(client, Meter(psutil.Process(server.process.pid), table), days)
            rows = client.execute("SELECT count() FROM mentions")[0][0]
        Console().print(f"{rows:,} rows; load average {os.getloadavg()[1]:.1f}")
        Console().print(table)


def _measure(client: Client, meter: Meter, days: int) -> None:
    roller = Roller(client)
    if not client.execute("SELECT count() FROM mentions")[0][0]:
        Filler(client, days).fill()
    ((first,),) = client.execute(_FIRST_SQL)
    Promotions(client).begin(first, who="benchmark")
    rolled_up(roller)
    window = live_window(range_named("30d"), now=datetime.now(UTC), zone=UTC)
    asked = {
        what: overview_query(scope, window, several_versions=True, use_rollups=True)
        for what, scope in _SCOPES
    }
    for what, query in asked.items():
        meter.compare({f"{what}, 30 days, one version": partial(_ask, client, query)})
    meter.compare({"the second version stored": partial(_score_again, client)}, rounds=1)
    roller.behind = True
    meter.compare({"and rolled up": partial(rolled_up, roller)}, rounds=1)
    promotions, versions = Promotions(client), itertools.cycle(("second", first))
    for what, query in asked.items():
        meter.compare(
            {
                f"{what}, 30 days, two versions": partial(_ask, client, query),
                f"a promotion, and then {what}": partial(
                    _switch, client, promotions, versions, query
                ),
            }
        )
    stored = StoredVersions(client)
    meter.compare(
        {
            "a promotion alone": lambda: promotions.promote(next(versions), who="benchmark"),
            "the coverage, as promote checks it": lambda: stored.coverage("second"),
        }
    )


def _score_again(client: Client) -> None:
    for (day,) in client.execute(_DAYS_SQL):
        client.execute(_SECOND_SQL, {"day": day})


def _switch(client: Client, promotions: Promotions, versions: Iterator[str], query: Query) -> None:
    promotions.promote(next(versions), who="benchmark")
    _ask(client, query)


def _ask(client: Client, query: Query) -> None:
    # Without the page's limits, which a busy machine reaches.
    client.execute(query.sql, dict(query.parameters), settings=_SETTINGS)


if __name__ == "__main__":
    main()
