"""Limited users see their brands' rows alone, whatever they send."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from clickhouse_driver import Client
from clickhouse_driver.errors import ServerException

from compose.runtime.reader_users import statements
from schemas.access import Person, Role
from schemas.access_file import parse_access
from schemas.readers import LIMITED, reader_name, reader_url, readers
from tests.brand_readers import limited_server
from tests.dashboards.mention_table import MentionTable, mention

BRANDS = frozenset({"Aurora", "Rock'n\\Roll"})
ACCESS = parse_access("""
access:
  - {email: v@example.com, role: viewer, brands: [Aurora, "Rock'n\\\\Roll"]}
""")
# What is not allowed, as ClickHouse's codes: access denied, read only, unknown table.
REFUSED = {497, 164, 60}
NAMES = ("Aurora", "Rock'n\\Roll", "Borealis")
NOW = datetime.now(UTC)
# A row of a brand for every other table, which says its name.
ROWS: dict[str, Callable[[str], tuple[object, ...]]] = {
    "minute_counts (brand, minute, negative)": lambda brand: (brand, NOW, 1),
    "quarter_counts (brand, minute, negative)": lambda brand: (brand, NOW, 1),
    "incident_events (key, sequence, brand, at)": lambda brand: (f"key {brand}", 0, brand, NOW),
    "incident_actions (id, at, key, reason)": lambda brand: (
        uuid4(),
        NOW,
        f"key {brand}",
        brand,
    ),
    "watch_log (minute, brand)": lambda brand: (NOW, brand),
    "watch_states (scope, name, at)": lambda brand: ("brand", brand, NOW),
    "corrections (at, brand, post_id)": lambda brand: (NOW, brand, "p"),
    "time_notes (id, at, brand, text)": lambda brand: (uuid4(), NOW, brand, brand),
    "saved_views (id, at, name, address)": lambda brand: (uuid4(), NOW, brand, _address(brand)),
    "backtests (id, asked_at, request)": lambda brand: (uuid4(), NOW, _request(brand)),
    "notifications (id, payload, written_at)": lambda brand: (brand, brand, NOW),
    "exports (id, at, who, address)": lambda brand: (uuid4(), NOW, brand, brand),
}


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Iterator[MentionTable]:
    """Rows of three brands, one of them nobody's, in every table that names brands."""
    with limited_server(tmp_path_factory.mktemp("limited"), ACCESS, database="limited") as found:
        found.insert(mention(brand=name, text=f"of {name}") for name in NAMES)
        for sql, row in ROWS.items():
            found.execute(f"INSERT INTO {sql} VALUES", [row(name) for name in NAMES])
        yield found


@pytest.fixture(scope="module")
def viewer(table) -> Iterator[Client]:
    """Somebody limited to two of the brands."""
    name = reader_name("limited", Person("", Role.VIEWER, BRANDS))
    with Client.from_url(reader_url(table.url, name)) as client:
        yield client


def test_no_table_shows_another_brand(table, viewer):
    """Of every table: all that is seen, as text, never names the third brand."""
    named = 0
    for name in LIMITED:
        whole = table.execute(f"SELECT toString(tuple(*)) FROM {name}")
        seen = viewer.execute(f"SELECT toString(tuple(*)) FROM {name}")
        assert not [row for row in seen if "Borealis" in str(row)], name
        if any("Borealis" in str(row) for row in whole):
            named += 1
            assert seen, name
            assert len(seen) < len(whole), name
    assert named == 12


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count() FROM notifications",
        "SELECT count() FROM exports",
        "SELECT count() FROM erasures",
        "SELECT count() FROM installation_secrets",
        "SELECT * FROM system.parts",
        "SELECT * FROM `system`.processes",
        "SELECT * FROM `sys\\tem`.processes",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM merge('system', 'parts')",
        "SELECT * FROM merge('limited', 'mentions')",
        "SELECT * FROM mergeTreeIndex(limited, mentions)",
        'SELECT * FROM "loop" (mentions)',
        "SELECT 1 SETTINGS readonly = 0",
        "SELECT 1 SETTINGS max_execution_time = 100",
        "SET ROLE full",
        "SET readonly = 0",
        "SELECT 1; SET ROLE full; SELECT count() FROM mentions",
        "SELECT $$'$$; SET ROLE full; --'",
        "SELECT ‘'’; SET ROLE full; --'",
        "EXECUTE AS default SELECT 1",
        "SHOW TABLES",
        "EXPLAIN SELECT 1",
        "INSERT INTO mentions (brand) SELECT 'x'",
        "ALTER TABLE mentions DELETE WHERE 1",
        "DROP TABLE mentions",
        "CREATE TEMPORARY TABLE t (x UInt8)",
        "SELECT * FROM url('http://127.0.0.1/')",
        "SELECT * FROM file('/etc/passwd', 'LineAsString')",
        "KILL QUERY WHERE 1",
        "WITH x AS (SELECT 1) INSERT INTO mentions (brand) SELECT 'x'",
    ],
)
def test_ways_around_are_refused(viewer, sql):
    """Other tables, other roles, other settings, several statements, writing."""
    with pytest.raises(ServerException) as refused:
        viewer.execute(sql)
    assert refused.value.code in REFUSED
    assert viewer.execute("SELECT currentRoles()")[0][0][0].startswith("groundswell_page_")
    assert viewer.execute("SELECT count() FROM mentions") == [(2,)]


def test_settings_that_come_with_a_question_are_refused(table):
    """As by a real ClickHouse where readonly is 1."""
    name = reader_name("limited", Person("", Role.VIEWER, BRANDS))
    for settings in (
        {"readonly": 0},
        {"max_execution_time": 1000},
        {"additional_result_filter": "1"},
    ):
        with (
            Client.from_url(reader_url(table.url, name)) as client,
            pytest.raises(ServerException, match="readonly"),
        ):
            client.execute("SELECT 1", settings=settings)


def test_rows_of_others_cannot_be_counted_by_faults(viewer):
    """A condition that fails on rows of other brands is not asked about them."""
    sql = "SELECT count() FROM mentions WHERE throwIf(brand = 'Borealis') = 0"
    assert viewer.execute(sql) == [(2,)]
    assert viewer.execute("SELECT max(length(brand)) FROM mentions FINAL") == [(11,)]


def test_the_owner_sees_all_rows_and_writes(table):
    """Row policies are in nobody else's way."""
    assert table.execute("SELECT count() FROM mentions FINAL") == [(3,)]
    assert table.execute("SELECT count() FROM rollup_marks WHERE sign = 1") == [(3,)]
    table.execute("INSERT INTO time_notes (id, at, brand) VALUES", [(uuid4(), NOW, "Borealis")])


def test_a_wrong_password_and_an_unknown_reader_are_turned_away(table):
    """So is somebody whose brands ClickHouse was not told of."""
    name = reader_name("limited", Person("", Role.VIEWER, BRANDS))
    unknown = reader_name("limited", Person("", Role.VIEWER, frozenset({"Borealis"})))
    wrong = reader_url("clickhouse://x:other@127.0.0.1/limited", name).split("@")[0]
    place = table.url.split("@")[1]
    for url in (f"{wrong}@{place}", reader_url(table.url, unknown)):
        with Client.from_url(url) as client, pytest.raises(ServerException) as refused:
            client.execute("SELECT 1")
        assert refused.value.code == 516


def test_a_real_server_would_understand_what_it_is_told(table):
    """The engine has no place to keep users, but reads the statements and says just that."""
    wanted = readers("limited", ACCESS)
    hashes = {reader.name: "0" * 64 for reader in wanted}
    tables = [name for (name,) in table.execute("SHOW TABLES")]
    told = list(statements("limited", wanted, hashes, tables=tables, known=["groundswell_page_x"]))
    assert sum(sql.startswith("GRANT") for sql in told) > 40
    with Client.from_url(table.url) as client:
        assert all(client.execute(f"EXPLAIN AST {sql}") for sql in told)


def _address(brand: str) -> str:
    return urlencode({"range": "24h", "brand": ["Aurora", brand]}, doseq=True)


def _request(brand: str) -> str:
    return json.dumps({"brands": [brand]})
