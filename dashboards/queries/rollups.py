"""Which numbers the rollups can give, and the SQL that takes them from there.

Whole quarters of an hour come from their own table, and the rest by minutes. Minutes that were
touched and not computed again since, and minutes that a period or a bucket cuts, are counted from
the mentions in the same question: the answer is the same as without rollups.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dashboards.filters import Scope
from dashboards.queries.conditions import Query, Row, Value
from dashboards.time_range import Window, milliseconds
from schemas.rollups import (
    MINUTE_OF_MENTION,
    MINUTES_TABLE,
    QUARTER_OF_MINUTE,
    QUARTER_S,
    QUARTERS_TABLE,
    READY_SQL,
    UNSETTLED,
    UNSETTLED_QUARTERS,
    counted_parts,
    shown_rows,
    unsettled_clause,
)

# With more than this to be counted anew, the plain question is as quick.
MAX_UNSETTLED: Final = 50_000
# A period has two ends and begins where the one before ends; buckets that cut more are too short.
MAX_CUTS: Final = 4
# Of a shorter period so few mentions are read that putting it together costs more.
MIN_PERIOD_MS: Final = 3 * 86_400_000
_MINUTE_MS: Final = 60_000
_QUARTER_MS: Final = QUARTER_S * 1000


def ready_query() -> Query:
    """The question; its answer goes to `read_ready`."""
    return Query(READY_SQL)


def read_ready(rows: Sequence[Row]) -> bool:
    """Whether the rollups know of all changes, and are not far behind."""
    ready, unsettled = rows[0]
    return bool(ready) and int(unsettled) <= MAX_UNSETTLED


@dataclass(frozen=True, slots=True)
class Rolled:
    """How a period is put together: most of it from the rollups, the rest from the mentions.

    with_unsettled: the clause that begins the statement. quarters, minutes: conditions on the rows
    of either rollup. mentions: condition on mentions, to be joined to that of the period.
    parameters: of all of them.
    """

    with_unsettled: str
    quarters: str
    minutes: str
    mentions: str
    parameters: dict[str, Value]


def rolled(
    scope: Scope, *, since_ms: int, until_ms: int, cuts: Sequence[int] = ()
) -> Rolled | None:
    """How to take mentions of the scope from the rollups; None where they cannot give them.

    cuts: further moments at which the period is cut, in milliseconds. The rollups do not know which
    language came from which source, so a scope of either is for the mentions.
    """
    moments = (since_ms, until_ms, *cuts)
    cut_quarters = sorted({at // _QUARTER_MS for at in moments if at % _QUARTER_MS})
    cut_minutes = sorted({at // _MINUTE_MS for at in moments if at % _MINUTE_MS})
    if scope.langs or scope.sources or len(cut_quarters) > MAX_CUTS:
        return None
    parameters: dict[str, Value] = {
        "first_minute_s": max(since_ms // _MINUTE_MS * 60, 0),
        "end_minute_s": max(-(-until_ms // _MINUTE_MS) * 60, 0),
    }
    period = (
        "minute >= toDateTime(%(first_minute_s)s, 'UTC') "
        "AND minute < toDateTime(%(end_minute_s)s, 'UTC')"
    )
    if scope.brands:
        period += " AND brand IN %(brand_in)s"
        parameters["brand_in"] = scope.brands
    # A quarter may begin before its period does: then it is one of those that are cut.
    quarters = f"{period} AND (brand, minute) NOT IN {UNSETTLED_QUARTERS}"
    minutes = f"{period} AND (brand, minute) NOT IN {UNSETTLED}"
    mentions = [f"(brand, {MINUTE_OF_MENTION}) IN {UNSETTLED}"]
    singly = [f"(brand, {QUARTER_OF_MINUTE}) IN {UNSETTLED_QUARTERS}"]
    for number, quarter in enumerate(cut_quarters):
        start = f"toDateTime(%(quarter_{number}_s)s, 'UTC')"
        quarters += f" AND minute != {start}"
        singly.append(f"(minute >= {start} AND minute < {start} + INTERVAL 15 MINUTE)")
        parameters[f"quarter_{number}_s"] = max(quarter * QUARTER_S, 0)
    for number, minute in enumerate(cut_minutes):
        start = f"fromUnixTimestamp64Milli(%(cut_{number}_ms)s, 'UTC')"
        minutes += f" AND minute != toDateTime(intDiv(%(cut_{number}_ms)s, 1000), 'UTC')"
        mentions.append(f"(posted_at >= {start} AND posted_at < {start} + INTERVAL 1 MINUTE)")
        parameters[f"cut_{number}_ms"] = minute * _MINUTE_MS
    return Rolled(
        unsettled_clause(period),
        quarters,
        f"{minutes} AND ({' OR '.join(singly)})",
        f"({' OR '.join(mentions)})",
        parameters,
    )


def rolled_window(scope: Scope, window: Window, *, with_before: bool = True) -> Rolled | None:
    """The same for a window and its buckets; not for short ones.

    with_before: whether the period before it is asked for, too.
    """
    since_ms = milliseconds(window.before if with_before else window.since)
    until_ms = milliseconds(window.until)
    if until_ms - since_ms < MIN_PERIOD_MS:
        return None
    return rolled(scope, since_ms=since_ms, until_ms=until_ms, cuts=window.edges)


def part_rows(
    roll: Rolled, columns: str, dimensions: Sequence[str], *, wholes: Sequence[str] = ("''",)
) -> list[str]:
    """SQL of each rollup's rows, one for each part of a row (see `counted_parts`).

    columns: to select, of `brand`, `minute` and the part's. It may be followed by GROUP BY.
    """
    return [
        f"SELECT {columns} FROM (SELECT * FROM {table} FINAL WHERE {shown_rows()} "  # noqa: S608
        f"AND {condition}) {counted_parts(dimensions, wholes=wholes)}"
        for table, condition in ((QUARTERS_TABLE, roll.quarters), (MINUTES_TABLE, roll.minutes))
    ]
