"""Builds a worker out of the settings: the one place where stream and model meet."""

from typing import Final

from compose.settings import Settings
from models.language import LanguageDetector
from models.scorer import load_scorer
from schemas.watchlist import load_watchlist
from streams.batching import BatchLimits
from streams.clickhouse.mention_sink import ClickHouseMentionSink
from streams.matching import Matcher
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
    watchlist = load_watchlist(settings.watchlist)
    topics = {topic.name: topic.phrases for topic in watchlist.topics}
    return WorkerParts(
        match=Matcher(watchlist).match,
        detect_languages=LanguageDetector().detect,
        scorer=load_scorer(settings.model, topics, threads=settings.score_threads or None),
        mentions=[ClickHouseMentionSink(settings.clickhouse_url) for _ in range(_WRITERS)],
        dead_letters=KafkaDeadLetterSink(settings.kafka),
    )
