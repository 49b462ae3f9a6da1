"""Numbered SQL that makes the tables, rendered for one server or for a cluster.

Every statement can run twice (`IF NOT EXISTS`), for two workers may apply it at the same time.
"""

import re
from dataclasses import dataclass
from importlib import resources
from typing import Final

_FILE: Final = re.compile(r"^(\d{4})_(\w+)\.sql$")
_CLUSTER: Final = re.compile(r"^[A-Za-z0-9_.{}-]+$")


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step: its statements run in order, and can run again."""

    number: int
    name: str
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where the tables live.

    cluster: name of the ClickHouse cluster, or "" for one server. On a cluster the engines are
    replicated and every statement runs ON CLUSTER; the macros {shard} and {replica} are the
    servers' own.
    """

    cluster: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError for a name that is no cluster's name (it stands in SQL text)."""
        if self.cluster and not _CLUSTER.match(self.cluster):
            raise ValueError(f"cluster={self.cluster!r} is no cluster name; use letters, digits, _")

    @property
    def on_cluster(self) -> str:
        """The clause `ON CLUSTER …`, or nothing on one server."""
        return f"ON CLUSTER '{self.cluster}'" if self.cluster else ""

    def render(self, template: str) -> str:
        """Fill the engine names and the cluster clause into a statement."""
        replicated = "Replicated" if self.cluster else ""
        values = {
            "on_cluster": self.on_cluster,
            "replacing": f"{replicated}ReplacingMergeTree",
            "aggregating": f"{replicated}AggregatingMergeTree",
            "collapsing": f"{replicated}CollapsingMergeTree",
            "merge_tree": f"{replicated}MergeTree",
            "deduplication_window": (
                "replicated_deduplication_window"
                if self.cluster
                else "non_replicated_deduplication_window"
            ),
        }
        return re.sub(r"\{(\w+)\}", lambda found: values[found.group(1)], template)


def ledger_statement(deployment: Deployment) -> str:
    """The table that records which migrations were applied."""
    return deployment.render(
        "CREATE TABLE IF NOT EXISTS migrations {on_cluster} "
        "(number UInt32, name String, applied_at DateTime64(3, 'UTC')) "
        "ENGINE = {replacing}(applied_at) ORDER BY number"
    )


def load_migrations(deployment: Deployment) -> list[Migration]:
    """Every migration, by number, rendered for this deployment."""
    found = []
    for entry in resources.files(__name__).iterdir():
        match = _FILE.match(entry.name)
        if match:
            rendered = deployment.render(entry.read_text(encoding="utf-8"))
            statements = tuple(part.strip() for part in rendered.split(";\n") if part.strip())
            found.append(Migration(int(match.group(1)), match.group(2), statements))
    return sorted(found, key=lambda migration: migration.number)
