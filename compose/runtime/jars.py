"""Apache Kafka's jars: pinned by version and SHA-256, from Maven Central once, then from disk.

They lie in the machine's Maven repository (`~/.m2/repository`, or M2_REPO), which other Java tools
share. Kafka Connect's jars are left out, for the broker does not need them.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

from schemas.errors import RuntimePartError

_LIST: Final = "kafka_jars.txt"
_DOWNLOADS_AT_ONCE: Final = 8
_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Jar:
    """One jar: its Maven coordinate, the SHA-256 of its bytes, and its place on this machine."""

    coordinate: str
    sha256: str
    path: Path

    def is_intact(self) -> bool:
        """True if the file is there with the pinned content."""
        try:
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256
        except OSError:
            return False


def kafka_jars(repository: Path | None = None) -> tuple[Jar, ...]:
    """Every jar that the broker needs; repository: the Maven repository, None for the machine's."""
    from jgo.constants import default_maven_repo

    root = repository or default_maven_repo()
    lines = resources.files("compose.runtime").joinpath(_LIST).read_text("utf-8").splitlines()
    return tuple(_jar(line, root) for line in lines)


def _jar(line: str, root: Path) -> Jar:
    coordinate, sha256 = line.split()
    group, artifact, version = coordinate.split(":")
    folder = root.joinpath(*group.split("."), artifact, version)
    return Jar(coordinate, sha256, folder / f"{artifact}-{version}.jar")


def missing_jars(jars: Iterable[Jar]) -> list[Jar]:
    """The jars that are not on this machine, or not intact."""
    return [jar for jar in jars if not jar.is_intact()]


def download_jars(jars: Sequence[Jar], *, on_done: Callable[[Jar], None]) -> None:
    """Fetch jars from Maven Central, several at once; `on_done` is called after each.

    Raises RuntimePartError if one cannot be had or has other bytes than were pinned.
    """
    with ThreadPoolExecutor(_DOWNLOADS_AT_ONCE) as pool:
        waiting = {pool.submit(_download, jar): jar for jar in jars}
        try:
            for done in as_completed(waiting):
                done.result()
                on_done(waiting[done])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _download(jar: Jar) -> None:
    problem: object = "its SHA-256 differs from the pinned one"
    for _ in range(_TRIES):
        # jgo keeps what it finds, so half a file of a broken download has to go first.
        jar.path.unlink(missing_ok=True)
        try:
            _artifact(jar).resolve()
        except Exception as error:  # noqa: BLE001 - jgo lets requests' and its own errors through
            problem = error
            continue
        if jar.is_intact():
            return
    jar.path.unlink(missing_ok=True)
    raise RuntimePartError(
        f"Kafka's jar {jar.coordinate} cannot be fetched from Maven Central: {problem}. "
        "Check the network (HTTPS_PROXY, if you need one) and start again; "
        "what is already there is kept."
    )


def _artifact(jar: Jar) -> Any:  # noqa: ANN401 - jgo has no types
    from jgo.maven import MavenContext

    group, artifact, version = jar.coordinate.split(":")
    root = jar.path.parents[len(group.split(".")) + 2]
    context = MavenContext(repo_cache=root, timeout=30)
    return context.project(group, artifact).at_version(version).artifact()
