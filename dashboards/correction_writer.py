"""Writes down people's labels from the page, and puts them into force at once.

Beside `action_writer.py` the only file of the page that writes: two fixed statements, in which a
label and the mention that it is about are values.
"""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

from dashboards.short_connection import WRITTEN, short_connection
from dashboards.time_range import milliseconds
from schemas.access import Person, Right
from schemas.correction import (
    APPLY_SQL,
    CORRECTION_COLUMNS,
    CORRECTIONS_TABLE,
    INSERT_CORRECTIONS,
    MAX_REASON_CHARACTERS,
    SCORES,
    Correction,
)
from schemas.errors import StoreError

_LAST: Final = (
    f"SELECT max(at) FROM {CORRECTIONS_TABLE} "  # noqa: S608 - the table's name
    "WHERE brand = %(brand)s AND source = %(source)s AND post_id = %(post_id)s"
)
_SETTINGS: Final = {**WRITTEN, "do_not_merge_across_partitions_select_final": 1}


class CorrectionWriter:
    """A way to ClickHouse of its own; safe to share. url: as for the store."""

    def __init__(self, url: str) -> None:
        self._url = url

    def correct(  # noqa: PLR0913 - the mention's place, what is said of it, and by whom
        self,
        *,
        brand: str,
        posted_at: datetime,
        source: str,
        post_id: str,
        sentiment: str,
        before: str,
        who: str,
        by: Person,
        reason: str = "",
    ) -> None:
        """Label a mention, or take its label back with an empty sentiment.

        before: what the page showed. Once it returns, every number counts the label; a worker
        carries it to its topic. Raises StoreError; it may then be written down or not; or
        NotAllowedError before anything is.
        """
        by.require(Right.CORRECT, brand)
        if sentiment and sentiment not in SCORES:
            raise StoreError(f"sentiment={sentiment!r} is none; try {', '.join(SCORES)}")
        values = {"brand": brand, "source": source, "post_id": post_id}
        with short_connection(self._url) as client:
            ((last,),) = client.execute(_LAST, values)
            event = Correction(
                id=uuid4(),
                at=max(_now(), last.replace(tzinfo=UTC) + timedelta(milliseconds=1)),
                posted_at=posted_at,
                sentiment=sentiment,
                before=before,
                who=who[:200],
                reason=reason[:MAX_REASON_CHARACTERS],
                **values,
            )
            row = tuple(getattr(event, name) for name in CORRECTION_COLUMNS)
            client.execute(INSERT_CORRECTIONS, [row], settings=dict(_SETTINGS))
            place = (brand, milliseconds(posted_at), source, post_id)
            client.execute(APPLY_SQL, {"places": [place]}, settings=dict(_SETTINGS))


def _now() -> datetime:
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
