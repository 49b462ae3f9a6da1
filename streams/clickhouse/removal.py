"""Takes mentions out of ClickHouse for good."""

from typing import Any, Final
from uuid import UUID

from clickhouse_driver import Client

from schemas.mention import MENTIONS_TABLE

# Writing large parts anew and searching all texts takes its time.
ANSWER_S: Final = 3600
_PLACE: Final = "brand, posted_at, source, post_id"
_REMOVE: Final = (
    f"ALTER TABLE {MENTIONS_TABLE} DELETE WHERE ({_PLACE}) IN "  # noqa: S608 - names only
    f"(SELECT {_PLACE} FROM erasure_work WHERE job = %(job)s)"
)
_SETTINGS: Final[dict[str, Any]] = {"async_insert": 0, "max_partitions_per_insert_block": 0}
# Returns once the parts are written anew, on all replicas.
_MUTATION: Final[dict[str, Any]] = {
    "mutations_sync": 2,
    # On a cluster: what the subquery finds is the same on every replica, for nothing is added to a
    # job while its mutation runs.
    "allow_nondeterministic_mutations": 1,
}


def note_places(client: Client, job: UUID, columns: list[list[Any]]) -> None:
    """Enter places (brand, posted_at, source, post_id), by column, as the job's."""
    rows = len(columns[0])
    client.execute(
        f"INSERT INTO erasure_work (job, {_PLACE}) VALUES",
        [[job] * rows, *(list(column) for column in columns)],
        columnar=True,
        settings=_SETTINGS,
    )


def remove_noted(client: Client, job: UUID) -> None:
    """Remove the mentions at the places that were noted for this job."""
    client.execute(_REMOVE, {"job": job}, settings=_MUTATION)


def forget_noted(client: Client, job: UUID) -> None:
    """Remove what was noted for this job."""
    client.execute(
        "ALTER TABLE erasure_work DELETE WHERE job = %(job)s", {"job": job}, settings=_MUTATION
    )
