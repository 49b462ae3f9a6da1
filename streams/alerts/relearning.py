"""Notices a past that has changed: by a backfill, or by another active model version.

Old posts open nothing, but they say what is usual. Once a backfill has come to rest, or whenever it
has more than doubled what is known, a new watch is taught by the whole stored history and takes the
place of the old one; incidents stay as they are. The same when another model version was promoted:
what it says of the past is then what is usual. Until that is learned no minute is taken in, for by
what the other version said a minute could look like an incident.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from schemas.errors import StoreError
from schemas.rollups import MINUTES_TABLE, shown_rows
from schemas.versions import ACTIVE_VERSION
from streams.alerts.core import Core
from streams.alerts.counts import StoredCounts
from streams.alerts.minute import moment
from streams.alerts.recovery import HISTORY_DAYS, teach
from streams.alerts.session import Session
from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect

logger = logging.getLogger(__name__)

CHECK_EVERY: Final = timedelta(minutes=1)
# A day is another than the one taken in if it has so many times and so many more posts.
_TIMES: Final = 1.25
_POSTS: Final = 200
# At rest: since the last look nothing was added that would matter.
_REST: Final = 0.02
_DAYS_SQL: Final = f"""
SELECT intDiv(toUnixTimestamp(minute), 86400) AS day, sum(negative + neutral + positive)
FROM {MINUTES_TABLE} FINAL
WHERE {shown_rows()}
  AND minute >= toDateTime(%(since)s, 'UTC') AND minute < toDateTime(%(until)s, 'UTC')
  AND brand IN %(brands)s
GROUP BY day
"""  # noqa: S608 - the table's name is a constant


@dataclass(slots=True)
class BackfillWatch:
    """Decides when to learn anew. Pure. missing: posts that were not taken in at the last look."""

    missing: float = 0.0

    def is_due(self, stored: Mapping[int, int], taken: Mapping[int, int]) -> bool:
        """Whether a backfill has come to rest, or tells more than all that was taken in.

        stored, taken: posts by day since 1970.
        """
        missing = float(
            sum(
                posts - taken.get(day, 0)
                for day, posts in stored.items()
                if posts > _TIMES * taken.get(day, 0) + _POSTS
            )
        )
        at_rest = missing > 0 and abs(missing - self.missing) <= _REST * missing
        self.missing = missing
        return at_rest or missing > max(_POSTS, sum(taken.values()))


@dataclass(frozen=True, slots=True)
class Teacher:
    """Reads the stored history. One thread at a time; new_core: one that knows nothing."""

    url: str
    brands: Sequence[str]
    new_core: Callable[[], Core]

    def stored_by_day(self, until_s: int) -> dict[int, int]:
        """Posts of the watched brands by day since 1970, of the last weeks. Raises StoreError."""
        since_s = until_s - HISTORY_DAYS * 86_400
        values = {"since": since_s, "until": until_s, "brands": tuple(self.brands) or ("",)}
        try:
            with connect(self.url) as client:
                return {int(day): int(posts) for day, posts in client.execute(_DAYS_SQL, values)}
        except CLICKHOUSE_ERRORS as error:
            raise StoreError(f"the days' posts cannot be counted ({error})") from error

    def active_version(self) -> str:
        """The model version that people see; "" where none is active. Raises StoreError."""
        try:
            with connect(self.url) as client:
                return str(client.execute(f"SELECT {ACTIVE_VERSION}")[0][0])
        except CLICKHOUSE_ERRORS as error:
            raise StoreError(f"the active model version is not known ({error})") from error

    def taught(self, until_s: int, version: str) -> Core:
        """A core that knows the history up to then, as that version sees it. Raises StoreError."""
        core = self.new_core()
        core.model_version = version
        self.teach(core, until_s - HISTORY_DAYS * 86_400, until_s)
        return core

    def teach(self, core: Core, since_s: int, until_s: int) -> None:
        """Teach it the minutes from (included) to (not). Raises StoreError."""
        with closing(StoredCounts(self.url, self.brands)) as counts:
            teach(core, counts.minutes(since_s, until_s, version=core.model_version))


class Relearner:
    """Lets a session learn anew, in a thread beside it. teacher: None never does."""

    def __init__(self, teacher: Teacher | None) -> None:
        self._teacher = teacher
        self._backfill = BackfillWatch()
        self._looked_at = datetime.min.replace(tzinfo=UTC)
        self._lesson: asyncio.Task[Core] | None = None
        self.waits_for = ""

    async def attend(self, session: Session, now: datetime, *, due: bool = True) -> None:
        """To be called about every second while the monitor leads. Raises StoreError.

        due: whether a minute is about to be taken in; only then is the active version asked for.
        Afterwards `waits_for` names the model version that is being learned; then no minute may be
        taken in. It is empty in ordinary times.
        """
        teacher, end_s = self._teacher, session.core.end_s
        if teacher is None:
            return
        active = session.core.model_version
        if due or self._lesson is not None:
            active = await asyncio.to_thread(teacher.active_version)
        # What was counted before any version was active was counted as the first one says.
        session.core.model_version = session.core.model_version or active
        self.waits_for = active if active != session.core.model_version else ""
        if self._lesson is not None:
            if self._lesson.done():
                lesson, self._lesson = self._lesson, None
                # Of another session, or of a version that was taken back meanwhile: once more.
                if (taught := lesson.result()).model_version == active:
                    await self._change(session, teacher, taught, now)
                    self.waits_for = ""
        elif self.waits_for:
            logger.info("another model version is active: learning the history as it sees it")
            self._lesson = self._begin(teacher, end_s, active)
        elif now - self._looked_at >= CHECK_EVERY:
            self._looked_at = now
            stored = await asyncio.to_thread(teacher.stored_by_day, end_s)
            if self._backfill.is_due(stored, session.core.taken):
                logger.info("old posts were stored: learning the history anew")
                self._lesson = self._begin(teacher, end_s, active)

    @staticmethod
    def _begin(teacher: Teacher, end_s: int, version: str) -> asyncio.Task[Core]:
        return asyncio.create_task(asyncio.to_thread(teacher.taught, end_s, version))

    async def _change(
        self, session: Session, teacher: Teacher, taught: Core, now: datetime
    ) -> None:
        """Put the taught watch in the place of the old one, and keep it at once."""
        if taught.end_s < session.core.end_s:
            await asyncio.to_thread(teacher.teach, taught, taught.end_s, session.core.end_s)
        session.core.take_over(taught)
        await session.keep(now)
        logger.info("learned the history until %s anew", moment(session.core.end_s))
