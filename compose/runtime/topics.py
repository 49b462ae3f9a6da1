"""`python -m compose.runtime.topics SETTINGS`: make the topics that are missing."""

import asyncio
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from compose.settings import Settings, load_settings
from schemas.errors import GroundswellError, StreamError
from schemas.topics import (
    ALERTS_TOPIC,
    CORRECTIONS_TOPIC,
    DEAD_LETTER_TOPIC,
    SUPPRESSIONS_TOPIC,
)
from streams.worker.layout import count_partitions

_REPLICAS: Final = 3
# What people still have to look at stays for a year.
_YEAR: Final = {"retention.ms": str(365 * 24 * 3600 * 1000)}
# The last record of each key, for ever; what was replaced or taken off goes within days. With
# "delete" a record can be deleted by its offset, which an erasure does.
_LATEST: Final = {
    "cleanup.policy": "compact,delete",
    "retention.ms": "-1",
    "segment.ms": str(24 * 3600 * 1000),
    "max.compaction.lag.ms": str(24 * 3600 * 1000),
    "delete.retention.ms": str(24 * 3600 * 1000),
}
# A record of any size that an input topic takes, with the reason and its place around it.
_ANY_SIZE: Final = {"max.message.bytes": str(64 * 1024 * 1024)}


async def create_topics(settings: Settings) -> list[str]:
    """Make the input topics and Groundswell's own, if they are missing.

    Returns the names of those made now. Raises StreamError.
    """
    wanted: dict[str, dict[str, str]] = {
        **{name: {} for name in settings.input_topics},
        DEAD_LETTER_TOPIC: _YEAR | _ANY_SIZE,
        ALERTS_TOPIC: _YEAR,
        CORRECTIONS_TOPIC: _LATEST,
        SUPPRESSIONS_TOPIC: _LATEST,
    }
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    try:
        await admin.start()
        there = set(await admin.list_topics())
        brokers = len((await admin.describe_cluster())["brokers"])
        replicas = min(_REPLICAS, brokers)
        missing = [
            NewTopic(name, settings.kafka_partitions, replicas, topic_configs=configs)
            for name, configs in wanted.items()
            if name not in there
        ]
        if missing:
            _check((await admin.create_topics(missing)).topic_errors)
    except (KafkaError, OSError) as error:
        raise _unreachable(settings, "made", error) from error
    finally:
        await admin.close()
    return [topic.name for topic in missing]


async def topics_with_fewer(settings: Settings) -> dict[str, int]:
    """Input topics that have fewer partitions than is set, and how many. Raises StreamError."""
    try:
        counts = await count_partitions(settings.kafka, settings.input_topics)
    except (KafkaError, OSError) as error:
        raise _unreachable(settings, "looked at", error) from error
    return {name: count for name, count in counts.items() if 0 < count < settings.kafka_partitions}


async def add_partitions(settings: Settings, topics: Collection[str]) -> None:
    """Give these topics as many partitions as the settings say. Raises StreamError."""
    if not topics:
        return
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    wanted = NewPartitions(settings.kafka_partitions)
    try:
        await admin.start()
        _check((await admin.create_partitions(dict.fromkeys(topics, wanted))).topic_errors)
    except (KafkaError, OSError) as error:
        raise _unreachable(settings, "changed", error) from error
    finally:
        await admin.close()


def _unreachable(settings: Settings, what: str, error: Exception) -> StreamError:
    return StreamError(
        f"kafka={settings.kafka!r}: the topics cannot be {what} ({error}); "
        "is Kafka up, and may this client create topics?"
    )


def _check(answers: Sequence[Sequence[object]]) -> None:
    """Refusals come back as codes; two starts at a time may both make a topic."""
    for name, code, *message in answers:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            raise error(f"{name}: {' '.join(str(part) for part in message)}")


def main() -> int:
    """Make the topics for the settings file that the first argument names."""
    try:
        made = asyncio.run(create_topics(load_settings(config=Path(sys.argv[1]))))
    except GroundswellError as error:
        print(error, file=sys.stderr)  # noqa: T201 - this is the step's log
        return 1
    print("topics made:", ", ".join(made) or "none, all were there")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
