"""What was tried on the past, and what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from dashboards.queries.conditions import Query, Row
from schemas.backtest import BACKTESTS_TABLE, BacktestRequest, BacktestResult, BacktestStatus

MAX_TRIALS: Final = 10
_SQL: Final = f"""
SELECT toString(id), asked_at, who, request, toString(status), result, at
FROM {BACKTESTS_TABLE} FINAL
ORDER BY asked_at DESC
LIMIT %(most)s
"""  # noqa: S608 - the table's name is a constant


@dataclass(frozen=True, slots=True)
class Trial:
    """One row of the table. result: empty until it is done."""

    id: str
    asked_at: datetime
    who: str
    request: BacktestRequest
    status: BacktestStatus
    result: BacktestResult
    at: datetime


def trials_query() -> Query:
    """The question; its answer goes to `read_trials`."""
    return Query(_SQL, {"most": MAX_TRIALS})


def read_trials(rows: Iterable[Row]) -> list[Trial]:
    """Rows of `trials_query`, the newest first; what cannot be read is left out."""
    found = []
    for number, asked_at, who, request, status, result, at in rows:
        try:
            wish = msgspec.json.decode(str(request), type=BacktestRequest)
            came = msgspec.json.decode(str(result) or "{}", type=BacktestResult)
            state = BacktestStatus(str(status))
        except ValueError:
            continue
        assert isinstance(asked_at, datetime)
        assert isinstance(at, datetime)
        found.append(Trial(str(number), asked_at, str(who), wish, state, came, at))
    return found
