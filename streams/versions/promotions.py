"""The table of promotions: reads it and adds to it, never half and never over another's row."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from clickhouse_driver import Client

from schemas.errors import StoreError
from schemas.mention import MENTIONS_TABLE
from schemas.versions import (
    FIRST_WHY,
    MAX_WHO_CHARACTERS,
    MAX_WHY_CHARACTERS,
    PROMOTIONS_TABLE,
    Promotion,
    PromotionAction,
    active_stack,
)
from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect
from streams.rows import milliseconds

_ALL_SQL: Final = f"""
SELECT number, id, at, action, model_version, who, why FROM {PROMOTIONS_TABLE} FINAL
ORDER BY number, at, id
"""  # noqa: S608 - names only
# One statement looks and writes. Of two at the same moment both may be written; the later one by
# (number, at, id) then counts for everybody, and the other finds out when it looks again.
_ADD_SQL: Final = f"""
INSERT INTO {PROMOTIONS_TABLE} (number, id, at, action, model_version, who, why)
SELECT max(number) + 1, toUUID(%(id)s), fromUnixTimestamp64Milli(%(at_ms)s, 'UTC'), %(action)s,
       %(version)s, %(who)s, %(why)s
FROM {PROMOTIONS_TABLE}
HAVING max(number) = %(last)s
"""  # noqa: S608 - names only
_NEWEST_SQL: Final = f"""
SELECT toString(model_version) FROM {MENTIONS_TABLE} ORDER BY scored_at DESC LIMIT 1
"""  # noqa: S608 - names only


@dataclass(frozen=True, slots=True)
class Promotions:
    """The table, on a client of one thread. now: the time, UTC."""

    client: Client
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def all(self) -> list[Promotion]:
        """Every promotion, in order. Raises StoreError."""
        return [
            Promotion(number, id_, at, PromotionAction(str(action)), str(version), who, why)
            for number, id_, at, action, version, who, why in self._ask(_ALL_SQL, {})
        ]

    def active(self) -> str:
        """The version that people see; "" where none was promoted. Raises StoreError."""
        done = self.all()
        return done[-1].model_version if done else ""

    def promote(self, version: str, *, who: str, why: str = "") -> Promotion:
        """Let people see this version from now on. Raises StoreError where it is seen already."""
        done = self.all()
        if done and done[-1].model_version == version:
            raise StoreError(f"model version {version!r} is active already")
        return self._add(done, PromotionAction.PROMOTE, version, who=who, why=why)

    def before(self) -> str:
        """The version that a rollback would go back to. Raises StoreError if there is none."""
        stack = active_stack(self.all())
        if len(stack) < 2:
            raise StoreError("nothing was promoted that could be taken back")
        return stack[-2].model_version

    def roll_back(self, *, who: str, why: str = "") -> Promotion:
        """Let people see again what they saw before the last promotion. Raises StoreError."""
        done = self.all()
        stack = active_stack(done)
        if len(stack) < 2:
            raise StoreError("nothing was promoted that could be taken back")
        version = stack[-2].model_version
        return self._add(done, PromotionAction.ROLLBACK, version, who=who, why=why)

    def begin(self, version: str, *, who: str) -> None:
        """If none is active yet: the version of what was scored last, or else the given one.

        So that a version that is filled in beside it is not seen before it is promoted.
        Raises StoreError.
        """
        done = self.all()
        if done:
            return
        newest = self._ask(_NEWEST_SQL, {})
        seen = str(newest[0][0]) if newest else version
        self._write(done, PromotionAction.FIRST, seen, who=who, why=FIRST_WHY)

    def _add(
        self, done: list[Promotion], action: PromotionAction, version: str, *, who: str, why: str
    ) -> Promotion:
        added = self._write(done, action, version, who=who, why=why)
        found = self.all()
        if not found or found[-1].id != added:
            raise StoreError(
                f"somebody else changed the active version at the same moment; {version!r} is not "
                "active; look at `groundswell models list` and try again"
            )
        return found[-1]

    def _write(
        self, done: list[Promotion], action: PromotionAction, version: str, *, who: str, why: str
    ) -> Any:  # noqa: ANN401 - the row's id
        number = uuid4()
        values = {
            "id": str(number),
            "at_ms": milliseconds(self.now()),
            "action": action.value,
            "version": version,
            "who": who.strip()[:MAX_WHO_CHARACTERS],
            "why": why.strip()[:MAX_WHY_CHARACTERS],
            "last": done[-1].number if done else 0,
        }
        self._ask(_ADD_SQL, values)
        return number

    def _ask(self, sql: str, values: dict[str, Any]) -> list[Any]:
        try:
            rows: list[Any] = self.client.execute(sql, values, settings={"async_insert": 0})
        except CLICKHOUSE_ERRORS as error:
            self.client.disconnect()
            raise StoreError(f"the active model version is not known ({error})") from error
        return rows


def begin_with(url: str, version: str, *, who: str) -> None:
    """See Promotions.begin; for a process that is about to score. Raises StoreError."""
    with connect(url) as client:
        Promotions(client).begin(version, who=who)
