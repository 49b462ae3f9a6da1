"""Five weeks for the pictures of the page Trust: an older version, promotions, and labels.

The posts of two days are played again as those of the weeks before. Labels are those that people
gave the demonstration's texts; only when and by whom is made up, and so is the older version.
"""

import random
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from clickhouse_driver import Client

from compose.demo.posts import demo_posts
from models.scorer import SHIPPED
from schemas.correction import DRAWN_AT_RANDOM, MODEL_SENTIMENT, Correction
from schemas.mention import COLUMN_NAMES, MENTIONS_TABLE
from schemas.model_figures import read_figures
from schemas.scores import SENTIMENTS
from schemas.seen import seen_mentions
from schemas.versions import BY_WORKER, FIRST_WHY
from streams.clickhouse.connection import connect
from streams.corrections.store import CorrectionStore
from streams.versions.figures import store_figures
from streams.versions.promotions import Promotions

WEEKS: Final = 5
OLD_VERSION: Final = "groundswell-1"
OLD_SINCE: Final = timedelta(days=20)
PROMOTED: Final = timedelta(days=9)
LABELS: Final = 420
PEOPLE: Final = ("Ann", "Ben", "Mei")
# One language that came up this week, so that there is drift to be seen.
_RISING: Final = "ko"
_SETTINGS: Final = {"max_partitions_per_insert_block": 0}


def fill_weeks(url: str, *, now: datetime, days: int) -> None:
    """Add them to a table that holds the last days, scored by the shipped model."""
    with connect(url) as client:
        for back in range(days, WEEKS * 7, days):
            _play_again(client, back)
        _score_by_old_version(client, since=now - OLD_SINCE)
        clock = iter((now - timedelta(weeks=WEEKS), now - PROMOTED))
        promotions = Promotions(client, lambda: next(clock))
        figures = read_figures(SHIPPED)
        assert figures is not None
        promotions.promote(OLD_VERSION, who=BY_WORKER, why=FIRST_WHY)
        promotions.promote(figures.model_version, who="Ann", why="better in Korean and Thai")
        store_figures(url, figures)
        events = _labels(client, now)
    store = CorrectionStore(url)
    store.write(events)
    store.close()


def _play_again(client: Client, back: int) -> None:
    """The table's last days once more, that many days earlier, a third of them."""
    changed = {
        "posted_at": f"posted_at - INTERVAL {back} DAY",
        "received_at": f"received_at - INTERVAL {back} DAY",
        "scored_at": f"scored_at - INTERVAL {back} DAY",
        "post_id": f"concat(post_id, '~{back}')",
    }
    rare = f"lang != '{_RISING}' OR cityHash64(post_id) % 15 = 0"
    client.execute(
        f"INSERT INTO {MENTIONS_TABLE} ({', '.join(COLUMN_NAMES)}) "
        f"SELECT {', '.join(changed.get(name, name) for name in COLUMN_NAMES)} "
        f"FROM {MENTIONS_TABLE} FINAL "
        "WHERE NOT match(post_id, '~[0-9]+$') "
        f"AND cityHash64(post_id, {back}) % 3 = 0 AND ({rare if back > 7 else '1'})",
        settings=_SETTINGS,
    )


def _score_by_old_version(client: Client, *, since: datetime) -> None:
    """What a model says that is a little less sure and a little less often right."""
    noise = "2.4 * (modulo(cityHash64(text, '{0}'), 1000) / 1000 - 0.5)"
    noisy = ", ".join(
        f"exp(log(p_{name} + 0.01) + {noise.format(name)}) AS n_{name}" for name in SENTIMENTS
    )
    shares = {
        f"p_{name}": f"toFloat32(n_{name} / (n_negative + n_neutral + n_positive))"
        for name in SENTIMENTS
    }
    changed = {
        "model_version": f"'{OLD_VERSION}'",
        "scored_at": "scored_at - INTERVAL 1 HOUR",
        "sentiment": MODEL_SENTIMENT.replace("p_", "n_"),
        "score": f"{shares['p_positive']} - {shares['p_negative']}",
        **shares,
    }
    client.execute(
        f"INSERT INTO {MENTIONS_TABLE} ({', '.join(COLUMN_NAMES)}) "
        f"SELECT {', '.join(changed.get(name, name) for name in COLUMN_NAMES)} "
        f"FROM (SELECT *, {noisy} FROM {MENTIONS_TABLE} FINAL WHERE posted_at >= %(since)s)",
        {"since": since},
        settings=_SETTINGS,
    )


def _labels(client: Client, now: datetime) -> list[Correction]:
    labels = {post.text: post.label for post in demo_posts() if post.label in SENTIMENTS}
    rows = client.execute(
        f"SELECT brand, posted_at, source, post_id, text, {MODEL_SENTIMENT} "
        f"FROM {seen_mentions('posted_at >= %(since)s')} ORDER BY cityHash64(post_id, brand)",
        {"since": now - timedelta(weeks=WEEKS)},
    )
    known = [(*row[:4], labels[row[4]], row[5]) for row in rows if row[4] in labels]
    dice = random.Random(4)
    drawn = [_event(dice, row, now, DRAWN_AT_RANDOM) for row in known[:LABELS]]
    wrong = [row for row in known[LABELS:] if row[4] != row[5]][: LABELS // 5]
    return [*drawn, *(_event(dice, row, now, "") for row in wrong)]


def _event(dice: random.Random, row: tuple[Any, ...], now: datetime, reason: str) -> Correction:
    brand, posted_at, source, post_id, label, said = row
    posted_at = posted_at.replace(tzinfo=UTC)
    moment = posted_at + dice.random() * (now - posted_at)
    return Correction(
        id=UUID(int=dice.getrandbits(128), version=4),
        at=moment.replace(microsecond=0),
        brand=brand,
        posted_at=posted_at,
        source=source,
        post_id=post_id,
        sentiment=label,
        before=said,
        who=dice.choice(PEOPLE),
        reason=reason,
    )
