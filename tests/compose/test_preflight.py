"""What is checked before anything starts, and how it is said."""

import dataclasses
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from compose.runtime.kafka import free_port
from compose.runtime.memory import available_memory_bytes
from compose.runtime.preflight import (
    MIB,
    check_before_start,
    folder_problems,
    java_path,
    java_problems,
    memory_problems,
    own_ports,
    port_problems,
)
from compose.settings import Settings, load_settings
from schemas.errors import RuntimePartError


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(
        {
            "data_dir": str(tmp_path / "data"),
            "kafka": f"localhost:{free_port()}",
            "clickhouse_url": f"clickhouse://127.0.0.1:{free_port()}/groundswell",
            "dashboard_port": str(free_port()),
            "worker_port": str(free_port()),
            "monitor_port": str(free_port()),
        },
        environment={},
    )


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_a_sound_machine_passes(settings: Settings):
    """And the data folder is made, for its owner only."""
    check_before_start(settings)
    assert settings.data_dir.stat().st_mode & 0o777 == 0o700


def test_a_taken_port_is_named_with_its_holder_and_the_flag(taken_port: int):
    """The reader learns whom to end or what to change."""
    (problem,) = port_problems({"dashboard_port": taken_port})
    assert f"port {taken_port} (--dashboard-port) is taken by process {os.getpid()}" in str(problem)
    assert "choose another port with --dashboard-port" in str(problem)


def test_one_port_for_two_parts_is_refused():
    """Both flags are named."""
    port = free_port()
    (problem,) = port_problems({"kafka": port, "worker_port": port})
    assert "--kafka and --worker-port" in str(problem)


def test_a_part_elsewhere_needs_no_port_here(settings: Settings):
    """Kafka or ClickHouse on another machine are not started, so their ports do not matter."""
    elsewhere = dataclasses.replace(
        settings, kafka="broker-1:9092,broker-2:9092", clickhouse_url="clickhouse://ch:9000/db"
    )
    assert set(own_ports(elsewhere)) == {"dashboard_port", "worker_port", "monitor_port"}
    assert set(own_ports(settings)) == {*own_ports(elsewhere), "kafka", "clickhouse_url"}


def test_too_little_memory_says_how_much_is_needed(settings: Settings):
    """A smaller heap needs less."""
    (problem,) = memory_problems(settings, 800 * MIB)
    assert "800 MiB of memory are free, and 1156 MiB are needed" in str(problem)
    assert "--kafka-heap-mb" in problem.remedy
    assert memory_problems(settings, 1200 * MIB) == []
    assert memory_problems(dataclasses.replace(settings, kafka_heap_mb=4096), 1200 * MIB)


def test_the_containers_memory_limit_counts(tmp_path: Path):
    """What is free is the limit less what is used, but caches can be given back."""
    assert available_memory_bytes(tmp_path) > 100 * MIB
    (tmp_path / "memory.max").write_text(f"{300 * MIB}\n")
    (tmp_path / "memory.current").write_text(f"{250 * MIB}\n")
    (tmp_path / "memory.stat").write_text(f"anon 1\ninactive_file {10 * MIB}\n")
    assert available_memory_bytes(tmp_path) == 60 * MIB
    (tmp_path / "memory.max").write_text("max\n")
    assert available_memory_bytes(tmp_path) > 100 * MIB


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    """A file in the way."""
    (tmp_path / "file").touch()
    (problem,) = folder_problems(tmp_path / "file" / "data")
    assert str(tmp_path / "file" / "data") in problem.cause
    assert "--data-dir" in problem.remedy


def test_a_full_disk_is_told_before_anything_starts(tmp_path: Path):
    """More is asked for than any disk has."""
    (problem,) = folder_problems(tmp_path, min_free_bytes=1 << 60)
    assert "MiB free" in problem.cause


def test_java_that_is_missing_or_broken_is_told(tmp_path: Path):
    """With what to do."""
    assert java_problems(java_path()) == []
    (problem,) = java_problems(None)
    assert "Java is missing" in problem.cause
    broken = tmp_path / "java"
    broken.write_text("#!/bin/sh\necho no such library >&2\nexit 1\n")
    broken.chmod(0o755)
    (problem,) = java_problems(broken)
    assert "no such library" in problem.cause
    assert "make setup" in problem.remedy
    broken.chmod(0o644)
    (problem,) = java_problems(broken)
    assert "does not run" in problem.cause


def test_all_problems_come_at_once(settings: Settings, taken_port: int, tmp_path: Path):
    """One start, one list."""
    (tmp_path / "file").touch()
    wrong = dataclasses.replace(
        settings, dashboard_port=taken_port, data_dir=tmp_path / "file" / "data"
    )
    with pytest.raises(RuntimePartError) as caught:
        check_before_start(wrong)
    assert str(caught.value).startswith("Nothing was started:")
    assert "cannot be made" in str(caught.value)
    assert str(taken_port) in str(caught.value)
