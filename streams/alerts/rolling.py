"""Keeps the rollups in step with the mentions, beside a monitor that leads."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from schemas.errors import StoreError
from streams.clickhouse.connection import connect
from streams.rollups.roller import Roller

logger = logging.getLogger(__name__)

_EVERY_S: Final = 2.0
_BEHIND_S: Final = 0.05
_RETRY_S: Final = 10.0


async def keep_rolling(url: str, leads: Callable[[], bool]) -> None:
    """Bring the rollups up to date again and again. leads: whether this monitor is the one to."""
    roller = Roller(connect(url))
    while True:
        try:
            if leads():
                await asyncio.to_thread(roller.roll)
            await asyncio.sleep(_BEHIND_S if leads() and roller.behind else _EVERY_S)
        except StoreError as error:
            logger.warning("%s", error)
            await asyncio.sleep(_RETRY_S)
