"""Keeps the rollups in step with the mentions."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from clickhouse_driver import Client

from schemas.errors import StoreError
from streams.clickhouse.connection import CLICKHOUSE_ERRORS
from streams.rollups.audit import Audit
from streams.rollups.recomputing import (
    COMPUTED_SQL,
    MARKS_SQL,
    PAIRED_SQL,
    QUARTERS_COMPUTED_SQL,
    RECOMPUTE_QUARTERS_SQL,
    RECOMPUTE_SQL,
    SETTLE_SQL,
    TIDY_SQL,
)

# A stretch is computed in one statement, so its mentions must fit into a query's memory.
STRETCH_MARKS: Final = 5_000
# Reading marks groups all that wait, so as many are read at once as fit into memory with ease.
READ_MARKS: Final = 20 * STRETCH_MARKS
# A reader may have looked at the rollups just before they were written: for so long what was
# touched still counts as such. Longer than a reader takes from its first table to its last.
SETTLE_AFTER_S: Final = 2.0
AUDIT_EVERY_S: Final = 6 * 3600
BUDGET_S: Final = 2.0
TIDY_ABOVE_ROWS: Final = 100_000
_SETTINGS: Final[dict[str, Any]] = {
    "async_insert": 0,
    # A year of history touches a part for each month of it.
    "max_partitions_per_insert_block": 0,
    # A mention's and a minute's partition follow from its key.
    "do_not_merge_across_partitions_select_final": 1,
}

Mark = tuple[str, int, Any]


@dataclass(frozen=True, slots=True)
class _Written:
    """Marks whose minutes were computed, and when."""

    at_s: float
    marks: list[Mark]


class Roller:
    """Computes what inserts have touched again, and finds what erasures have.

    Guarantees: once `roll` returned and `behind` is False, every mention acknowledged before the
    call is counted; killed anywhere, the next call does the rest, and doing it twice changes
    nothing. Several at once are safe. One thread at a time.
    client: not to be used by others meanwhile. clock: seconds that never go back.
    """

    def __init__(self, client: Client, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._audit = Audit(client)
        self._audit_at_s = -math.inf
        self._written: list[_Written] = []
        # Read and not computed yet, because the time was up.
        self._read: list[Mark] = []
        self.behind = True

    def roll(self, *, budget_s: float = BUDGET_S) -> int:
        """Bring the rollups up to date; returns how many minutes of brands were computed again.

        budget_s: after so long it stops between two statements, and the next call goes on.
        Raises StoreError; calling it again is safe.
        """
        start_s = self._clock()
        rolled = 0
        try:
            self._settle()
            self._tidy()
            due = start_s - self._audit_at_s >= AUDIT_EVERY_S
            self._audit.begin(due=due)
            if due:
                self._audit_at_s = start_s
            self.behind = True
            for marks in self._stretches():
                rolled += self._compute(marks)
                self._settle()
                if self._clock() - start_s > budget_s:
                    return rolled
            # Days compared after the stretches: what was found is computed in the next call.
            while self._audit.running:
                if self._clock() - start_s > budget_s:
                    return rolled
                self._audit.step()
                rolled += sum(self._compute(marks) for marks in self._stretches())
            self.behind = False
        except CLICKHOUSE_ERRORS as error:
            self._client.disconnect()
            raise StoreError(f"the rollups were not brought up to date ({error})") from error
        return rolled

    def _tidy(self) -> None:
        """Let pairs of marks go where so many were written that no merge would come soon."""
        ((paired,),) = self._ask(PAIRED_SQL, {})
        if paired > TIDY_ABOVE_ROWS:
            self._ask(TIDY_SQL, {})

    def _stretches(self) -> Iterator[list[Mark]]:
        """Marks that are still to be computed, by stretches of the table's order.

        What the last call left comes first; then all are read, as some may be new before those.
        """
        yield from self._taken()
        known = {mark for written in self._written for _, _, mark in written.marks}
        place: dict[str, Any] = {"brand": "", "minute": 0, "from_start": 1}
        while marks := self._ask(MARKS_SQL, {**place, "limit": READ_MARKS}):
            place = {"brand": marks[-1][0], "minute": marks[-1][1], "from_start": 0}
            self._read = [mark for mark in marks if mark[2] not in known]
            yield from self._taken()

    def _taken(self) -> Iterator[list[Mark]]:
        """What was read, a stretch at a time; a minute that is cut is computed twice."""
        while self._read:
            marks, self._read = self._read[:STRETCH_MARKS], self._read[STRETCH_MARKS:]
            yield marks

    def _compute(self, marks: list[Mark]) -> int:
        stretch = {
            "first_brand": marks[0][0],
            "first_minute": marks[0][1],
            "last_brand": marks[-1][0],
            "last_minute": marks[-1][1],
        }
        # The minutes first: the quarters are added up from them.
        for number_sql, recompute_sql in (
            (COMPUTED_SQL, RECOMPUTE_SQL),
            (QUARTERS_COMPUTED_SQL, RECOMPUTE_QUARTERS_SQL),
        ):
            ((computed,),) = self._ask(number_sql, stretch)
            self._ask(recompute_sql, {**stretch, "computed": computed})
        self._written.append(_Written(self._clock(), marks))
        return len({(brand, minute_s) for brand, minute_s, _ in marks})

    def _settle(self) -> None:
        until_s = self._clock() - SETTLE_AFTER_S
        while self._written and self._written[0].at_s <= until_s:
            marks = self._written[0].marks
            columns = [list(column) for column in zip(*marks, strict=True)]
            self._client.execute(
                SETTLE_SQL, [*columns, [-1] * len(marks)], columnar=True, settings=_SETTINGS
            )
            del self._written[0]

    def _ask(self, sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self._client.execute(sql, parameters, settings=_SETTINGS)
        return found
