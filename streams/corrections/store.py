"""Labels in ClickHouse: written, put into force, and read back."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from schemas.correction import (
    APPLY_SQL,
    CORRECTION_COLUMNS,
    CORRECTIONS_TABLE,
    INSERT_CORRECTIONS,
    MODEL_SENTIMENT,
    Correction,
)
from schemas.errors import StoreError
from schemas.seen import seen_mentions
from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect
from streams.corrections.queue import Candidate
from streams.rows import milliseconds

_CHUNK: Final = 1_000
_SETTINGS: Final[dict[str, Any]] = {
    "async_insert": 0,
    "max_partitions_per_insert_block": 0,
    "do_not_merge_across_partitions_select_final": 1,
}
_FOUND: Final = "concat(source, '/', post_id) = %(reference)s AND %(brand)s IN ('', brand)"
_LISTED: Final = (
    f"SELECT DISTINCT {', '.join(CORRECTION_COLUMNS)} FROM {CORRECTIONS_TABLE} "  # noqa: S608
    "WHERE %(brand)s IN ('', brand) ORDER BY at DESC, id LIMIT %(limit)s"
)
_LATEST_FIELDS: Final = ", ".join(
    f"argMax({name}, (at, id)) AS last_{name}"
    for name in CORRECTION_COLUMNS
    if name not in {"brand", "source", "post_id"}
)
_LATEST: Final = (
    f"SELECT brand, source, post_id, {_LATEST_FIELDS} FROM {CORRECTIONS_TABLE} "  # noqa: S608
    "GROUP BY brand, source, post_id"
)
_IN_FORCE: Final = (
    "SELECT brand, source, post_id, argMax(sentiment, (at, id)) AS label, "  # noqa: S608
    f"max(at) AS labelled_at FROM {CORRECTIONS_TABLE} "
    "GROUP BY brand, source, post_id HAVING label != ''"
)
_EXPORT: Final = f"""
SELECT text, lang, label, brand, source, post_id, {MODEL_SENTIMENT} AS model_said, model_version,
       labelled_at
FROM {
    seen_mentions(
        "(brand, posted_at, source, post_id) IN "
        f"(SELECT brand, posted_at, source, post_id FROM {CORRECTIONS_TABLE})"
    )
} AS rows
INNER JOIN ({_IN_FORCE}) AS told USING (brand, source, post_id)
WHERE text != ''
ORDER BY labelled_at, brand, source, post_id
"""  # noqa: S608 - constants only
# The most uncertain of the period, a text once, for the queue to choose from.
_CANDIDATES: Final = f"""
SELECT brand, source, post_id, posted_at, lang, text, reach, sentiment,
       p_negative, p_neutral, p_positive
FROM {
    seen_mentions("posted_at >= %(since)s AND %(brand)s IN ('', brand) AND %(lang)s IN ('', lang)")
} AS rows
LEFT ANTI JOIN ({_IN_FORCE}) AS told USING (brand, source, post_id)
WHERE text != ''
ORDER BY greatest(p_negative, p_neutral, p_positive) - log10(1 + reach) / 20
LIMIT 1 BY cityHash64(text)
LIMIT %(limit)s
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention as people see it. sentiment: in force."""

    brand: str
    posted_at: datetime
    source: str
    post_id: str
    lang: str
    sentiment: str
    text: str


class CorrectionStore:
    """The table `corrections`, and the mentions that it is about. One thread at a time."""

    def __init__(self, url: str) -> None:
        self._client = connect(url)

    def mentions(self, reference: str, *, brand: str = "") -> list[Mention]:
        """The mentions of a post, one for each brand. reference: SOURCE/ID. Raises StoreError."""
        rows = self._ask(
            "SELECT brand, posted_at, source, post_id, lang, sentiment, text "  # noqa: S608
            f"FROM {seen_mentions(_FOUND)} ORDER BY brand, posted_at",
            {"reference": reference, "brand": brand},
        )
        return [Mention(*row) for row in rows]

    def next_moment(self, mentions: Sequence[Mention], now: datetime) -> datetime:
        """A time for new events of these mentions: now, but after those that they have.

        Raises StoreError.
        """
        keys = [(one.brand, one.source, one.post_id) for one in mentions]
        ((last,),) = self._ask(
            f"SELECT max(at) FROM {CORRECTIONS_TABLE} "  # noqa: S608 - the table's name
            "WHERE (brand, source, post_id) IN %(keys)s",
            {"keys": keys},
        )
        moment = now.replace(microsecond=now.microsecond // 1000 * 1000)
        later: datetime = last.replace(tzinfo=UTC) + timedelta(milliseconds=1)
        return max(moment, later)

    def write(self, events: Sequence[Correction]) -> None:
        """Write events, and put them into force. Again, it changes nothing. Raises StoreError."""
        known = {row[0] for row in self._ask(_IDS, {"ids": [event.id for event in events]})}
        rows = [
            tuple(getattr(event, name) for name in CORRECTION_COLUMNS)
            for event in events
            if event.id not in known
        ]
        if rows:
            self._execute(INSERT_CORRECTIONS, rows)
        self.apply(events)

    def apply(self, events: Iterable[Correction]) -> None:
        """Bring the mentions of these events in line with what is in force. Raises StoreError."""
        places = sorted(
            {(one.brand, milliseconds(one.posted_at), one.source, one.post_id) for one in events}
        )
        for first in range(0, len(places), _CHUNK):
            self._execute(APPLY_SQL, {"places": places[first : first + _CHUNK]})

    def count(self) -> int:
        """How many rows the table has: as long as it is the same, it holds the same."""
        ((count,),) = self._ask(f"SELECT count() FROM {CORRECTIONS_TABLE}", {})  # noqa: S608
        return int(count)

    def latest(self) -> dict[tuple[str, str, str], Correction]:
        """The latest event of each mention that has one. Raises StoreError."""
        names = [name for name in CORRECTION_COLUMNS if name not in {"brand", "source", "post_id"}]
        found = {}
        for brand, source, post_id, *rest in self._ask(_LATEST, {}):
            fields = dict(zip(names, rest, strict=True))
            found[brand, source, post_id] = Correction(
                brand=brand, source=source, post_id=post_id, **fields
            )
        return found

    def events(self, *, brand: str, limit: int) -> list[Correction]:
        """Events, the newest first. brand: "" for all. Raises StoreError."""
        rows = self._ask(_LISTED, {"brand": brand, "limit": limit})
        return [Correction(**dict(zip(CORRECTION_COLUMNS, row, strict=True))) for row in rows]

    def training_rows(self) -> Iterator[dict[str, Any]]:
        """Each label in force with its text, the oldest first. Raises StoreError."""
        names = ("text", "lang", "label", "brand", "source", "post_id", "model_said")
        for *row, version, at in self._ask(_EXPORT, {}):
            fields = dict(zip(names, row, strict=True))
            yield {**fields, "model_version": version, "labelled_at": at.isoformat()}

    def candidates(self, *, since: datetime, brand: str, lang: str, limit: int) -> list[Candidate]:
        """Mentions without a label, the most uncertain first. Raises StoreError."""
        values = {"since": since, "brand": brand, "lang": lang, "limit": limit}
        names = Candidate.__slots__[:-1]
        return [
            Candidate(**dict(zip(names, row, strict=False)), probabilities=tuple(row[len(names) :]))
            for row in self._ask(_CANDIDATES, values)
        ]

    def _ask(self, sql: str, values: dict[str, Any]) -> list[Any]:
        found: list[Any] = self._execute(sql, values)
        return found

    def _execute(self, sql: str, values: Any) -> Any:  # noqa: ANN401 - the driver's own
        try:
            return self._client.execute(sql, values, settings=_SETTINGS)
        except CLICKHOUSE_ERRORS as error:
            self._client.disconnect()
            raise StoreError(f"corrections cannot be read or written ({error})") from error

    def close(self) -> None:
        """Close the connection."""
        self._client.disconnect()


_IDS: Final = f"SELECT DISTINCT id FROM {CORRECTIONS_TABLE} WHERE id IN %(ids)s"  # noqa: S608
