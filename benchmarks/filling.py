"""Mentions for benchmarks, by the million: made by the engine itself, and rolled up."""

import time
from typing import Final

from clickhouse_driver import Client

from streams.rollups.roller import SETTLE_AFTER_S, Roller

MENTIONS_A_DAY: Final = 333_333
# So many a statement, that each is a part of the table as after a while of small inserts.
BATCH: Final = 100_000
_DAY_MS: Final = 86_400_000
FILL_SQL: Final = """
INSERT INTO mentions (
    brand, posted_at, source, post_id, model_version, kind, text, lang, author, country, reach,
    sentiment, score, p_negative, p_neutral, p_positive, topics, scored_at, received_at
)
SELECT concat('Brand ', toString(floor(sqrt(hash %% 900)))), moment, source, toString(number),
       'one', 'social', concat(repeat(concat(word, ' and so on, '), 5 + hash %% 8), toString(hash)),
       lang, concat('author-', toString(hash %% 5000)), 'DE', hash %% 1000,
       sentiment, p_positive - p_negative, p_negative, 0.2, p_positive,
       arrayDistinct([word, ['price', 'taste', 'speed', 'staff'][1 + intDiv(hash, 7) %% 4]]),
       moment + INTERVAL 1 SECOND, moment
FROM (
    SELECT number, cityHash64(number) AS hash,
           now64(3, 'UTC') - toIntervalMillisecond((%(total)s - number) * %(step_ms)s) AS moment,
           ['mastodon', 'reviews', 'forum', 'news', 'shop'][1 + intDiv(hash, 11) %% 5] AS source,
           ['en', 'de', 'ja', 'ar', 'es', 'hi', 'fr'][1 + intDiv(hash, 13) %% 7] AS lang,
           ['delivery', 'service', 'quality', 'battery'][1 + intDiv(hash, 17) %% 4] AS word,
           ['negative', 'neutral', 'positive'][1 + intDiv(hash, 19) %% 3] AS sentiment,
           if(sentiment = 'negative', 0.7, 0.1) AS p_negative,
           if(sentiment = 'positive', 0.7, 0.1) AS p_positive
    FROM numbers(%(first)s, %(rows)s)
)
"""


class Filler:
    """Writes mentions, a batch a statement, one after the other over some days until now."""

    def __init__(self, client: Client, days: int) -> None:
        self._client = client
        self._step_ms = _DAY_MS / MENTIONS_A_DAY
        self._total = self._next = -(-days * MENTIONS_A_DAY // BATCH) * BATCH

    def fill(self) -> None:
        """The days."""
        for first in range(0, self._total, BATCH):
            self._write(first, total=self._total)

    def more(self) -> None:
        """One batch more, of this moment."""
        self._write(self._next, total=self._next + BATCH)
        self._next += BATCH

    def _write(self, first: int, *, total: int) -> None:
        values = {"total": total, "step_ms": self._step_ms, "first": first, "rows": BATCH}
        self._client.execute(FILL_SQL, values)


def rolled_up(roller: Roller) -> None:
    """Bring the rollups up to date, and let all marks settle."""
    while roller.behind:
        roller.roll()
    time.sleep(SETTLE_AFTER_S)
    roller.roll()
