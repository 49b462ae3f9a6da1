"""Which numbers the rollups can give, and the SQL that takes them from there.

Minutes that were touched and not computed again since, and minutes that a period or a bucket cuts,
are counted from the mentions in the same question: the answer is the same as without rollups.
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
    READY_SQL,
    UNSETTLED,
    unsettled_clause,
)

# With more than this to be counted anew, the plain question is as quick.
MAX_UNSETTLED: Final = 50_000
# A period has two ends and begins where the one before ends; buckets that cut more are too short.
MAX_CUT_MINUTES: Final = 4
# Of a shorter period so few mentions are read that putting it together costs more.
MIN_PERIOD_MS: Final = 3 * 86_400_000
_MINUTE_MS: Final = 60_000


def ready_query() -> Query:
    """The question; its answer goes to `read_ready`."""
    return Query(READY_SQL)


def read_ready(rows: Sequence[Row]) -> bool:
    """Whether the rollups know of all changes, and are not far behind."""
    ready, unsettled = rows[0]
    return bool(ready) and int(unsettled) <= MAX_UNSETTLED


@dataclass(frozen=True, slots=True)
class Rolled:
    """How a period is put together: most minutes from the rollups, the rest from the mentions.

    with_unsettled: the clause that begins the statement. minutes: condition on the rollups' rows.
    mentions: condition on mentions, to be joined to that of the period. parameters: of all three.
    """

    with_unsettled: str
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
    cut = sorted({at // _MINUTE_MS for at in (since_ms, until_ms, *cuts) if at % _MINUTE_MS})
    if scope.langs or scope.sources or len(cut) > MAX_CUT_MINUTES:
        return None
    period = (
        "minute >= toDateTime(%(first_minute_s)s, 'UTC') "
        "AND minute < toDateTime(%(end_minute_s)s, 'UTC')"
    )
    if scope.brands:
        period += " AND brand IN %(brand_in)s"
    minutes = f"{period} AND (brand, minute) NOT IN {UNSETTLED}"
    mentions = [f"(brand, {MINUTE_OF_MENTION}) IN {UNSETTLED}"]
    parameters: dict[str, Value] = {
        "first_minute_s": max(since_ms // _MINUTE_MS * 60, 0),
        "end_minute_s": max(-(-until_ms // _MINUTE_MS) * 60, 0),
    }
    if scope.brands:
        parameters["brand_in"] = scope.brands
    for number, minute in enumerate(cut):
        start = f"fromUnixTimestamp64Milli(%(cut_{number}_ms)s, 'UTC')"
        minutes += f" AND minute != toDateTime(intDiv(%(cut_{number}_ms)s, 1000), 'UTC')"
        mentions.append(f"(posted_at >= {start} AND posted_at < {start} + INTERVAL 1 MINUTE)")
        parameters[f"cut_{number}_ms"] = minute * _MINUTE_MS
    return Rolled(unsettled_clause(period), minutes, f"({' OR '.join(mentions)})", parameters)


def rolled_window(scope: Scope, window: Window) -> Rolled | None:
    """The same for a window, the period before it, and its buckets; not for short ones."""
    if milliseconds(window.until) - milliseconds(window.before) < MIN_PERIOD_MS:
        return None
    return rolled(
        scope,
        since_ms=milliseconds(window.before),
        until_ms=milliseconds(window.until),
        cuts=window.edges,
    )


def whole_rows(columns: str, condition: str) -> str:
    """SQL of the rollups' rows. condition: on them, beside being shown."""
    return f"SELECT {columns} FROM {MINUTES_TABLE} FINAL WHERE shown AND {condition}"  # noqa: S608


def part_rows(dimension: str, columns: str, condition: str) -> str:
    """SQL of a row for each name of a dimension and minute.

    columns: of the rollups' rows and `name`, `name_negative`, `name_neutral`, `name_positive`.
    """
    return (
        f"SELECT {columns} FROM {MINUTES_TABLE} FINAL "  # noqa: S608 - constants only
        f"ARRAY JOIN `{dimension}.name` AS name, `{dimension}.negative` AS name_negative, "
        f"`{dimension}.neutral` AS name_neutral, `{dimension}.positive` AS name_positive "
        f"WHERE shown AND {condition}"
    )
