"""Bring ClickHouse's tables up to date; safe to run from several workers at a time."""

import re
from collections.abc import Iterable, Mapping

from schemas.errors import StoreError
from schemas.migrations import Deployment, Migration, ledger_statement, load_migrations
from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect, database_of, redacted


def newer_migrations(done: Mapping[int, str], known: Iterable[Migration]) -> list[str]:
    """Names of the applied migrations that this version does not know. done: name by number."""
    unknown = done.keys() - {step.number for step in known}
    return [f"{number:04d}_{done[number]}" for number in sorted(unknown)]


def migrate(url: str, *, cluster: str = "") -> list[str]:
    """Create the database and apply the migrations that it lacks.

    Two workers may do this at once: every statement leaves alone what is there already.
    Returns the names of the migrations applied now.  Raises StoreError, also for tables that a
    newer version made: what this one would write into them, it does not know.
    """
    deployment = Deployment(cluster)
    database = database_of(url)
    if not re.fullmatch(r"\w+", database):
        raise StoreError(f"database={database!r} is no database name; use letters, digits and _")
    try:
        with connect(url, database="default") as client:
            client.execute(f"CREATE DATABASE IF NOT EXISTS {database} {deployment.on_cluster}")
        with connect(url) as client:
            client.execute(ledger_statement(deployment))
            done = dict(client.execute("SELECT number, name FROM migrations"))
            steps = load_migrations(deployment)
            if newer := newer_migrations(done, steps):
                raise StoreError(
                    f"clickhouse_url={redacted(url)!r}: a newer Groundswell made the tables "
                    f"({', '.join(newer)}); install that one again, or restore the backup from "
                    "before its upgrade (docs/operations.md)"
                )
            applied = []
            for step in steps:
                if step.number in done:
                    continue
                for statement in step.statements:
                    client.execute(statement)
                client.execute(
                    "INSERT INTO migrations (number, name, applied_at) "
                    "SELECT %(number)s, %(name)s, now64(3)",
                    {"number": step.number, "name": step.name},
                )
                applied.append(f"{step.number:04d}_{step.name}")
            return applied
    except CLICKHOUSE_ERRORS as error:
        raise StoreError(
            f"clickhouse_url={redacted(url)!r}: the tables cannot be made ({error}); "
            "is the server up, and may the user create tables?"
        ) from error
