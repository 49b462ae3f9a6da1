"""Dead letters as they lie on their topic, and which of them are meant."""

import heapq
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Final

from schemas.dead_letter import DeadLetter, Header, dead_letter_from_headers
from schemas.errors import InvalidPostError
from streams.records import Record

_REDRIVEN_AT: Final = "groundswell-redriven-at"


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """A dead letter and where it lies on the dead-letter topic."""

    letter: DeadLetter
    partition: int
    offset: int

    @property
    def places(self) -> frozenset[str]:
        """The names it goes by: of its source record, and of itself on the dead-letter topic."""
        return frozenset({self.letter.identity, f"{self.partition}:{self.offset}"})


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """Which letters are meant; what is empty lets all through.

    reason: words of the field, the value or the reason. topic: of the source.
    since, until: when it could not be read; until is not included.
    places: names of single letters; see `KeptLetter.places`.
    """

    reason: str = ""
    topic: str = ""
    since: datetime | None = None
    until: datetime | None = None
    places: frozenset[str] = frozenset()

    def passes(self, kept: KeptLetter) -> bool:
        """Whether the letter is meant."""
        letter = kept.letter
        said = f"{letter.field} {letter.bad_value} {letter.reason}".casefold()
        return (
            self.reason.casefold() in said
            and self.topic in {"", letter.topic}
            and (self.since is None or letter.failed_at >= self.since)
            and (self.until is None or letter.failed_at < self.until)
            and (not self.places or not self.places.isdisjoint(kept.places))
        )


class LetterBox:
    """What is known once the dead-letter topic was read: the newest letters that are meant.

    limit: how many are kept, for the topic may hold more than the memory.
    skip: identities of letters that are only counted.
    """

    def __init__(
        self, wanted: LetterFilter, *, limit: int, skip: Container[str] = frozenset()
    ) -> None:
        self._wanted = wanted
        self._limit = limit
        self._skip = skip
        self._seen: set[str] = set()
        self._newest: list[tuple[datetime, str, KeptLetter]] = []
        self.redriven: dict[str, datetime] = {}
        self.found = 0
        self.skipped = 0
        self.foreign = 0

    def add(self, partition: int, record: Record) -> None:
        """Take in one record of the topic."""
        redriven_at = _redriven_at(record.headers)
        if redriven_at is not None and record.key is not None:
            self.redriven[record.key.decode("utf-8", "replace")] = redriven_at
            return
        try:
            letter = dead_letter_from_headers(record.value or b"", record.headers)
        except InvalidPostError:
            self.foreign += 1
            return
        kept = KeptLetter(letter, partition, record.offset)
        # A worker that was killed writes a letter again: it is the same one.
        if self._wanted.passes(kept) and letter.identity not in self._seen:
            self._seen.add(letter.identity)
            self._keep(kept)

    def _keep(self, kept: KeptLetter) -> None:
        identity = kept.letter.identity
        if identity in self._skip:
            self.skipped += 1
            return
        self.found += 1
        heapq.heappush(self._newest, (kept.letter.failed_at, identity, kept))
        if len(self._newest) > self._limit:
            heapq.heappop(self._newest)

    def newest_first(self) -> list[KeptLetter]:
        """The letters that were kept."""
        return [kept for _, _, kept in sorted(self._newest, key=itemgetter(0, 1), reverse=True)]


def redriven_marker(at: datetime) -> list[Header]:
    """The headers of the record that says: this letter (its identity is the key) was sent again."""
    return [(_REDRIVEN_AT, at.astimezone(UTC).isoformat().encode())]


def _redriven_at(headers: Sequence[Header]) -> datetime | None:
    for name, content in headers:
        if name == _REDRIVEN_AT:
            try:
                return datetime.fromisoformat(content.decode())
            except ValueError:
                return None
    return None
