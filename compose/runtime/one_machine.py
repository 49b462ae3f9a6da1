"""Everything on this machine: checks first, then the parts, until someone stops it."""

import hashlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import resources
from pathlib import Path
from types import FrameType
from typing import Final
from urllib.parse import unquote, urlsplit

import msgspec

from compose.clickhouse_server.users import User
from compose.model_check import check_models
from compose.runtime.console import RuntimeConsole
from compose.runtime.jars import Jar, download_jars, kafka_jars, missing_jars
from compose.runtime.lock import data_folder_lock
from compose.runtime.orphans import OrphanGuard
from compose.runtime.plan import Layout, build_parts, needs_users, page_url
from compose.runtime.preflight import (
    DiskProbe,
    check_before_start,
    folder_problems,
    owns_kafka,
)
from compose.runtime.reader_users import page_users
from compose.runtime.supervisor import Ground, Supervisor
from compose.settings import WATCHLIST_FILE, Settings
from compose.sign_in import check_sign_in
from schemas.errors import RuntimePartError
from schemas.watchlist import load_watchlist

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_one_machine(settings: Settings, console: RuntimeConsole) -> None:
    """Start all parts and watch over them until Ctrl-C or SIGTERM.

    Raises RuntimePartError, ModelError or WatchlistError, with the remedy, if that cannot be.
    """
    started_s = time.monotonic()
    problems = folder_problems(settings.data_dir)
    if problems:
        raise RuntimePartError(f"Nothing was started:\n  {problems[0]}")
    with data_folder_lock(settings.data_dir, url=page_url(settings)) as lock:
        check_before_start(settings)
        check_sign_in(settings)
        check_models(settings)
        _look_at_watchlist(settings, console)
        jars = provide_jars(console) if owns_kafka(settings) else ()
        _write_settings(settings)
        parts = build_parts(settings, jars)

        def announce() -> None:
            _announce(settings, console, took_s=time.monotonic() - started_s)

        with stop_signals() as (stopping, hurry), OrphanGuard(lock) as guard:
            ground = Ground("disk", DiskProbe(settings.data_dir))
            supervisor = Supervisor(parts, guard=guard, report=console.report, ground=ground)
            supervisor.run(stopping, hurry=hurry, on_all_ready=announce)
        console.say("Everything is stopped; the data stay in " + str(settings.data_dir))


def provide_jars(console: RuntimeConsole) -> tuple[Jar, ...]:
    """Kafka's jars, fetched if they are not here yet."""
    jars = kafka_jars()
    missing = missing_jars(jars)
    if missing:
        text = "Fetching Kafka (once, 39 MB)"
        with console.progress(text, total=len(missing)) as advance:
            download_jars(missing, on_done=lambda _: advance())
    return jars


def _look_at_watchlist(settings: Settings, console: RuntimeConsole) -> None:
    """Refuse a wrong watchlist before anything starts; the first time, lay an example."""
    own = settings.data_dir / WATCHLIST_FILE
    if settings.watchlist == own and not own.exists():
        example = resources.files("compose.runtime").joinpath("watchlist-example.yaml")
        own.write_bytes(example.read_bytes())
        console.say(f"An example watchlist lies at {own}: name your brands there.", style="yellow")
    load_watchlist(settings.watchlist)


def _write_settings(settings: Settings) -> None:
    """The settings in force, for the parts, and the user that ClickHouse is to let in."""
    layout = Layout(settings.data_dir)
    _write_private(layout.settings, settings.to_toml())
    url = urlsplit(settings.clickhouse_url)
    if not needs_users(settings):
        layout.clickhouse_users.unlink(missing_ok=True)
        return
    password = hashlib.sha256(unquote(url.password or "").encode()).hexdigest()
    owner = User(unquote(url.username or "default"), password if url.password else None)
    users = [owner, *page_users(settings)]
    _write_private(layout.clickhouse_users, msgspec.json.encode(users).decode())


def _write_private(file: Path, text: str) -> None:
    """Write a file that may hold a secret, for its owner's eyes only."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as writer:
        writer.write(text)


def _announce(settings: Settings, console: RuntimeConsole, *, took_s: float) -> None:
    logs = Layout(settings.data_dir).log("any").parent
    console.say(f"\nGroundswell is up after {took_s:.1f} s.", style="bold green")
    rows = {
        "Page": page_url(settings),
        "Kafka": f"{settings.kafka} (topics {', '.join(settings.input_topics)})",
        "ClickHouse": settings.shown("clickhouse_url"),
        "Watchlist": str(settings.watchlist),
        "Logs": str(logs),
    }
    for name, text in rows.items():
        console.say(f"  {name:<11} {text}")
    console.say("Ctrl-C stops it.\n")


@contextmanager
def stop_signals() -> Iterator[tuple[threading.Event, threading.Event]]:
    """While the block runs, Ctrl-C, SIGTERM and SIGHUP set the first event, again the second."""
    stopping, hurry = threading.Event(), threading.Event()

    def on_signal(_: int, __: FrameType | None) -> None:
        (hurry if stopping.is_set() else stopping).set()

    before = {number: signal.signal(number, on_signal) for number in _SIGNALS}
    try:
        yield stopping, hurry
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def demo_settings(settings: Settings, *, watchlist: Path, default_folder: Path) -> Settings:
    """The settings of the demonstration: its own data folder and watchlist, unless some are given.

    default_folder: the data folder of someone who chose none; the demo's lies beside it, so that
    the two never mix.
    """
    folder = settings.data_dir
    own_watchlist = settings.watchlist == folder / WATCHLIST_FILE
    if folder == default_folder:
        folder = default_folder.with_name(default_folder.name + "-demo")
    chosen = watchlist if own_watchlist else settings.watchlist
    return replace(settings, data_dir=folder, watchlist=chosen, demo=True)
