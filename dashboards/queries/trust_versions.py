"""Model versions: their promotions, what they scored, their figures, and what they restate."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dashboards.measures import Counts
from dashboards.queries.conditions import Query, Row
from dashboards.time_range import Window, milliseconds
from schemas.mention import MENTIONS_TABLE
from schemas.model_figures import FIGURE_COLUMNS, FIGURES_TABLE, HeldOut
from schemas.versions import PROMOTIONS_TABLE

MAX_PROMOTIONS: Final = 50
MAX_VERSIONS: Final = 50
MAX_FIGURES: Final = 10_000
_BETWEEN: Final = (
    "posted_at >= fromUnixTimestamp64Milli(%(since_ms)s, 'UTC') "
    "AND posted_at < fromUnixTimestamp64Milli(%(until_ms)s, 'UTC')"
)
# Of several with one number, which were written at the same moment, the last counts.
_PROMOTIONS_SQL: Final = f"""
SELECT number, at, action::String, model_version, who, why
FROM {PROMOTIONS_TABLE} FINAL
ORDER BY number DESC, at DESC, id DESC
LIMIT 1 BY number
LIMIT %(most)s
"""  # noqa: S608 - constants only
# Without FINAL: a row that was written twice counts twice until it is merged, which does no harm.
_SCORED_SQL: Final = f"""
SELECT model_version::String, count(), min(posted_at),
       max(posted_at), max(scored_at)
FROM {MENTIONS_TABLE}
WHERE {_BETWEEN}
GROUP BY model_version
ORDER BY max(scored_at) DESC
LIMIT %(most)s
"""  # noqa: S608 - constants only
_FIGURES_SQL: Final = f"""
SELECT {", ".join(FIGURE_COLUMNS)}
FROM {FIGURES_TABLE} FINAL
WHERE (model_version, at) IN (
    SELECT model_version, max(at) FROM {FIGURES_TABLE} GROUP BY model_version
)
ORDER BY model_version, source, lang
LIMIT %(most)s
"""  # noqa: S608 - constants only
_RESTATED_SQL: Final = f"""
SELECT bucket, countIf(old = 'negative'), countIf(old = 'neutral'), countIf(old = 'positive'),
       countIf(new = 'negative'), countIf(new = 'neutral'), countIf(new = 'positive')
FROM (
    SELECT roundDown(toUnixTimestamp64Milli(posted_at), %(edges)s)::Int64 AS bucket,
           anyIf(sentiment::String, model_version = %(old)s) AS old,
           anyIf(sentiment::String, model_version = %(new)s) AS new
    FROM {MENTIONS_TABLE} FINAL
    WHERE brand = %(brand)s AND model_version IN (%(old)s, %(new)s) AND {_BETWEEN}
    GROUP BY posted_at, source, post_id
    HAVING old != '' AND new != ''
)
GROUP BY bucket
ORDER BY bucket
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class Promoted:
    """One row of the promotions. action: first, promote or rollback."""

    number: int
    at: datetime
    action: str
    version: str
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Scored:
    """What a version scored in a period: about how many mentions, of which times, and when last."""

    version: str
    mentions: int
    first: datetime
    last: datetime
    scored_at: datetime


@dataclass(frozen=True, slots=True)
class RestatedDay:
    """A day's mentions that both versions scored, under the one and the other."""

    start_ms: int
    end_ms: int
    old: Counts
    new: Counts


def promotions_query() -> Query:
    """The newest promotions; the answer goes to `read_promotions`."""
    return Query(_PROMOTIONS_SQL, {"most": MAX_PROMOTIONS})


def read_promotions(rows: Iterable[Row]) -> list[Promoted]:
    """Rows of `promotions_query`, the newest first."""
    return [
        Promoted(int(number), at, str(action), str(version), str(who), str(why))
        for number, at, action, version, who, why in rows
    ]


def scored_query(*, since_ms: int, until_ms: int) -> Query:
    """What each version scored of a period; the answer goes to `read_scored`."""
    return Query(_SCORED_SQL, {"since_ms": since_ms, "until_ms": until_ms, "most": MAX_VERSIONS})


def read_scored(rows: Iterable[Row]) -> list[Scored]:
    """Rows of `scored_query`, the version that scored last first."""
    return [Scored(str(version), int(count), *times) for version, count, *times in rows]


def figures_query() -> Query:
    """The figures of all versions; the answer goes to `read_figures`."""
    return Query(_FIGURES_SQL, {"most": MAX_FIGURES})


def read_figures(rows: Iterable[Row]) -> dict[str, list[HeldOut]]:
    """Rows of `figures_query`, by version."""
    found: dict[str, list[HeldOut]] = {}
    for version, source, lang, texts, accuracy, macro_f1, error, trained in rows:
        found.setdefault(str(version), []).append(
            HeldOut(
                source=str(source),
                lang=str(lang),
                texts=int(texts),
                accuracy=float(accuracy),
                macro_f1=float(macro_f1),
                calibration_error=float(error),
                trained=bool(trained),
            )
        )
    return found


def restated_query(window: Window, *, brand: str, old: str, new: str) -> Query:
    """A brand's days under two versions; the answer goes to `read_restated`."""
    return Query(
        _RESTATED_SQL,
        {
            "since_ms": milliseconds(window.since),
            "until_ms": milliseconds(window.until),
            "edges": list(window.edges),
            "brand": brand,
            "old": old,
            "new": new,
        },
    )


def read_restated(rows: Sequence[Row], window: Window) -> list[RestatedDay]:
    """Rows of `restated_query`: the window's buckets that have mentions."""
    ends = dict(zip(window.edges, window.ends, strict=True))
    return [
        RestatedDay(
            int(start),
            ends[int(start)],
            Counts(*map(int, counts[:3])),
            Counts(*map(int, counts[3:])),
        )
        for start, *counts in rows
    ]
