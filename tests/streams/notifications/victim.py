"""A process that notifies until it is killed: DATABASE RECEIVER OPENED_AT."""

import asyncio
import sys
from datetime import UTC, datetime

from schemas.routes import Channel, Target
from streams.notifications.notifier import Notifier
from streams.notifications.outbox import ClickHouseOutbox
from tests.streams.notifications.incidents import incident, route


async def notify(database: str, url: str, opened_at: datetime) -> None:
    """Tell of one incident, again and again, as after a crash."""
    target = Target(channel=Channel.WEBHOOK, url=url, allow_private=True)
    outbox = ClickHouseOutbox(database)
    notifier = Notifier([route("a", target=target)], outbox, dashboard_url="https://page.example")
    while True:
        await notifier.notify([incident(at=opened_at)])
        await notifier.tick(datetime.now(UTC))
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    at = datetime.fromtimestamp(float(sys.argv[3]), UTC)
    asyncio.run(notify(sys.argv[1], sys.argv[2], at))
