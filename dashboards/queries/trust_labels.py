"""People's labels: against what the model said, by week, the newest, and the posts that wait."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from dashboards.queries.conditions import Query, Row
from dashboards.trust_labels import BINS, Answers
from schemas.correction import CORRECTIONS_TABLE, DRAWN_AT_RANDOM, MODEL_SENTIMENT
from schemas.mention import MENTIONS_TABLE
from schemas.seen import seen_mentions

MAX_LABELS: Final = 20_000
MAX_ROWS: Final = 50_000
MAX_EVENTS: Final = 200
MAX_WAITING: Final = 40
TEXT_CHARACTERS: Final = 400
# Below that probability of what it says, the model is unsure.
UNSURE: Final = 0.5
_PLACE: Final = "brand, posted_at, source, post_id"
_CONFIDENCE: Final = "greatest(p_negative, p_neutral, p_positive)"
_SINCE: Final = "fromUnixTimestamp64Milli(%(since_ms)s, 'UTC')"
_UNTIL: Final = "fromUnixTimestamp64Milli(%(until_ms)s, 'UTC')"

# A label in force of each mention, the newest ones.
_IN_FORCE: Final = f"""
SELECT brand, source, post_id, argMax(sentiment, (at, id))::String AS label,
       argMax(posted_at, (at, id)) AS posted, max(reason = %(random)s) AS checked
FROM {CORRECTIONS_TABLE}
WHERE at >= {_SINCE}
GROUP BY brand, source, post_id
HAVING label != ''
ORDER BY max(at) DESC
LIMIT %(most)s
"""  # noqa: S608 - constants only
_ANSWERS_SQL: Final = f"""
WITH told AS ({_IN_FORCE})
SELECT version, language, label, said, checked, bin, count(), sum(confidence)
FROM (
    SELECT model_version::String AS version, lang::String AS language, brand, source, post_id,
           {MODEL_SENTIMENT} AS said, {_CONFIDENCE}::Float64 AS confidence,
           least(toUInt8(confidence * {BINS}), {BINS - 1}) AS bin
    FROM {MENTIONS_TABLE} FINAL
    WHERE ({_PLACE}) IN (SELECT brand, posted, source, post_id FROM told)
) AS rows
INNER JOIN told USING (brand, source, post_id)
GROUP BY version, language, label, said, checked, bin
ORDER BY count() DESC
LIMIT {MAX_ROWS}
"""  # noqa: S608 - constants only
_WEEKS_SQL: Final = f"""
SELECT toMonday(at) AS week, sentiment, uniqExact(id)
FROM {CORRECTIONS_TABLE}
WHERE at >= {_SINCE}
GROUP BY week, sentiment
ORDER BY week, sentiment
"""  # noqa: S608 - constants only
_EVENTS_SQL: Final = f"""
WITH newest AS (
    SELECT DISTINCT id, at, brand::String AS brand, posted_at, source::String AS source, post_id,
           sentiment::String AS label, before::String AS before_it, who, reason
    FROM {CORRECTIONS_TABLE}
    ORDER BY at DESC, id
    LIMIT %(most)s
)
SELECT newest.id, newest.at, newest.brand, newest.posted_at, newest.source, newest.post_id,
       newest.label, newest.before_it, newest.who, newest.reason,
       latest.last_id = newest.id, texts.text
FROM newest
LEFT JOIN (
    SELECT brand::String AS brand, source::String AS source, post_id,
           argMax(id, (at, id)) AS last_id
    FROM {CORRECTIONS_TABLE}
    WHERE (brand, source, post_id) IN (SELECT brand, source, post_id FROM newest)
    GROUP BY brand, source, post_id
) AS latest USING (brand, source, post_id)
LEFT JOIN (
    SELECT brand::String AS brand, source::String AS source, post_id,
           any(substringUTF8(rows.text, 1, {TEXT_CHARACTERS})) AS text
    FROM {
    seen_mentions(
        f"({_PLACE}) IN (SELECT brand, posted_at, source, post_id FROM newest)",
        columns="brand, source, post_id, text",
    )
} AS rows
    GROUP BY brand, source, post_id
) AS texts USING (brand, source, post_id)
ORDER BY newest.at DESC, newest.id
"""  # noqa: S608 - constants only
# Keys first: of all those that wait, only the texts of a few are read.
_WAITING_SQL: Final = f"""
WITH wanted AS (
    SELECT {_PLACE}, count() OVER () AS waiting, {{order}} AS place
    FROM {
    seen_mentions(
        f"posted_at >= {_SINCE} AND posted_at < {_UNTIL}",
        columns=f"{_PLACE}, reach, {_CONFIDENCE} AS confidence",
    )
} AS rows
    WHERE {{condition}} AND (brand, source, post_id) NOT IN (
        SELECT brand, source, post_id FROM {CORRECTIONS_TABLE}
        GROUP BY brand, source, post_id HAVING argMax(sentiment, (at, id)) != ''
    )
    ORDER BY place, {_PLACE}
    LIMIT %(most)s
)
SELECT rows.brand::String, rows.posted_at, rows.source::String, rows.post_id, rows.lang::String,
       substringUTF8(rows.text, 1, {TEXT_CHARACTERS}), rows.sentiment::String, wanted.waiting
FROM {
    seen_mentions(
        f"({_PLACE}) IN (SELECT {_PLACE} FROM wanted)", columns=f"{_PLACE}, lang, text, sentiment"
    )
} AS rows
INNER JOIN wanted USING ({_PLACE})
WHERE rows.text != ''
ORDER BY wanted.place, {_PLACE}
LIMIT 1 BY rows.text
"""  # noqa: S608 - constants only
_RANDOM: Final = _WAITING_SQL.format(
    order="cityHash64(%(seed)s, brand, source, post_id)", condition="1"
)
_UNSURE: Final = _WAITING_SQL.format(
    order="confidence - log10(1 + reach) / 20", condition=f"confidence < {UNSURE}"
)


@dataclass(frozen=True, slots=True)
class LabelEvent:
    """Somebody's label, or that they took it back (""). last: whether it is still in force.

    text: of the post as far as it is kept, cut.
    """

    id: str
    at: datetime
    brand: str
    posted_at: datetime
    source: str
    post_id: str
    label: str
    before: str
    who: str
    reason: str
    last: bool
    text: str


@dataclass(frozen=True, slots=True)
class WaitingPost:
    """A post without a label. said: what is in force of it, which is what the model says."""

    brand: str
    posted_at: datetime
    source: str
    post_id: str
    lang: str
    text: str
    said: str


@dataclass(frozen=True, slots=True)
class Queue:
    """Posts to label, in order. waiting: how many there are in all."""

    waiting: int
    posts: tuple[WaitingPost, ...]


def answers_query(*, since_ms: int) -> Query:
    """Labels given since then and in force; the answer goes to `read_answers`."""
    return Query(
        _ANSWERS_SQL, {"since_ms": since_ms, "most": MAX_LABELS, "random": DRAWN_AT_RANDOM}
    )


def read_answers(rows: Iterable[Row]) -> list[Answers]:
    """Rows of `answers_query`: of each model version that scored the labelled posts."""
    return [
        Answers(
            version=str(version),
            lang=str(lang),
            label=str(label),
            said=str(said),
            checked=bool(checked),
            bin=int(place),
            count=int(count),
            confidence=float(confidence),
        )
        for version, lang, label, said, checked, place, count, confidence in rows
    ]


def weeks_query(*, since_ms: int) -> Query:
    """Labels by week; the answer goes to `read_weeks`."""
    return Query(_WEEKS_SQL, {"since_ms": since_ms})


def read_weeks(rows: Iterable[Row]) -> dict[date, dict[str, int]]:
    """Rows of `weeks_query`: numbers by Monday (UTC) and label; "" for labels taken back."""
    found: dict[date, dict[str, int]] = {}
    for week, label, count in rows:
        found.setdefault(week, {})[str(label)] = int(count)
    return found


def events_query(*, most: int) -> Query:
    """What people did last, the newest first; the answer goes to `read_events`."""
    return Query(_EVENTS_SQL, {"most": min(most, MAX_EVENTS)})


def read_events(rows: Iterable[Row]) -> list[LabelEvent]:
    """Rows of `events_query`."""
    return [
        LabelEvent(
            str(key), at, brand, posted_at, source, post_id, label, before, who, reason,
            last=bool(last and label), text=str(text or ""),
        )
        for (
            key, at, brand, posted_at, source, post_id, label, before, who, reason, last, text,
        ) in rows
    ]  # fmt: skip


def random_query(*, since_ms: int, until_ms: int, seed: int) -> Query:
    """Posts of a period drawn at random; the answer goes to `read_queue`. seed: of the draw."""
    values = {"since_ms": since_ms, "until_ms": until_ms, "seed": seed, "most": MAX_WAITING}
    return Query(_RANDOM, values)


def unsure_query(*, since_ms: int, until_ms: int) -> Query:
    """Posts that the model is least sure of, the widely read first; see `random_query`."""
    return Query(_UNSURE, {"since_ms": since_ms, "until_ms": until_ms, "most": MAX_WAITING})


def read_queue(rows: Iterable[Row]) -> Queue:
    """Rows of `random_query` or `unsure_query`."""
    found = list(rows)
    posts = tuple(WaitingPost(*row[:-1]) for row in found)
    return Queue(waiting=int(found[0][-1]) if found else 0, posts=posts)
