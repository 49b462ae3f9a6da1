"""Builds a replay out of the settings and a plan, as `worker_parts` builds a worker."""

import asyncio
import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

from compose.model_figures import figures_of
from compose.settings import Settings
from compose.watchlist_in_force import in_force
from compose.worker_parts import text_policy
from models.language import LanguageDetector
from models.onnx_encoder import usable_cores
from models.scorer import load_scorer
from schemas.errors import SettingsError
from schemas.matching import Matcher
from schemas.replay import LaneRange, ReplayFile, ReplayPlan, Source
from schemas.versions import BY_REPLAY
from schemas.watchlist import Watchlist
from streams.clickhouse.mention_sink import ClickHouseMentionSink, MentionSink
from streams.preparation import Match
from streams.replay.file_source import FileSource, described, file_ranges
from streams.replay.kafka_source import KafkaSource, look
from streams.replay.pace import Pace
from streams.replay.ranges import by_offsets, by_time, parse_offsets
from streams.replay.runner import ReplayParts
from streams.replay.sources import ReplaySource
from streams.replay.store import ReplayStore
from streams.replay.stored_source import StoredSource, stored_range
from streams.replay.wanted_brands import WantedBrands
from streams.text_scorer import TextScorer
from streams.versions.begun_sink import BegunSink

_ID_CHARACTERS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A replay as it is asked for; what to read by exactly one of topics, offsets, files, stored.

    since, until: None for what there is.
    """

    topics: tuple[str, ...] = ()
    offsets: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    stored: bool = False
    since: datetime | None = None
    until: datetime | None = None
    brands: tuple[str, ...] = ()
    share: float = 1.0
    rate: float = 0.0

    @property
    def source(self) -> Source:
        """Where the posts come from."""
        return "stored" if self.stored else "files" if self.files else "kafka"


def plan_replay(
    settings: Settings, wanted: Wanted, *, who: str, asked: str
) -> tuple[ReplayPlan, ReplayParts]:
    """Fix what the replay reads, and load what it needs; nothing is written anywhere.

    Raises a GroundswellError for whatever cannot be: brands, offsets, files, the model.
    """
    watchlist = in_force(settings).watchlist
    _check_brands(wanted.brands, watchlist)
    files = tuple(described(path) for path in wanted.files)
    ranges = _ranges(settings, wanted, files)
    pace = Pace(wanted.share, usable_cores(), wanted.rate)
    topics = {topic.name: topic.phrases for topic in watchlist.topics}
    scorer = load_scorer(settings.model, topics, threads=settings.score_threads or pace.threads)
    plan = ReplayPlan(
        id=uuid4().hex[:_ID_CHARACTERS],
        created_at=datetime.now(UTC),
        who=who,
        asked=asked,
        source=wanted.source,
        ranges=tuple(ranges),
        files=files,
        brands=wanted.brands,
        model=settings.model,
        model_version=scorer.model_version,
        model_sha256=scorer.model_sha256,
        watched=watchlist.brands,
        topics=watchlist.topics,
        share=wanted.share,
        rate=wanted.rate,
    )
    return plan, _parts(settings, plan, scorer, pace)


def resumed_parts(settings: Settings, plan: ReplayPlan) -> ReplayParts:
    """What an existing replay needs to go on. Raises ModelError and SettingsError."""
    pace = Pace(plan.share, usable_cores(), plan.rate)
    topics = {topic.name: topic.phrases for topic in plan.topics}
    scorer = load_scorer(plan.model, topics, threads=settings.score_threads or pace.threads)
    if (scorer.model_version, scorer.model_sha256) != (plan.model_version, plan.model_sha256):
        raise SettingsError(
            f"model={plan.model!r} is {scorer.model_version} ({scorer.model_sha256[:12]}) now, and "
            f"replay {plan.id} began with {plan.model_version} ({plan.model_sha256[:12]}); put "
            "that one back, or cancel the replay and begin a new one"
        )
    return _parts(settings, plan, scorer, pace)


def _parts(settings: Settings, plan: ReplayPlan, scorer: TextScorer, pace: Pace) -> ReplayParts:
    match = Matcher(Watchlist(plan.watched, plan.topics)).match
    brands = WantedBrands(frozenset(plan.brands))
    return ReplayParts(
        source=_source(settings, plan, match, brands),
        brands=brands,
        scorer=scorer,
        detect_languages=LanguageDetector().detect,
        sink=_sink(settings, plan),
        save=ReplayStore(settings.clickhouse_url).saver(plan.id),
        pace=pace,
        insert_rows=settings.insert_rows,
    )


def _sink(settings: Settings, plan: ReplayPlan) -> MentionSink:
    url, version = settings.clickhouse_url, plan.model_version
    sink = ClickHouseMentionSink(url, texts=text_policy(settings))
    return BegunSink(sink, url, version, BY_REPLAY, figures_of(plan.model, version))


def _source(
    settings: Settings, plan: ReplayPlan, match: Match, brands: WantedBrands
) -> ReplaySource:
    if plan.source == "files":
        return FileSource(plan.files, brands.matching(match))
    if plan.source == "stored":
        return StoredSource(settings.clickhouse_url, plan.ranges[0], match, brands)
    return KafkaSource(settings.kafka, plan.ranges, brands.matching(match))


def _ranges(settings: Settings, wanted: Wanted, files: Sequence[ReplayFile]) -> list[LaneRange]:
    if wanted.source == "files":
        return file_ranges(files)
    if wanted.source == "stored":
        until = wanted.until or datetime.now(UTC)
        return [stored_range(settings.clickhouse_url, wanted.since, until)]
    exact = parse_offsets(wanted.offsets)
    topics = list(dict.fromkeys(each.topic for each in exact)) or list(wanted.topics)
    views = asyncio.run(look(settings.kafka, topics, since=wanted.since, until=wanted.until))
    if exact:
        return by_offsets(exact, views)
    return by_time(views, since=wanted.since, until=wanted.until)


def _check_brands(brands: Sequence[str], watchlist: Watchlist) -> None:
    known = [brand.name for brand in watchlist.brands]
    for name in brands:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"it has {', '.join(known[:20])}"
            raise SettingsError(f"--brands {name!r} is not on the watchlist; {hint}")
