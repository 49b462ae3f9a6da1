"""What an erasure did and found, without a name in it: a row of `erasures`."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from schemas.erasure import SuppressionKind

ERASURES_TABLE: Final = "erasures"


class KafkaRemains(msgspec.Struct, frozen=True, kw_only=True):
    """Records of erased posts that Kafka keeps until its own retention deletes them.

    records: by what was stored of them. until: when the last of them has gone, at the latest; None
    where the topic keeps everything. deleted: whether it was told to delete them at once.
    """

    topic: str
    partition: int
    records: int
    until: datetime | None
    deleted: bool = False


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One way in which what was erased was looked for afterwards.

    where: a column, or a kind of file. looked_at: rows, blocks or files. found: how many of them
    had it. note: what could not be looked at.
    """

    where: str
    looked_at: int
    found: int
    note: str = ""


class ErasureReport(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of it. hash: of the author or the post, as on the suppression list.

    posts, mentions: that were removed by this run or an earlier one that did not end. tables,
    topics: rows and records that were removed or written anew. needles: names, ids and texts that
    were looked for; shared: of them, those that posts of other people have too, which stay.
    """

    id: UUID
    at: datetime
    who: str
    kind: SuppressionKind
    hash: str
    posts: int
    mentions: int
    tables: dict[str, int]
    topics: dict[str, int]
    kafka: tuple[KafkaRemains, ...] = ()
    checks: tuple[Check, ...] = ()
    needles: int = 0
    shared: int = 0
    seconds: float = 0.0

    @property
    def complete(self) -> bool:
        """Whether nothing was found that should be gone."""
        return not any(check.found for check in self.checks)
