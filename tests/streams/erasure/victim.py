"""Erases an author and is killed before a step: `python -m tests.streams.erasure.victim …`."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from compose.commands.erase import eraser_parts, folders
from compose.settings import Settings
from streams.erasure.eraser import Eraser, EraserConfig, Target


def die(step: str) -> None:
    """SIGKILL before the step that the command line names."""
    if step == sys.argv[4]:
        os.kill(os.getpid(), signal.SIGKILL)


async def main() -> None:
    """Erase: Kafka's address, ClickHouse's URL, data folder, step, author."""
    kafka, url, folder, _, author = sys.argv[1:]
    settings = Settings(kafka=kafka, clickhouse_url=url, data_dir=Path(folder))
    config = EraserConfig(kafka=kafka, group="nobody", folders=folders(settings), wait_s=0)
    async with eraser_parts(settings) as parts:
        await Eraser(parts, config, at=die).erase(Target(author=author), who="test")


if __name__ == "__main__":
    asyncio.run(main())
