"""How posts and scores are distributed, in a period and in the longer one before it.

Languages, sources and sentiments come from the rollups. Texts and probabilities are read from the
mentions; of very many, from slices of the same hours of every day, so that the two periods are
still compared like for like.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from dashboards.filters import Scope
from dashboards.queries.conditions import Query, Row, Selected, Value, mentions_in
from dashboards.queries.rollups import Rolled, part_rows, rolled
from dashboards.trust_labels import BINS
from schemas.rollups import SENTIMENTS

DAY_MS: Final = 86_400_000
NOW_MS: Final = 7 * DAY_MS
BEFORE_MS: Final = 28 * DAY_MS
MAX_READ: Final = 400_000
MAX_ROWS: Final = 20_000
# Characters at which a class of text lengths begins.
LENGTHS: Final = (0, 20, 40, 80, 160, 320, 640)
ROLLED: Final = ("lang", "source", "sentiment")
READ: Final = ("length", "confidence")
_SLICE_MS: Final = DAY_MS // 4

_IS_NOW: Final = "posted_at >= fromUnixTimestamp64Milli(%(middle_ms)s, 'UTC')"
_MINUTE_IS_NOW: Final = "minute >= toDateTime(intDiv(%(middle_ms)s, 1000), 'UTC')"
_COUNTED: Final = """
{with_unsettled}
SELECT kind, now, name, sum(posts), 0.
FROM ({rows})
GROUP BY kind, now, name
ORDER BY sum(posts) DESC
LIMIT %(max_rows)s
"""
_MENTIONS: Final = """
SELECT pair.1 AS kind, {is_now} AS now, pair.2 AS name, count()::UInt64 AS posts
FROM {table}
ARRAY JOIN [('lang', lang::String), ('source', source::String),
            ('sentiment', sentiment::String)] AS pair
GROUP BY kind, now, name
"""
_READ_SQL: Final = """
SELECT triple.1 AS kind, now, triple.2 AS name, count(), sum(triple.3)
FROM (
    SELECT {is_now} AS now, lengthUTF8(text) AS length,
           greatest(p_negative, p_neutral, p_positive)::Float64 AS confidence
    FROM {table}
)
ARRAY JOIN [('length', toString(roundDown(least(length, 100000)::UInt32, %(lengths)s)),
             length::Float64),
            ('confidence', toString(least(toUInt8(confidence * {bins}), {bins} - 1)),
             confidence)] AS triple
WHERE kind != 'length' OR length > 0
GROUP BY kind, now, name
LIMIT %(max_rows)s
"""


@dataclass(frozen=True, slots=True)
class Spread:
    """Posts by category, now and before. mean_now, mean_before: None where there is none."""

    now: Mapping[str, int]
    before: Mapping[str, int]
    mean_now: float | None = None
    mean_before: float | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """The two periods, in milliseconds: from `since` to `middle`, and from there to `until`."""

    since: int
    middle: int
    until: int

    @classmethod
    def ending(cls, until_ms: int) -> "Span":
        """A week that ends then, and the four weeks before it."""
        return cls(until_ms - NOW_MS - BEFORE_MS, until_ms - NOW_MS, until_ms)


def counted_query(span: Span, *, several_versions: bool, use_rollups: bool) -> Query:
    """Languages, sources and sentiments of all posts; the answer goes to `read_spreads`."""
    scope = Scope()
    roll = (
        rolled(scope, since_ms=span.since, until_ms=span.until, cuts=[span.middle])
        if use_rollups
        else None
    )
    selected = mentions_in(
        scope,
        since_ms=span.since,
        until_ms=span.until,
        several_versions=several_versions,
        also=roll.mentions if roll else "",
    )
    rows = [
        _MENTIONS.format(is_now=_IS_NOW, table=selected.table),
        *(_rolled_rows(roll) if roll else ()),
    ]
    return Query(
        _COUNTED.format(
            with_unsettled=roll.with_unsettled if roll else "", rows=" UNION ALL ".join(rows)
        ),
        {
            **selected.parameters,
            **(roll.parameters if roll else {}),
            "middle_ms": span.middle,
            "max_rows": MAX_ROWS,
        },
    )


def _rolled_rows(roll: Rolled) -> list[str]:
    named = ("lang", "source")
    kinds = ", ".join(f"'{kind}'" for kind in (*(["sentiment"] * len(SENTIMENTS)), *named))
    columns = (
        f"[{kinds}][part + 1] AS kind, {_MINUTE_IS_NOW} AS now, name::String, "
        "sum(multiIf(part = 0, bad, part = 1, mid, part = 2, good, bad + mid + good))::UInt64"
    )
    wholes = [f"'{sentiment}'" for sentiment in SENTIMENTS]
    rows = part_rows(roll, columns, named, wholes=wholes)
    return [f"{one} GROUP BY part, now, name" for one in rows]


def read_query(span: Span, *, posts: int, several_versions: bool) -> Query:
    """Lengths of texts and probabilities; the answer goes to `read_spreads`.

    posts: how many there are, so that about MAX_READ of them are read.
    """
    selected = _sliced(span, part=min(1.0, MAX_READ / max(posts, 1)), several=several_versions)
    return Query(
        _READ_SQL.format(is_now=_IS_NOW, table=selected.table, bins=BINS),
        {
            **selected.parameters,
            "middle_ms": span.middle,
            "lengths": list(LENGTHS),
            "max_rows": MAX_ROWS,
        },
    )


def _sliced(span: Span, *, part: float, several: bool) -> Selected:
    """Mentions of the span; of its quarters of days only the first part, 0 to 1."""
    values: dict[str, Value] = {}
    also = ""
    if part < 1:
        starts = range(span.since, span.until, _SLICE_MS)
        values = {f"slice_{number}": start for number, start in enumerate(starts)}
        values["slice_ms"] = max(int(_SLICE_MS * part), 60_000)
        begin = "fromUnixTimestamp64Milli(%(slice_{0})s, 'UTC')"
        end = "fromUnixTimestamp64Milli(%(slice_{0})s + %(slice_ms)s, 'UTC')"
        term = f"(posted_at >= {begin} AND posted_at < {end})"
        also = f"({' OR '.join(term.format(number) for number in range(len(starts)))})"
    found = mentions_in(
        Scope(), since_ms=span.since, until_ms=span.until, several_versions=several, also=also
    )
    return Selected(found.table, {**found.parameters, **values})


def read_spreads(rows: Iterable[Row]) -> dict[str, Spread]:
    """Rows of both questions, by kind: each of ROLLED and READ."""
    counts: dict[tuple[str, bool], dict[str, int]] = {}
    sums: dict[tuple[str, bool], float] = {}
    for kind, now, name, posts, total in rows:
        place = str(kind), bool(now)
        # The rollups have rows for what did not occur.
        if posts:
            counts.setdefault(place, {})[str(name)] = int(posts)
            sums[place] = sums.get(place, 0.0) + float(total)
    return {
        kind: Spread(
            now=counts.get((kind, True), {}),
            before=counts.get((kind, False), {}),
            mean_now=_mean(counts.get((kind, True)), sums.get((kind, True))) if mean else None,
            mean_before=_mean(counts.get((kind, False)), sums.get((kind, False))) if mean else None,
        )
        for kinds, mean in ((ROLLED, False), (READ, True))
        for kind in kinds
    }


def _mean(counts: Mapping[str, int] | None, total: float | None) -> float | None:
    return total / sum(counts.values()) if counts and total is not None else None
