import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

# After so long a pause a start is a new one, with a surge of its own.
_SAME_SHOW_MINUTES: Final = 30


class Played(msgspec.Struct, frozen=True):
    """What was played already; all in minutes since 1970.

    start: of the show. live_from: the first minute that is not played yet.
    gaps: stretches of the past still to be filled, each from and until, the latest first.
    """

    start: int
    live_from: int
    gaps: tuple[tuple[int, int], ...]

    def without_last_gap_minute(self) -> "Played":
        """The latest minute of the past is filled."""
        (first, until), *rest = self.gaps
        left = [(first, until - 1)] if first < until - 1 else []
        return Played(self.start, self.live_from, (*left, *rest))

    def reached(self, minute: int) -> "Played":
        """All minutes before this one are played."""
        return Played(self.start, minute, self.gaps)


def resume(played: Played | None, *, now: int, history: int) -> Played:
    """Where to go on.

    played: of the last run, if any. now: the present minute. history: minutes of the past that
    are to be filled.
    """
    if played is None:
        return Played(now, now, tuple(_clipped([(now - history, now)], now - history)))
    gaps = [(played.live_from, now), *played.gaps]
    start = played.start if now - played.live_from < _SAME_SHOW_MINUTES else now
    return Played(start, max(now, played.live_from), tuple(_clipped(gaps, now - history)))


def _clipped(gaps: list[tuple[int, int]], earliest: int) -> Iterator[tuple[int, int]]:
    for first, until in gaps:
        if max(first, earliest) < until:
            yield max(first, earliest), until


def load(path: Path) -> Played | None:
    """The state of the last run; None if there is none that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Played)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def save(path: Path, played: Played) -> None:
    """Replace the state in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("wb") as out:
        out.write(msgspec.json.encode(played))
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(path)
