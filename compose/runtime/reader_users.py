"""The page's users of ClickHouse, as our own server and as a real one are told of them."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import urlsplit

from clickhouse_driver import Client
from clickhouse_driver.errors import Error

from compose.clickhouse_server.users import User
from compose.settings import Settings
from schemas.access import Access
from schemas.access_file import load_access
from schemas.errors import StoreError
from schemas.migrations import Deployment
from schemas.readers import LIMITS, PREFIX, Reader, reader_password, readers

# Everybody else goes on to see all rows, however the server is set.
_OTHERS: Final = "groundswell_others"
_TIMEOUTS_S: Final = {"connect_timeout": 5, "send_receive_timeout": 60, "sync_request_timeout": 5}


def embedded_users(clickhouse_url: str, access: Access) -> list[User]:
    """The users that the server of `groundswell up` lets in for the page."""
    database = urlsplit(clickhouse_url).path.removeprefix("/")
    return [
        User(
            name=reader.name,
            password_sha256=_password_hash(clickhouse_url, reader),
            tables={f"{database}.{table}": rows for table, rows in reader.tables.items()},
            settings=dict(LIMITS),
        )
        for reader in readers(database, access)
    ]


def page_users(settings: Settings) -> list[User]:
    """The same, as the settings say: none where nobody signs in."""
    if not settings.oidc_metadata_url:
        return []
    return embedded_users(settings.clickhouse_url, load_access(settings.access_file))


def put_access_into_force(settings: Settings) -> list[str]:
    """Tell a real ClickHouse of the page's users; returns their names.

    That of `groundswell up` is told as it starts. Raises StoreError or AccessError.
    """
    if not settings.oidc_metadata_url:
        return []
    access = load_access(settings.access_file)
    return apply_readers(settings.clickhouse_url, access, cluster=settings.clickhouse_cluster)


def apply_readers(clickhouse_url: str, access: Access, *, cluster: str = "") -> list[str]:
    """Make the users, their grants and row policies on a real ClickHouse; returns their names.

    Run again it changes what changed, and drops users that nobody needs any more. It makes no
    passwords up: they follow from that of the URL. Raises StoreError.
    """
    database = urlsplit(clickhouse_url).path.removeprefix("/")
    wanted = readers(database, access)
    try:
        with Client.from_url(clickhouse_url) as client:
            for name, seconds in _TIMEOUTS_S.items():
                setattr(client.connection, name, seconds)
            there = {
                str(table)
                for (table,) in client.execute(
                    "SELECT name FROM system.tables WHERE database = %(database)s",
                    {"database": database},
                )
            }
            known = client.execute(
                "SELECT name FROM system.users WHERE startsWith(name, %(prefix)s)",
                {"prefix": f"{PREFIX}_{database}_"},
            )
            hashes = {reader.name: _password_hash(clickhouse_url, reader) for reader in wanted}
            place = Deployment(cluster).on_cluster
            for statement in statements(
                database, wanted, hashes, tables=there, known=[name for (name,) in known], at=place
            ):
                client.execute(statement)
    except (Error, OSError, EOFError) as error:
        told = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise StoreError(
            f"ClickHouse did not take the page's users: {told}; the user of clickhouse_url needs "
            "ACCESS MANAGEMENT and its grants WITH GRANT OPTION (docs/access.md)"
        ) from error
    return [reader.name for reader in wanted]


def statements(  # noqa: PLR0913 - what is wanted, and what is there
    database: str,
    wanted: Iterable[Reader],
    hashes: dict[str, str],
    *,
    tables: Iterable[str],
    known: Iterable[str],
    at: str = "",
) -> Iterator[str]:
    """The SQL, in order. tables: that are there. known: users of before. at: ON CLUSTER, or ""."""
    kept = list(wanted)
    names = [reader.name for reader in kept]
    settings = ", ".join([f"{name} = {number}" for name, number in LIMITS.items()])
    for name in known:
        if name not in names:
            yield f"DROP USER IF EXISTS `{name}` {at}"
    for name in names:
        login = f"IDENTIFIED WITH sha256_hash BY '{hashes[name]}'"
        yield f"CREATE USER IF NOT EXISTS `{name}` {at} {login}"
        yield f"ALTER USER `{name}` {at} {login} SETTINGS {settings}, readonly = 1"
        yield f"REVOKE {at} ALL ON *.* FROM `{name}`"
    listed = ", ".join(f"`{name}`" for name in names)
    for table in sorted(tables):
        readable = [(one.name, one.tables[table]) for one in kept if table in one.tables]
        if not readable:
            continue
        policy = f"{at} ON `{database}`.`{table}` AS PERMISSIVE FOR SELECT USING"
        if any(rows for _, rows in readable):
            yield (f"CREATE ROW POLICY OR REPLACE `{_OTHERS}` {policy} 1 TO ALL EXCEPT {listed}")
        for name, rows in readable:
            # The rows before the grant: there is no moment at which all of them are seen.
            yield f"CREATE ROW POLICY OR REPLACE `{name}` {policy} {rows or '1'} TO `{name}`"
            yield f"GRANT {at} SELECT ON `{database}`.`{table}` TO `{name}`"


def _password_hash(clickhouse_url: str, reader: Reader) -> str:
    password = reader_password(clickhouse_url, reader.name)
    return hashlib.sha256(password.encode()).hexdigest()
