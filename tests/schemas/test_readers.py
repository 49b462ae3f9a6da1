"""The page's users of ClickHouse: every table is decided on."""

import re

from schemas.access import Person, Role
from schemas.access_file import parse_access
from schemas.migrations import Deployment, load_migrations
from schemas.readers import ADMINS, LIMITED, NOBODY, UNLIMITED, reader_name, reader_url, readers

ACCESS = parse_access("""
access:
  - {email: a@example.com, role: admin}
  - {email: b@example.com, role: viewer, brands: [Aurora, Borealis]}
  - {group: team, role: analyst, brands: [Borealis, Aurora]}
  - {email: "*", role: viewer, brands: ["Rock'n\\\\Roll"]}
""")


def test_of_every_table_it_is_said_who_sees_which_rows():
    """A new table is named in schemas/readers.py, and not read by limited people by default."""
    made, gone = set(), set()
    for migration in load_migrations(Deployment()):
        for statement in migration.statements:
            made |= set(re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)", statement))
            gone |= set(re.findall(r"DROP TABLE IF EXISTS (\w+)", statement))
    decided = [*LIMITED, *UNLIMITED, *ADMINS, *NOBODY]
    assert sorted(decided) == sorted({*(made - gone), "migrations"})


def test_a_user_for_each_set_of_brands():
    """Two roles with the same brands share one; nobody limited reads what is of admins."""
    everything, all_brands, both, odd = readers("db", ACCESS)
    assert everything.name == reader_name("db", Person("", Role.ADMIN))
    assert set(everything.tables) - set(all_brands.tables) == set(ADMINS)
    assert both.tables["mentions"] == "brand IN ('Aurora', 'Borealis')"
    assert odd.tables["mentions"] == r"brand IN ('Rock\'n\\Roll')"
    assert not {*both.tables} & {*ADMINS, *NOBODY, *UNLIMITED}


def test_passwords_follow_from_the_installations_own():
    """The address keeps its place; another own password makes others."""
    first = reader_url("clickhouse://me:one@host:9000/db", "page")
    assert first.startswith("clickhouse://page:")
    assert first.endswith("@host:9000/db")
    assert first != reader_url("clickhouse://me:two@host:9000/db", "page")
