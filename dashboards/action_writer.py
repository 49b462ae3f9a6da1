"""Writes down what people do on the page: the only file of it that writes, and only inserts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import msgspec

from dashboards.short_connection import WRITTEN, short_connection
from schemas.access import Person, Right
from schemas.backtest import BACKTESTS_TABLE, BacktestRequest, BacktestStatus
from schemas.incident_action import ACTIONS_TABLE, Action, ActionKind

_ACTION_SQL: Final = (
    f"INSERT INTO {ACTIONS_TABLE} (id, at, who, action, key, brand, until, reason) VALUES"
)
_WISH_SQL: Final = (
    f"INSERT INTO {BACKTESTS_TABLE} (id, asked_at, who, request, status, result, at) VALUES"
)
_BRAND_SQL: Final = "SELECT any(brand) FROM incident_events WHERE key = %(key)s"


class ActionWriter:
    """A way to ClickHouse of its own, apart from the one that reads; safe to share.

    It runs fixed inserts of one row, never a text from elsewhere. url: as for the store.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    def write(self, action: Action, *, by: Person) -> None:
        """Write one action down. Again under the same id changes nothing.

        Raises StoreError, or NotAllowedError before anything is written.
        """
        silences = action.kind in {ActionKind.SILENCE, ActionKind.UNSILENCE}
        by.require(Right.SILENCE if silences else Right.JUDGE, *self._brands(action, by))
        row = (
            *(action.id, action.at, action.who, action.kind.value, action.key, action.brand),
            *(action.until, action.reason),
        )
        self._insert(_ACTION_SQL, row)

    def ask(self, request: BacktestRequest, *, who: str, by: Person) -> None:
        """Write down the wish to try a rule on the past. Raises as `write` does."""
        by.require(Right.TRY, *(request.brands or [""]))
        now = datetime.now(UTC)
        wish = msgspec.json.encode(request).decode()
        self._insert(_WISH_SQL, (uuid4(), now, who, wish, BacktestStatus.ASKED.value, "", now))

    def _brands(self, action: Action, by: Person) -> list[str]:
        """The brands that it is about; they matter only to who does not see all of them."""
        if by.brands is None or not action.key:
            return [action.brand]
        return [str(brand) for (brand,) in self._run(_BRAND_SQL, {"key": action.key})]

    def _insert(self, sql: str, row: Sequence[Any]) -> None:
        self._run(sql, [tuple(row)])

    def _run(self, sql: str, values: Any) -> Any:  # noqa: ANN401 - as the driver takes and gives them
        with short_connection(self._url) as client:
            return client.execute(sql, values, settings=dict(WRITTEN))
