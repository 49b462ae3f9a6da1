"""What ClickHouse is asked about an incident; values are parameters, never part of the SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from schemas.alert import Signal
from schemas.mention import MENTIONS_TABLE
from streams.rows import milliseconds

# The same hours of the last seven days and of the same weekday in the three weeks before.
USUAL_DAYS: Final = (*range(1, 8), 14, 21, 28)
MAX_PARTS: Final = 5_000
_DAY: Final = timedelta(days=1)

_POST: Final = (
    "source, post_id, posted_at, author, url, substringUTF8(text, 1, 2000), lang, sentiment, "
    "score, reach, kafka_topic, kafka_partition, kafka_offset"
)
_KEY: Final = "posted_at, source, post_id"


@dataclass(frozen=True, slots=True)
class Question:
    """SQL and the values of its parameters."""

    sql: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """The posts of an incident: of one brand, of some of its series, in some periods.

    signals: whose series the posts belong to; all of the brand's if one is the whole brand's.
    """

    brand: str
    since: datetime
    until: datetime
    signals: tuple[Signal, ...]

    def condition(
        self, days: Sequence[int], *, margin: timedelta = timedelta()
    ) -> tuple[str, dict[str, Any]]:
        """WHERE and its parameters: the window, that many days ago, as much longer at both ends.

        No earlier period reaches into the window itself.
        """
        values: dict[str, Any] = {"brand": self.brand}
        periods = []
        for day in days:
            start, end = self.since - day * _DAY - margin, self.until - day * _DAY + margin
            values[f"start_{day}"] = milliseconds(start)
            values[f"end_{day}"] = milliseconds(min(end, self.since) if day else end)
            periods.append(
                f"(posted_at >= fromUnixTimestamp64Milli(%(start_{day})s, 'UTC') "
                f"AND posted_at < fromUnixTimestamp64Milli(%(end_{day})s, 'UTC'))"
            )
        series, named = _series(self.signals)
        return f"brand = %(brand)s AND ({' OR '.join(periods)}) AND ({series})", values | named


def parts(subject: Subject) -> Question:
    """Posts and negative posts by days ago and part: rows (day, dimension, value, posts, negative).

    The dimension "" counts all.
    """
    where, values = subject.condition((0, *USUAL_DAYS))
    sql = f"""
        SELECT day, part.1 AS dimension, part.2 AS value, count() AS posts, countIf(negative)
        FROM (
            SELECT intDiv(%(until)s - 1 - toUnixTimestamp64Milli(posted_at), 86400000) AS day,
                   sentiment = 'negative' AS negative,
                   arrayJoin(arrayConcat(
                       [('', ''), ('lang', toString(lang)), ('source', toString(source)),
                        ('product', toString(product)), ('country', toString(country))],
                       arrayMap(name -> ('topic', toString(name)), arrayDistinct(topics))
                   )) AS part
            FROM {_latest("lang, source, product, country, topics, sentiment", where)}
        )
        WHERE dimension = '' OR value != ''
        GROUP BY day, dimension, value
        ORDER BY dimension, posts DESC, value, day
        LIMIT %(most)s
    """  # noqa: S608 - names of columns and parameters only
    return Question(sql, {**values, "until": milliseconds(subject.until), "most": MAX_PARTS})


def places(subject: Subject) -> Question:
    """Where on Kafka the posts lie: rows (topic, partition, first, last, posts, model versions)."""
    where, values = subject.condition((0,))
    columns = "kafka_topic, kafka_partition, kafka_offset, model_version"
    sql = f"""
        SELECT kafka_topic, kafka_partition, min(kafka_offset), max(kafka_offset), count(),
               groupUniqArray(100)(toString(model_version))
        FROM {_latest(columns, where)}
        GROUP BY kafka_topic, kafka_partition
        ORDER BY kafka_topic, kafka_partition
        LIMIT 1000
    """  # noqa: S608 - names of columns and parameters only
    return Question(sql, values)


def posts(
    subject: Subject, days: Sequence[int], *, margin: timedelta, negative: bool, most: int
) -> Question:
    """Posts, at most so many: a sample that is always the same; rows as the fields of ReadPost.

    negative: negative ones only.
    """
    where, values = subject.condition(days, margin=margin)
    if negative:
        where += " AND sentiment = 'negative'"
    # Sorted by what says nothing of a post; all versions of one lie beside each other.
    sql = f"""
        SELECT {_POST}
        FROM (
            SELECT * FROM {MENTIONS_TABLE} FINAL WHERE {where}
            ORDER BY cityHash64(source, post_id), {_KEY}, scored_at DESC
            LIMIT %(more)s
        )
        LIMIT 1 BY {_KEY}
        LIMIT %(most)s
    """  # noqa: S608 - names of columns and parameters only
    return Question(sql, {**values, "most": most, "more": 3 * most})


def others(brand: str, langs: Sequence[str], *, before: datetime, most: int) -> Question:
    """Posts of other brands in these languages, of the day before; rows as for `posts`."""
    sql = f"""
        SELECT {_POST}
        FROM {MENTIONS_TABLE}
        WHERE brand != %(brand)s AND lang IN %(langs)s
          AND posted_at >= fromUnixTimestamp64Milli(%(start)s, 'UTC')
          AND posted_at < fromUnixTimestamp64Milli(%(end)s, 'UTC')
        ORDER BY cityHash64(source, post_id), brand, {_KEY}
        LIMIT 1 BY {_KEY}
        LIMIT %(most)s
    """  # noqa: S608 - names of columns and parameters only
    values = {"brand": brand, "langs": tuple(langs), "most": most}
    return Question(
        sql, {**values, "start": milliseconds(before - _DAY), "end": milliseconds(before)}
    )


def _latest(columns: str, where: str) -> str:
    """The mentions, each as it was scored last."""
    rows = f"SELECT {_KEY}, {columns} FROM {MENTIONS_TABLE} FINAL WHERE {where}"  # noqa: S608
    return f"({rows} ORDER BY {_KEY}, scored_at DESC LIMIT 1 BY {_KEY})"


def _series(signals: Sequence[Signal]) -> tuple[str, dict[str, Any]]:
    """Which posts belong to a series of the signals, and the parameters."""
    names = sorted({signal.series for signal in signals})
    if not names or any(not (name.topic or name.lang or name.product) for name in names):
        return "1", {}
    terms = []
    values: dict[str, Any] = {}
    for number, name in enumerate(names):
        wanted = {"topic": name.topic, "lang": name.lang, "product": name.product}
        given = {field: value for field, value in wanted.items() if value}
        tests = [
            f"has(topics, %(topic_{number})s)"
            if field == "topic"
            else f"{field} = %({field}_{number})s"
            for field in given
        ]
        terms.append(f"({' AND '.join(tests)})")
        values |= {f"{field}_{number}": value for field, value in given.items()}
    return " OR ".join(terms), values
