"""What ClickHouse is asked about two versions; values are parameters, never part of the SQL.

What a version says is read from its probabilities: a person's label stands above it elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from schemas.correction import MODEL_SCORE, MODEL_SENTIMENT
from schemas.mention import MENTIONS_TABLE
from schemas.seen import POST_KEY, seen_mentions
from streams.rows import milliseconds

SHOWN_CHARACTERS: Final = 400
MAX_PARTS: Final = 50_000

_BETWEEN: Final = (
    "posted_at >= fromUnixTimestamp64Milli(%(since_ms)s, 'UTC') "
    "AND posted_at < fromUnixTimestamp64Milli(%(until_ms)s, 'UTC') "
    "AND (empty(%(brands)s) OR brand IN %(brands)s)"
)


def _both(columns: str) -> str:
    """SQL of each mention that both versions scored."""
    return f"""(
    SELECT {columns}
    FROM (
        SELECT *, {MODEL_SENTIMENT} AS says, {MODEL_SCORE} AS points,
               model_version = %(first)s AS is_first
        FROM {MENTIONS_TABLE} FINAL
        WHERE model_version IN (%(first)s, %(second)s) AND {_BETWEEN}
    )
    GROUP BY {POST_KEY}
    HAVING countIf(is_first) > 0 AND countIf(NOT is_first) > 0
)"""  # noqa: S608 - names only


_SAYS: Final = "anyIf(says, is_first) AS says_first, anyIf(says, NOT is_first) AS says_second"
PARTS_SQL: Final = f"""
SELECT part.1, part.2, says_first, says_second, count()
FROM (
    SELECT says_first, says_second, arrayJoin(arrayConcat(
               [('', ''), ('brand', brand::String), ('lang', lang::String),
                ('source', source::String)],
               arrayMap(name -> ('topic', name::String), arrayDistinct(topics)))) AS part
    FROM {
    _both(f"brand, source, any(lang) AS lang, {_SAYS}, arrayFlatten(groupArray(topics)) AS topics")
}
)
WHERE part.1 = '' OR part.2 != ''
GROUP BY part, says_first, says_second
ORDER BY count() DESC
LIMIT {MAX_PARTS}
"""  # noqa: S608 - names only
EXAMPLES_SQL: Final = f"""
SELECT brand, posted_at, source, post_id, lang, text, says_first, says_second,
       points_first, points_second
FROM {
    _both(
        f"{POST_KEY}, any(lang) AS lang, substringUTF8(any(text), 1, {SHOWN_CHARACTERS}) AS text, "
        f"{_SAYS}, anyIf(points, is_first) AS points_first, "
        "anyIf(points, NOT is_first) AS points_second"
    )
}
ORDER BY abs(points_first - points_second) DESC, {POST_KEY}
LIMIT %(most)s
"""  # noqa: S608 - names only
# As people see it while that version is active: with what others scored, and with people's labels.
DAYS_SQL: Final = f"""
SELECT toDate(posted_at) AS day, countIf(sentiment = 'negative'), countIf(sentiment = 'neutral'),
       countIf(sentiment = 'positive')
FROM {seen_mentions(_BETWEEN, columns="posted_at, sentiment", active="%(version)s")}
GROUP BY day
ORDER BY day
"""  # noqa: S608 - names only


@dataclass(frozen=True, slots=True)
class Traffic:
    """Which mentions two versions are compared on. brands: all of them if empty."""

    first: str
    second: str
    since: datetime
    until: datetime
    brands: Sequence[str] = ()

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of every question."""
        return {
            "first": self.first,
            "second": self.second,
            "since_ms": milliseconds(self.since),
            "until_ms": milliseconds(self.until),
            "brands": list(self.brands),
        }
