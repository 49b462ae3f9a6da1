"""Kafka's jars: pinned, verified, kept."""

import shutil
from pathlib import Path

import pytest

from compose.runtime.jars import Jar, download_jars, kafka_jars, missing_jars
from schemas.errors import RuntimePartError


def test_every_jar_is_pinned_by_version_and_content():
    """The list names each jar once, with a whole SHA-256."""
    jars = kafka_jars()
    assert len({jar.coordinate for jar in jars}) == len(jars) > 40
    assert all(len(jar.sha256) == 64 for jar in jars)
    assert any(jar.coordinate == "org.apache.kafka:kafka_2.13:4.1.1" for jar in jars)


def test_a_damaged_jar_is_noticed_and_fetched_again(tmp_path: Path):
    """Half a file of a broken download does not stay."""
    jar = next(jar for jar in kafka_jars(tmp_path) if "slf4j-simple" in jar.coordinate)
    assert missing_jars([jar]) == [jar]
    jar.path.parent.mkdir(parents=True)
    jar.path.write_bytes(b"half")
    assert missing_jars([jar]) == [jar]
    done: list[Jar] = []
    download_jars([jar], on_done=done.append)
    assert done == [jar]
    assert missing_jars([jar]) == []


def test_other_bytes_than_the_pinned_ones_are_refused(tmp_path: Path):
    """What was fetched does not stay, and the message says which jar."""
    jar = next(jar for jar in kafka_jars(tmp_path) if "slf4j-simple" in jar.coordinate)
    tampered = Jar(jar.coordinate, "0" * 64, jar.path)
    with pytest.raises(RuntimePartError, match=r"slf4j-simple.*SHA-256 differs"):
        download_jars([tampered], on_done=lambda _: None)
    assert not jar.path.exists()


def test_no_network_is_needed_once_they_are_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A second start asks nobody."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    (jar,) = [jar for jar in kafka_jars() if "slf4j-simple" in jar.coordinate]
    (copy,) = [jar for jar in kafka_jars(tmp_path) if "slf4j-simple" in jar.coordinate]
    if missing_jars([jar]):
        monkeypatch.delenv("HTTPS_PROXY")
        download_jars([jar], on_done=lambda _: None)
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    copy.path.parent.mkdir(parents=True)
    shutil.copy(jar.path, copy.path)
    assert missing_jars([copy]) == []
    other = next(jar for jar in kafka_jars(tmp_path) if "slf4j-api" in jar.coordinate)
    with pytest.raises(RuntimePartError, match="Check the network"):
        download_jars([other], on_done=lambda _: None)
