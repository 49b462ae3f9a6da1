"""Bring ClickHouse's tables up to date; safe to run from several workers at a time."""

import re

from schemas.errors import StoreError
from schemas.migrations import Deployment, ledger_statement, load_migrations
from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect, database_of, redacted


def migrate(url: str, *, cluster: str = "") -> list[str]:
    """Create the database and apply the migrations that it lacks.

    Two workers may do this at once: every statement leaves alone what is there already.
    Returns the names of the migrations applied now.  Raises StoreError.
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
            done = {number for (number,) in client.execute("SELECT number FROM migrations")}
            applied = []
            for step in load_migrations(deployment):
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
