"""What ClickHouse is asked about an incident; values are parameters, never part of the SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from schemas.alert import Signal
from schemas.correction import MODEL_SENTIMENT
from schemas.mention import MENTIONS_TABLE
from schemas.seen import seen_mentions
from schemas.versions import PROMOTIONS_TABLE
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
        """WHERE and its parameters: the brand's window, that many days ago, longer by a margin.

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
        return f"brand = %(brand)s AND ({' OR '.join(periods)})", values

    def mentions(
        self, columns: str, days: Sequence[int], *, margin: timedelta = timedelta()
    ) -> tuple[str, dict[str, Any]]:
        """SQL of the mentions as they are seen: the window, that many days ago, longer by a margin.

        To stand after FROM; with its parameters.
        """
        where, values = self.condition(days, margin=margin)
        series, named = _series(self.signals)
        found = seen_mentions(where)
        return f"(SELECT {columns} FROM {found} WHERE {series})", values | named  # noqa: S608


def parts(subject: Subject) -> Question:
    """Posts and negative posts by days ago and part: rows (day, dimension, value, posts, negative).

    The dimension "" counts all.
    """
    columns = "posted_at, lang, source, product, country, topics, sentiment"
    mentions, values = subject.mentions(columns, (0, *USUAL_DAYS))
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
            FROM {mentions}
        )
        WHERE dimension = '' OR value != ''
        GROUP BY day, dimension, value
        ORDER BY dimension, posts DESC, value, day
        LIMIT %(most)s
    """  # noqa: S608 - names of columns and parameters only
    return Question(sql, {**values, "until": milliseconds(subject.until), "most": MAX_PARTS})


def places(subject: Subject) -> Question:
    """Where on Kafka the posts lie: rows (topic, partition, first, last, posts, model versions)."""
    columns = "kafka_topic, kafka_partition, kafka_offset, model_version"
    mentions, values = subject.mentions(columns, (0,))
    sql = f"""
        SELECT kafka_topic, kafka_partition, min(kafka_offset), max(kafka_offset), count(),
               groupUniqArray(100)(toString(model_version))
        FROM {mentions}
        GROUP BY kafka_topic, kafka_partition
        ORDER BY kafka_topic, kafka_partition
        LIMIT 1000
    """  # noqa: S608 - names of columns and parameters only
    return Question(sql, values)


# Promotions and rollbacks, the latest last; few enough to be read whole.
PROMOTIONS: Final = f"""
    SELECT at, action, model_version FROM {PROMOTIONS_TABLE} FINAL ORDER BY number, at, id
"""  # noqa: S608 - names only


def said(subject: Subject, before: str, after: str) -> Question:
    """Posts that both versions scored, and how many each calls negative: one row of three.

    By what the models themselves say, not by people's labels.
    """
    where, values = subject.condition((0,))
    series, named = _series(subject.signals)
    sql = f"""
        SELECT count(), countIf(says_before), countIf(says_after)
        FROM (
            SELECT countIf(model_version = %(before)s) AS by_before,
                   countIf(model_version = %(after)s) AS by_after,
                   maxIf({MODEL_SENTIMENT} = 'negative', model_version = %(before)s) AS says_before,
                   maxIf({MODEL_SENTIMENT} = 'negative', model_version = %(after)s) AS says_after
            FROM {MENTIONS_TABLE} FINAL
            WHERE {where} AND ({series}) AND model_version IN (%(before)s, %(after)s)
            GROUP BY {_KEY}
        )
        WHERE by_before > 0 AND by_after > 0
    """  # noqa: S608 - names of columns and parameters only
    return Question(sql, {**values, **named, "before": before, "after": after})


def posts(
    subject: Subject, days: Sequence[int], *, margin: timedelta, negative: bool, most: int
) -> Question:
    """Posts, at most so many: a sample that is always the same; rows as the fields of ReadPost.

    negative: negative ones only.
    """
    mentions, values = subject.mentions(_POST, days, margin=margin)
    # Sorted by what says nothing of a post.
    sql = f"""
        SELECT *
        FROM {mentions}
        WHERE {"sentiment = 'negative'" if negative else "1"}
        ORDER BY cityHash64(source, post_id), {_KEY}
        LIMIT %(most)s
    """  # noqa: S608 - names of columns and parameters only
    return Question(sql, {**values, "most": most})


def before(subject: Subject, *, negative: bool, most: int) -> Question:
    """Posts of the day before the window, at most so many; rows as for `posts`."""
    day = Subject(subject.brand, subject.since - _DAY, subject.since, subject.signals)
    return posts(day, (0,), margin=timedelta(), negative=negative, most=most)


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


def _series(signals: Sequence[Signal]) -> tuple[str, dict[str, Any]]:
    """Which posts belong to a series of the signals, and the parameters."""
    names = sorted({signal.series for signal in signals})
    if not names or not all(name.parts for name in names):
        return "1", {}
    terms = []
    values: dict[str, Any] = {}
    for number, name in enumerate(names):
        given = name.parts
        tests = [
            f"has(topics, %(topic_{number})s)"
            if field == "topic"
            else f"{field} = %({field}_{number})s"
            for field in given
        ]
        terms.append(f"({' AND '.join(tests)})")
        values |= {f"{field}_{number}": value for field, value in given.items()}
    return " OR ".join(terms), values
