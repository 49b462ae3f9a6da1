"""Builds a worker out of the settings: the one place where stream and model meet."""

from typing import Final

from compose.model_figures import figures_of
from compose.settings import Settings
from compose.watchlist_in_force import awaited_in_force
from models.language import LanguageDetector
from models.scorer import Topics, load_scorer
from schemas.errors import ModelError
from schemas.matching import Matcher
from schemas.model_figures import ModelFigures
from schemas.topics import CORRECTIONS_TOPIC, SUPPRESSIONS_TOPIC
from schemas.versions import BY_WORKER
from streams.batching import BatchLimits
from streams.clickhouse.mention_sink import ClickHouseMentionSink, MentionSink
from streams.compacted_topic import CompactedTopic
from streams.corrections.follower import Follower
from streams.corrections.store import CorrectionStore
from streams.erasure.letters import SuppressingLetterSink
from streams.erasure.suppression_store import SuppressionStore
from streams.erasure.text_policy import TextPolicy
from streams.shadow import Shadow
from streams.versions.begun_sink import BegunSink
from streams.worker.config import WorkerConfig
from streams.worker.dead_letter_sink import KafkaDeadLetterSink
from streams.worker.main import WorkerParts

# Two: one batch is on its way while ClickHouse answers the other.
_WRITERS: Final = 2


def worker_config(settings: Settings) -> WorkerConfig:
    """The settings that the worker itself reads."""
    return WorkerConfig(
        kafka=settings.kafka,
        clickhouse_url=settings.clickhouse_url,
        clickhouse_cluster=settings.clickhouse_cluster,
        input_topics=settings.input_topics,
        consumer_group=settings.consumer_group,
        scoring=BatchLimits(
            max_rows=settings.batch_posts,
            max_tokens=settings.batch_tokens,
            linger_s=settings.batch_linger_s,
        ),
        storing=BatchLimits(max_rows=settings.insert_rows, linger_s=settings.insert_linger_s),
        web_host=settings.listen_host,
        web_port=settings.worker_port,
        max_poison=settings.max_poison,
    )


def worker_parts(settings: Settings) -> WorkerParts:
    """Load the watchlist and the model, and open the edges.

    Raises WatchlistError, ModelError or StoreError.
    """
    found = awaited_in_force(settings)
    watchlist = found.watchlist
    topics = {topic.name: topic.phrases for topic in watchlist.topics}
    scorer = load_scorer(settings.model, topics, threads=settings.score_threads or None)
    shadow = _shadow(settings, topics, scorer.model_version)
    figures = figures_of(settings.model, scorer.model_version)
    if shadow:
        figures += figures_of(settings.shadow_model, shadow.scorer.model_version)
    return WorkerParts(
        match=Matcher(watchlist).match,
        detect_languages=LanguageDetector().detect,
        scorer=scorer,
        mentions=[_sink(settings, scorer.model_version, figures) for _ in range(_WRITERS)],
        dead_letters=SuppressingLetterSink(
            KafkaDeadLetterSink(settings.kafka), SuppressionStore(settings.clickhouse_url)
        ),
        follower=follower(settings),
        shadow=shadow,
        newer=found.newer(settings),
    )


def _sink(settings: Settings, live_version: str, figures: tuple[ModelFigures, ...]) -> MentionSink:
    url = settings.clickhouse_url
    sink = ClickHouseMentionSink(url, texts=text_policy(settings))
    return BegunSink(sink, url, live_version, BY_WORKER, figures)


def _shadow(settings: Settings, topics: Topics, live_version: str) -> Shadow | None:
    """The second model; None where there is none. Raises ModelError for the same version twice."""
    if not settings.shadow_model or not settings.shadow_share:
        return None
    threads = settings.score_threads or None
    scorer = load_scorer(settings.shadow_model, topics, threads=threads)
    if scorer.model_version == live_version:
        raise ModelError(
            f"shadow_model={settings.shadow_model!r} has version {live_version!r}, as the live "
            "model has; name another model, or none"
        )
    return Shadow(scorer, settings.shadow_share)


def text_policy(settings: Settings) -> TextPolicy:
    """What may be kept of texts."""
    return TextPolicy(settings.masked_data, settings.retention_texts_days)


def follower(settings: Settings) -> Follower:
    """What carries labels and erasures between their topics and their tables."""
    return Follower(
        CorrectionStore(settings.clickhouse_url),
        SuppressionStore(settings.clickhouse_url),
        CompactedTopic(settings.kafka, CORRECTIONS_TOPIC),
        CompactedTopic(settings.kafka, SUPPRESSIONS_TOPIC),
    )
