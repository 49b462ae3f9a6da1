"""Hostile posts come through as the text that they are, and no message goes into an inner network.

What the page, the exports and each channel make of such texts is tested beside them.
"""

import asyncio
import csv
import io
import socket
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice

import pytest

from dashboards.csv_export import to_csv
from streams.clickhouse.connection import connect
from streams.notifications.delivery import Outcome
from streams.notifications.http_post import HttpPoster, HttpRequest
from tests.dashboards import hostile
from tests.dashboards.test_csv_export import check_cell
from tests.dashboards.test_feed import feed_post
from tests.end_to_end.conftest import Stage
from tests.end_to_end.fault_table import Figure
from tests.end_to_end.ledger import post
from tests.streams.notifications.test_addresses import INNER, SPELLINGS

pytestmark = [pytest.mark.slow_fault, pytest.mark.scenario("hostile-text")]

# The watched brand, as it is written by those who hide it.
DISGUISES = (
    "Acme", "A\u200bcme", "Ac\u2060m\ufeffe", "\u0410cm\u0435", "A\u00adcme", "\u202dAcme\u202c",
    "\uff21\uff43\uff4d\uff45",
)  # fmt: skip


def test_hostile_posts_are_stored_as_they_are(stage: Stage, figure: Figure):
    """Two hundred of them, each with the brand in one of its disguises: all found, none changed."""
    texts = [
        f"{text} {brand} "
        for text, brand in zip(hostile.texts(), islice(cycle(DISGUISES), 200), strict=True)
    ]
    stage.produce(
        len(texts), value=lambda name: post(name, text=texts[int(name[1:])], author=name[:200])
    )
    worker = stage.worker()
    worker.start()
    assert stage.drained(), worker.tail()
    verdict = stage.verdict()
    assert verdict.clean, verdict
    with connect(stage.clickhouse_url) as client:
        rows = client.execute(
            "SELECT post_id, text FROM mentions FINAL WHERE kafka_topic = %(topic)s",
            {"topic": stage.ledger.topic},
        )
    assert dict(rows) == {f"p{number}": text for number, text in enumerate(texts)}
    exported = to_csv([feed_post(text=text, post_id=name) for name, text in rows])
    cells = list(csv.DictReader(io.StringIO(exported.decode("utf-8-sig"), newline="")))
    assert len(cells) == len(texts)
    for row in cells:
        check_cell(row["text"])
    figure(f"{len(texts)} posts, {len(DISGUISES)} disguises of the brand: all stored as written")
    figure("no formula in the export")


def test_no_message_goes_inside(monkeypatch: pytest.MonkeyPatch, figure: Figure):
    """Whatever the address and however it is written, no connection is begun."""
    begun: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda *place: begun.append(place))
    numbers = [f"https://[{one}]/" if ":" in one else f"https://{one}/" for one in INNER]

    async def post_all(urls: list[str]) -> list[Outcome]:
        with ThreadPoolExecutor(4) as threads:
            async with HttpPoster(threads) as poster:
                answers = [
                    await poster.post(HttpRequest(url, b"{}"), allow_private=False) for url in urls
                ]
                return [answer.verdict.outcome for answer in answers]

    outcomes = asyncio.run(post_all([*numbers, *SPELLINGS]))
    assert outcomes == [Outcome.RETRY] * len(outcomes)
    assert begun == []
    figure(f"{len(outcomes)} inner addresses, {len(begun)} connections")
