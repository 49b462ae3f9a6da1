"""Compares two model versions on what both scored: the only file here that asks about two."""

from datetime import date, datetime
from typing import Any, Final

import msgspec
from clickhouse_driver import Client

from schemas.errors import StoreError
from streams.clickhouse.connection import CLICKHOUSE_ERRORS
from streams.versions.agreement import Agreement, Part, parts
from streams.versions.alerts import AlertChanges
from streams.versions.labelled import LabelledFigures
from streams.versions.questions import DAYS_SQL, EXAMPLES_SQL, PARTS_SQL, Traffic

MAX_EXAMPLES: Final = 100
_SETTINGS: Final[dict[str, Any]] = {
    "do_not_merge_across_partitions_select_final": 1,
    "optimize_aggregation_in_order": 1,
    "max_bytes_before_external_group_by": 500_000_000,
    "max_bytes_before_external_sort": 500_000_000,
}


class Example(msgspec.Struct, frozen=True):
    """A mention on which the versions differ. points: P(positive) - P(negative) under each."""

    brand: str
    posted_at: datetime
    source: str
    post_id: str
    lang: str
    text: str
    first: str
    second: str
    points_first: float
    points_second: float


class Day(msgspec.Struct, frozen=True):
    """A day's negative, neutral and positive mentions, as seen while either version is active."""

    day: date
    first: tuple[int, int, int]
    second: tuple[int, int, int]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two versions beside each other.

    overall: on the mentions that both scored; None where there are none. parts: by brand, lang,
    source and topic, most mentions first. days: what people would see under each. labelled: on
    texts with labels. alerts: None where it was not asked for.
    """

    first: str
    second: str
    since: datetime
    until: datetime
    brands: tuple[str, ...]
    overall: Agreement | None
    parts: tuple[Part, ...]
    days: tuple[Day, ...]
    examples: tuple[Example, ...]
    labelled: tuple[LabelledFigures, ...] = ()
    alerts: AlertChanges | None = None


def compare(client: Client, traffic: Traffic, *, examples: int = 10) -> Comparison:
    """Read and count. Raises StoreError."""
    found = parts(_ask(client, PARTS_SQL, traffic.values))
    most = min(examples, MAX_EXAMPLES)
    different = _ask(client, EXAMPLES_SQL, {**traffic.values, "most": most}) if most else []
    return Comparison(
        first=traffic.first,
        second=traffic.second,
        since=traffic.since,
        until=traffic.until,
        brands=tuple(traffic.brands),
        overall=next((part.agreement for part in found if not part.dimension), None),
        parts=tuple(part for part in found if part.dimension),
        days=tuple(_days(client, traffic)),
        examples=tuple(Example(*map(_readable, row)) for row in different),
    )


def _days(client: Client, traffic: Traffic) -> list[Day]:
    both = []
    for version in (traffic.first, traffic.second):
        rows = _ask(client, DAYS_SQL, {**traffic.values, "version": version})
        both.append({day: (bad, mid, good) for day, bad, mid, good in rows})
    first, second = both
    # Whatever is active, the same posts are seen.
    return [Day(day, first[day], second[day]) for day in sorted(first.keys() & second.keys())]


def _ask(client: Client, sql: str, values: dict[str, Any]) -> list[Any]:
    try:
        rows: list[Any] = client.execute(sql, values, settings=_SETTINGS)
    except CLICKHOUSE_ERRORS as error:
        client.disconnect()
        raise StoreError(
            f"the versions cannot be compared ({error}); a shorter time or one brand may help"
        ) from error
    return rows


def _readable(value: Any) -> Any:  # noqa: ANN401 - a row's values are of many types
    """The driver hands over bytes where a value is no UTF-8."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
