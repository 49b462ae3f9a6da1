"""`python -m compose.clickhouse_server`: serve one folder on one address until told to stop."""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from compose.clickhouse_server.connection import Shared
from compose.clickhouse_server.engine import Engine
from compose.clickhouse_server.events import log_event
from compose.clickhouse_server.folder import DataFolder, FolderLock
from compose.clickhouse_server.server import Server
from compose.clickhouse_server.users import DEFAULT_USERS, load_users
from compose.clickhouse_server.watcher import Watcher
from schemas.errors import GroundswellError

GIBIBYTE = 1 << 30
STOP_GRACE_S = 5.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server.  Returns the exit status: 0 after an orderly stop, 1 when it cannot run."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.DEBUG if options.verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(message)s",
        stream=sys.stderr,
    )
    try:
        return _run(options)
    except GroundswellError as error:
        log_event("cannot_start", level=logging.ERROR, error=str(error))
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m compose.clickhouse_server",
        description="The ClickHouse engine behind ClickHouse's native protocol, on one machine.",
    )
    add = parser.add_argument
    add("--path", type=Path, required=True, help="folder of the data; made if missing")
    add("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    add("--port", type=int, default=9000, help="port to listen on, 0 for any (%(default)s)")
    add("--memory-bytes", type=int, default=4 * GIBIBYTE, help="the engine's limit (%(default)s)")
    add("--query-memory-bytes", type=int, default=GIBIBYTE, help="a query's limit (%(default)s)")
    add("--max-query-bytes", type=int, default=1 << 20, help="longest SQL text (%(default)s)")
    add("--max-clients", type=int, default=100, help="clients at one time (%(default)s)")
    add("--users", type=Path, help="JSON file of users; without it: default, and viewer (reads)")
    add("--verbose", action="store_true", help="log more")
    return parser


def _run(options: argparse.Namespace) -> int:
    users = load_users(options.users) if options.users else DEFAULT_USERS
    folder = DataFolder(options.path.resolve())
    with FolderLock(folder):
        folder.empty_spool()
        engine = Engine(
            folder,
            memory_bytes=options.memory_bytes,
            query_memory_bytes=options.query_memory_bytes,
            limited=users.limited,
        )
        shared = Shared(
            engine=engine,
            users=users,
            watcher=Watcher(),
            max_query_bytes=options.max_query_bytes,
        )
        server = Server(
            shared, host=options.host, port=options.port, max_clients=options.max_clients
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: server.stop_accepting())
        server.serve()
        log_event("stopping")
        if not server.stop(grace_s=STOP_GRACE_S):
            # A thread hangs inside the engine; what was acknowledged is on disk.
            log_event("stopped", level=logging.WARNING, orderly=False)
            logging.shutdown()
            os._exit(1)
        shared.watcher.close()
        engine.close()
        log_event("stopped", orderly=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
