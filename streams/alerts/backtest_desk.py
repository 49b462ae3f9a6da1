"""Answers the wishes in the table `backtests`, one at a time."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from schemas.alert_rules import AlertRules
from schemas.backtest import MAX_DAYS, BacktestRequest, BacktestResult, BacktestStatus
from schemas.errors import GroundswellError, SettingsError, StoreError
from schemas.watchlist import parse_watchlist
from streams.alerts.backtest import backtest
from streams.alerts.counts import StoredCounts
from streams.alerts.store import IncidentStore
from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect

logger = logging.getLogger(__name__)

_INSERT: Final = "INSERT INTO backtests (id, asked_at, who, request, status, result, at) VALUES"
_WISHES: Final = (
    "SELECT id, asked_at, who, request FROM backtests FINAL WHERE status IN %(open)s "
    "AND asked_at >= %(since)s ORDER BY asked_at, id LIMIT 1"
)
# A wish that nobody took up for so long is nobody's any more.
_WISHES_LAST: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wish:
    """One row of the table. request: as JSON."""

    id: UUID
    asked_at: datetime
    who: str
    request: str


class BacktestDesk:
    """The table `backtests`. One thread at a time. rules, brands: the watchlist's."""

    def __init__(self, url: str, rules: AlertRules, brands: Sequence[str]) -> None:
        self._url = url
        self._rules = rules
        self._brands = tuple(brands)
        self._client = connect(url)

    def next_wish(self) -> Wish | None:
        """The oldest that waits; one that died with its monitor waits again. Raises StoreError."""
        values = {
            "open": (BacktestStatus.ASKED.value, BacktestStatus.RUNNING.value),
            "since": datetime.now(UTC) - _WISHES_LAST,
        }
        rows = self._execute(_WISHES, values)
        return Wish(*rows[0]) if rows else None

    def answer(self, wish: Wish) -> None:
        """Run it and write what came of it. Raises StoreError where that cannot be written."""
        self.write(wish, BacktestStatus.RUNNING, BacktestResult())
        try:
            request = msgspec.json.decode(wish.request, type=BacktestRequest)
            result, status = self.run(request), BacktestStatus.DONE
        except msgspec.MsgspecError as error:
            result, status = BacktestResult(error=f"no request: {error}"), BacktestStatus.FAILED
        except GroundswellError as error:
            result, status = BacktestResult(error=str(error)), BacktestStatus.FAILED
        except Exception as error:
            # It would be taken up again by the next monitor, and end that one too.
            logger.exception("the backtest %s", wish.id)
            result, status = BacktestResult(error=f"failed: {error!r}"), BacktestStatus.FAILED
        self.write(wish, status, result)

    def run(self, request: BacktestRequest) -> BacktestResult:
        """Run a request over what is stored. Raises SettingsError, WatchlistError or StoreError."""
        rules, brands = self._rules, self._brands
        if request.watchlist:
            tried = parse_watchlist(request.watchlist, source="what was asked")
            rules, brands = tried.alerts, tuple(brand.name for brand in tried.brands)
        check(request, brands)
        with (
            closing(StoredCounts(self._url, brands)) as counts,
            closing(IncidentStore(self._url)) as store,
        ):
            did = [
                alert
                for alert in store.listed(
                    since=request.since, only_open=False, brand="", limit=100_000
                )
                if alert.opened_at < request.until
                and (alert.resolved_at or alert.updated_at) >= request.since
            ]
            return backtest(request, rules, brands, counts.minutes, did)

    def write(self, wish: Wish, status: BacktestStatus, result: BacktestResult) -> None:
        """Write how far it is, and what came of it so far. Raises StoreError."""
        text = msgspec.json.encode(result).decode()
        row = (wish.id, wish.asked_at, wish.who, wish.request, status.value, text)
        self._execute(_INSERT, [(*row, datetime.now(UTC))])

    def _execute(self, sql: str, values: Any) -> list[Any]:  # noqa: ANN401 - the driver's own
        try:
            found: list[Any] = self._client.execute(sql, values, settings={"async_insert": 0})
        except CLICKHOUSE_ERRORS as error:
            self._client.disconnect()
            raise StoreError(f"backtests cannot be read or written ({error})") from error
        return found

    def close(self) -> None:
        """Close the connection."""
        self._client.disconnect()


def check(request: BacktestRequest, brands: Sequence[str]) -> None:
    """Raises SettingsError for what cannot be tried."""
    if request.since.tzinfo is None or request.until.tzinfo is None:
        raise SettingsError("from and until need a time zone")
    if not timedelta() < request.until - request.since <= timedelta(days=MAX_DAYS):
        raise SettingsError(f"try a time of at most {MAX_DAYS} days that ends after it begins")
    for brand in request.brands:
        if brand not in brands:
            raise SettingsError(f"brand {brand!r} is not on the watchlist")


async def keep_answering(
    desk: BacktestDesk, leads: Callable[[], bool], *, every_s: float = 2.0
) -> None:
    """Answer wishes as they come, in a thread beside a monitor, while that leads."""
    while True:
        try:
            wish = await asyncio.to_thread(desk.next_wish) if leads() else None
            if wish is not None:
                await asyncio.to_thread(desk.answer, wish)
                continue
        except StoreError as error:
            logger.warning("backtests wait: %s", error)
        await asyncio.sleep(every_s)
