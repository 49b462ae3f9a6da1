"""What one closed minute held, and what is said of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import nan

import msgspec

from schemas.alert import Kind, SeriesName, Signal

MINUTE_S = 60


def moment(time_s: int) -> datetime:
    """Seconds since 1970 as a time."""
    return datetime.fromtimestamp(time_s, UTC)


class SourceCount(msgspec.Struct, frozen=True, array_like=True):
    """What one brand had from one source in a minute."""

    brand: str
    source: str
    posts: int


@dataclass(frozen=True, slots=True)
class Minute:
    """Counts of the minute that begins at `start_s`, in seconds since 1970.

    counts: posts and negative posts of each series that had any. sources: posts by brand and
    source. reach: by brand, how many people the posts may have reached.
    """

    start_s: int
    counts: Mapping[SeriesName, tuple[int, int]] = field(default_factory=dict)
    sources: tuple[SourceCount, ...] = ()
    reach: Mapping[str, int] = field(default_factory=dict)

    @property
    def end(self) -> datetime:
        """When the minute is over."""
        return moment(self.start_s + MINUTE_S)


@dataclass(frozen=True, slots=True)
class Finding:
    """One series that is out of the ordinary in this minute.

    signal: what it shows now. share: of negative posts in the signal's window, 0 to 1. posts,
    reach: of the last hour.
    """

    signal: Signal
    share: float = 0.0
    posts: float = 0.0
    reach: float = 0.0

    @property
    def series(self) -> SeriesName:
        """Which series."""
        return self.signal.series

    @property
    def kind(self) -> Kind:
        """What is out of the ordinary."""
        return self.signal.kind


@dataclass(frozen=True, slots=True)
class LogRow:
    """What a series was fed in a minute, and what was said of it; see the table `watch_log`."""

    series: SeriesName
    source: str = ""
    posts: float = 0.0
    negative: float = 0.0
    low: float = 0.0
    high: float = 0.0
    due: float = nan
    usual: float = 0.0
    score: float = 0.0
    kind: str = ""
    reach: float = 0.0


@dataclass(frozen=True, slots=True)
class Watched:
    """What the detectors and rules say of one minute.

    findings: all series that are in an incident, new or not. rows: for the log. unknown: brands of
    which nothing is claimed, and why: the name of the source that is silent by fault, "" for all.
    """

    minute: Minute
    findings: tuple[Finding, ...]
    rows: tuple[LogRow, ...]
    unknown: Mapping[str, str]
