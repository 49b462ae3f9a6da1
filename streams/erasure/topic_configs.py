"""Has a topic begin new files on disk for a while, so that old ones can go."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import for_code

SEGMENT_MS: Final = "segment.ms"
# A file is closed once its first record is older than this, when the next one is written.
ROLLING_MS: Final = "1001"
_SET_ON_TOPIC: Final = 1


@asynccontextmanager
async def new_segments(admin: AIOKafkaAdminClient, topic: str) -> AsyncIterator[None]:
    """While the block runs, the topic's files are closed after a second.

    Killed in between, the topic keeps that setting until the next time, which takes it off.
    Raises KafkaError.
    """
    own = await _own_configs(admin, topic)
    if own.get(SEGMENT_MS) == ROLLING_MS:
        del own[SEGMENT_MS]
    await _set_configs(admin, topic, {**own, SEGMENT_MS: ROLLING_MS})
    try:
        yield
    finally:
        await _set_configs(admin, topic, own)


async def _own_configs(admin: AIOKafkaAdminClient, topic: str) -> dict[str, str]:
    """What was set on the topic itself."""
    resource = ConfigResource(ConfigResourceType.TOPIC, topic)
    (answer,) = await admin.describe_configs([resource])
    ((code, message, _, _, entries),) = answer.resources
    if code:
        raise for_code(code)(message)
    return {entry[0]: entry[1] for entry in entries if entry[3] == _SET_ON_TOPIC}


async def _set_configs(admin: AIOKafkaAdminClient, topic: str, configs: dict[str, str]) -> None:
    """Replace all that is set on the topic itself."""
    answers = await admin.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, topic, configs=configs)]
    )
    for answer in answers:
        for code, message, *_ in answer.resources:
            if code:
                raise for_code(code)(message)
