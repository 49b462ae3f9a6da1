"""The tables' SQL."""

import re

import pytest

from schemas.mention import COLUMNS
from schemas.migrations import Deployment, ledger_statement, load_migrations

ADDED = re.compile(r"ADD COLUMN IF NOT EXISTS (\w+) (.+) AFTER (\w+)")


def test_each_number_is_one_migration():
    """They are applied in rising order; a gap between two numbers means nothing."""
    numbers = [step.number for step in load_migrations(Deployment())]
    assert numbers == sorted(set(numbers))
    assert numbers[0] == 1


def test_the_declared_columns_are_those_of_the_table():
    """Names, types and order of `mentions` stand in Python as they stand in SQL."""
    (statement,) = load_migrations(Deployment())[0].statements
    body = statement[statement.index("(\n") : statement.index("\n)\nENGINE")]
    found = []
    for line in body.splitlines()[1:]:
        name, kind = line.strip().rstrip(",").split(" ", 1)
        found.append((name, re.sub(r" CODEC.*", "", kind)))
    for step in load_migrations(Deployment())[1:]:
        for statement in step.statements:
            if "ALTER TABLE mentions" in statement:
                for name, kind, before in ADDED.findall(statement):
                    place = [name for name, _ in found].index(before) + 1
                    found.insert(place, (name, kind))
    assert found == [(column.name, column.clickhouse_type) for column in COLUMNS]


@pytest.mark.parametrize("cluster", ["", "main", "{cluster}"])
def test_every_statement_can_run_twice(cluster):
    """Two workers may migrate at once; on a cluster every statement says so."""
    deployment = Deployment(cluster)
    statements = [ledger_statement(deployment)]
    statements += [sql for step in load_migrations(deployment) for sql in step.statements]
    for sql in statements:
        assert re.search("IF (NOT )?EXISTS", sql)
        assert ("ON CLUSTER" in sql) == bool(cluster)
        # A view that writes into another table has no engine of its own.
        assert ("Replicated" in sql) == (bool(cluster) and "ENGINE" in sql)


def test_a_cluster_name_is_no_place_for_sql():
    """The name stands in SQL text, so only names are taken."""
    with pytest.raises(ValueError, match="no cluster name"):
        Deployment("x' (a Int8) --")
