"""Erases posts from all that is kept, step by step, and finds out whether they are gone.

Each step can be done again: killed anywhere, the same command goes on. First the post is put on the
suppression list, so that from then on nothing brings it back; last its work is forgotten.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import msgspec

from schemas.erasure import (
    SALT_BYTES,
    Suppression,
    SuppressionKind,
    SuppressionList,
    normal_author,
    suppression_hash,
)
from schemas.erasure_report import Check, ErasureReport, KafkaRemains
from schemas.topics import ALERTS_TOPIC, CORRECTIONS_TOPIC, DEAD_LETTER_TOPIC
from streams.compacted_topic import CompactedTopic
from streams.erasure.disk_check import Folders, check_disk
from streams.erasure.evidence_store import EvidenceStore
from streams.erasure.kafka_remains import kafka_remains
from streams.erasure.letters import blanking
from streams.erasure.needles import needles_of, spellings
from streams.erasure.own_topics import without_labels, without_quotes
from streams.erasure.report_store import ReportStore
from streams.erasure.scrubbing import quotes_suppressed
from streams.erasure.suppression_store import SuppressionStore
from streams.erasure.topic_rewriting import TopicRewriter
from streams.erasure.verification import MAX_NEEDLES, Verification
from streams.erasure.work_store import ErasedPost, WorkStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whom or what to erase: an author, of one source or of all, or a post (SOURCE/ID)."""

    author: str = ""
    source: str = ""
    post: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would go."""

    posts: int
    mentions: int
    labels: int
    events: int
    notifications: int
    letters: int
    alerts: int
    kafka: tuple[KafkaRemains, ...]


@dataclass(frozen=True, slots=True)
class EraserParts:
    """What an eraser works with."""

    work: WorkStore
    suppressions: SuppressionStore
    evidence: EvidenceStore
    verification: Verification
    reports: ReportStore
    rewriter: TopicRewriter
    suppressions_topic: CompactedTopic
    corrections_topic: CompactedTopic


@dataclass(frozen=True, slots=True, kw_only=True)
class EraserConfig:
    """Where things are. group: the workers' consumer group. wait_s: for files to leave the disk."""

    kafka: str
    group: str
    folders: Folders
    wait_s: float = 600.0
    truncate: bool = False


def _nothing(step: str) -> None:
    """Nobody wants to know of the steps."""


class Eraser:
    """Erases one target. at: told of each step before it is begun."""

    def __init__(
        self, parts: EraserParts, config: EraserConfig, *, at: Callable[[str], None] = _nothing
    ) -> None:
        self._parts = parts
        self._config = config
        self._at = at

    async def plan(self, target: Target) -> Plan:
        """What would go; nothing does. Raises StoreError or StreamError."""
        parts, job = self._parts, uuid4()
        try:
            found = await asyncio.to_thread(self._look, job, target)
            posts = await asyncio.to_thread(parts.work.posts, job)
            salt = secrets.token_bytes(SALT_BYTES)
            entries = [*_entries(target, found, salt), *_post_entries(posts, salt)]
            listed = SuppressionList.of(
                [(SuppressionKind.SALT, salt.hex()), *((one.kind, one.hash) for one in entries)]
            )
            goes = quotes_suppressed(listed)
            events, notifications = await asyncio.to_thread(parts.evidence.count, goes)
            return Plan(
                posts=len(posts),
                mentions=await asyncio.to_thread(parts.work.mentions, job),
                labels=len(await asyncio.to_thread(parts.work.corrections, job)),
                events=events,
                notifications=notifications,
                letters=await parts.rewriter.count(DEAD_LETTER_TOPIC, blanking(listed)),
                alerts=await parts.rewriter.count(ALERTS_TOPIC, without_quotes(goes)),
                kafka=await kafka_remains(self._config.kafka, posts),
            )
        finally:
            await asyncio.to_thread(parts.work.forget, job)

    async def erase(self, target: Target, *, who: str) -> ErasureReport:
        """Erase it, look for it, report. Raises StoreError or StreamError; then call it again."""
        start_s = time.monotonic()
        parts = self._parts
        self._at("suppress")
        salt = await self._salt()
        first = _entries(target, parts.work.splits(target.post)[:1], salt)
        if target.author:
            await self._suppress(first)
        job = UUID(hex=first[0].hash[:32])
        self._at("note")
        found = await asyncio.to_thread(self._look, job, target)
        entries = _entries(target, found, salt)
        posts = await asyncio.to_thread(parts.work.posts, job)
        self._at("suppress posts")
        await self._suppress([*entries, *_post_entries(posts, salt)])
        tables = await asyncio.to_thread(self._remove, job)
        self._at("remove labels")
        tables["corrections"] = await self._remove_labels(job)
        listed = await asyncio.to_thread(parts.suppressions.listed)
        posts = await asyncio.to_thread(parts.work.posts, job)
        names = _names(posts, target)
        self._at("scrub quotes")
        quoted = await asyncio.to_thread(parts.evidence.scrub, quotes_suppressed(listed))
        tables["incident_events"], tables["notifications"] = quoted
        needles = [spelling for name in names for spelling in spellings(name)]
        tables["watch_snapshots"] = await asyncio.to_thread(parts.evidence.drop_snapshots, needles)
        await asyncio.to_thread(parts.evidence.merge)
        self._at("rewrite topics")
        topics = await self._rewrite(listed, needles)
        self._at("check tables")
        mentions = await asyncio.to_thread(parts.work.mentions, job)
        # The author's name comes first; of very many posts a sample is looked for by its texts.
        sample = names[:: max(1, -(-len(names) // MAX_NEEDLES))]
        looked = await asyncio.to_thread(parts.verification.look, job, sample)
        left = await asyncio.to_thread(parts.work.left, job)
        by_key = Check(where="mentions, by author and id", looked_at=mentions, found=left)
        self._at("kafka")
        remains = await kafka_remains(
            self._config.kafka, posts, group=self._config.group, truncate=self._config.truncate
        )
        self._at("forget")
        await asyncio.to_thread(parts.work.forget, job)
        self._at("check disk")
        unique = [name for name in sample if name not in looked.shared]
        disk = await asyncio.to_thread(self._on_disk, unique)
        report = ErasureReport(
            id=uuid4(),
            at=datetime.now(UTC),
            who=who,
            kind=first[0].kind,
            hash=first[0].hash,
            posts=len(posts),
            mentions=mentions,
            tables={name: number for name, number in tables.items() if number},
            topics=topics,
            kafka=remains,
            checks=(by_key, *looked.checks, *disk),
            needles=len(sample),
            shared=len(looked.shared),
            seconds=round(time.monotonic() - start_s, 1),
        )
        await asyncio.to_thread(parts.reports.write, report)
        return report

    def _look(self, job: UUID, target: Target) -> list[tuple[str, str]]:
        """Note what there is of it; (source, post id) of a post, by what is stored of it."""
        work = self._parts.work
        splits = work.splits(target.post)
        if target.author:
            work.look_for(job, authors=work.authors(_matches(target)))
        else:
            work.look_for(job, posts=splits)
        work.note(job)
        stored = [(post.source, post.post_id) for post in work.posts(job)]
        return [split for split in splits if split in stored] or splits[:1]

    def _remove(self, job: UUID) -> dict[str, int]:
        work = self._parts.work
        rows = 0
        # A worker may have written one while the last were removed; the list stops the next.
        while left := work.left(job):
            self._at("remove")
            rows += left
            work.note(job)
            work.remove(job)
        return {"mentions": rows}

    async def _remove_labels(self, job: UUID) -> int:
        work = self._parts.work
        keys = await asyncio.to_thread(work.corrections, job)
        if keys:
            await self._parts.corrections_topic.publish(
                {msgspec.json.encode(key).decode(): None for key in keys}
            )
            await asyncio.to_thread(work.remove_corrections, job)
        return len(keys)

    async def _rewrite(self, listed: SuppressionList, needles: Sequence[bytes]) -> dict[str, int]:
        changes = {
            DEAD_LETTER_TOPIC: blanking(listed, needles),
            ALERTS_TOPIC: without_quotes(quotes_suppressed(listed)),
            CORRECTIONS_TOPIC: without_labels(listed),
        }
        found = {
            topic: (await self._parts.rewriter.rewrite(topic, change)).changed
            for topic, change in changes.items()
        }
        return {topic: changed for topic, changed in found.items() if changed}

    def _on_disk(self, names: Sequence[str]) -> tuple[Check, ...]:
        parts, config = self._parts, self._config
        with parts.evidence.quick_removal():
            needles = [spelling for name in names for spelling in spellings(name)]
            return check_disk(
                config.folders,
                needles,
                wait_s=config.wait_s,
                hasten=parts.evidence.clear_old_parts,
            )

    async def _salt(self) -> bytes:
        """The key of the hashes: the one there is, or a new one."""
        for _, value in await self._parts.suppressions_topic.read():
            entry = msgspec.json.decode(value, type=Suppression) if value else None
            if entry is not None and entry.kind is SuppressionKind.SALT:
                await self._suppress([entry])
                return bytes.fromhex(entry.hash)
        salts = (await asyncio.to_thread(self._parts.suppressions.listed)).salts
        salt = salts[0] if salts else secrets.token_bytes(SALT_BYTES)
        entry = Suppression(kind=SuppressionKind.SALT, hash=salt.hex(), at=datetime.now(UTC))
        # Published again where the table alone has it: the topic must not be without it.
        await self._parts.suppressions_topic.publish({entry.key: msgspec.json.encode(entry)})
        await self._suppress([entry])
        return salt

    async def _suppress(self, entries: Sequence[Suppression]) -> None:
        """Onto the topic first: from it the table can be made again."""
        stored = {entry.key for entry in await asyncio.to_thread(self._parts.suppressions.entries)}
        new = {entry.key: entry for entry in entries if entry.key not in stored}
        await self._parts.suppressions_topic.publish(
            {key: msgspec.json.encode(entry) for key, entry in new.items()}
        )
        await asyncio.to_thread(self._parts.suppressions.write, list(new.values()))


def _matches(target: Target) -> Callable[[str, str], bool]:
    name = normal_author(target.author)
    return lambda source, author: target.source in {"", source} and normal_author(author) == name


def _entries(target: Target, posts: Sequence[tuple[str, str]], salt: bytes) -> list[Suppression]:
    """The target's own entries on the list."""
    now = datetime.now(UTC)
    kind = SuppressionKind.AUTHOR_AT if target.source else SuppressionKind.AUTHOR
    named = [(kind, (target.source, target.author)[not target.source :])] if target.author else []
    named += [(SuppressionKind.POST, post) for post in posts if not target.author]
    return [
        Suppression(kind=kind, hash=suppression_hash(kind, *parts, salt=salt), at=now)
        for kind, parts in named
    ]


def _post_entries(posts: Sequence[ErasedPost], salt: bytes) -> list[Suppression]:
    now = datetime.now(UTC)
    kind = SuppressionKind.POST
    return [
        Suppression(
            kind=kind, hash=suppression_hash(kind, post.source, post.post_id, salt=salt), at=now
        )
        for post in posts
    ]


def _names(posts: Sequence[ErasedPost], target: Target) -> list[str]:
    """What to look for, the target's own name first."""
    own = ErasedPost("", "", target.author, "", "", "", 0, 0, datetime.now(UTC))
    return needles_of([own, *posts])
