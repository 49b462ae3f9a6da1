"""A real ClickHouse that knows the page's limited users."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from compose.clickhouse_server.users import User
from compose.runtime.reader_users import embedded_users
from schemas.access import Access
from tests.clickhouse_server import ClickHouseServer
from tests.dashboards.mention_table import MentionTable

PASSWORD = "secret"


@contextmanager
def limited_server(folder: Path, access: Access, *, database: str) -> Iterator[MentionTable]:
    """A server with the database, its tables, and a user for each set of brands."""
    digest = hashlib.sha256(PASSWORD.encode()).hexdigest()
    server = ClickHouseServer(folder)
    own = f"clickhouse://owner:{PASSWORD}@127.0.0.1:{server.port}/default"
    url = own.replace("/default", f"/{database}")
    users = [User("owner", digest), *embedded_users(url, access)]
    file = folder / "users.json"
    folder.mkdir(parents=True, exist_ok=True)
    file.write_bytes(msgspec.json.encode(users))
    server.options = ("--users", str(file))
    server.start()
    try:
        table = MentionTable.create(own, database)
        table.migrate()
        yield table
    finally:
        server.stop()
