"""ClickHouse's users that the page reads as, and which rows each of them sees.

A user for every set of brands that access.yaml limits somebody to, one for those who see all, and
one for admins. ClickHouse itself keeps the rows of other brands from them by row policies, and lets
them change neither rows nor settings (readonly = 1).
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from schemas.access import Access, Person, Role

PREFIX: Final = "groundswell_page"
# Of every question: seconds, rows, bytes.
LIMITS: Final[Mapping[str, int]] = {
    "max_execution_time": 10,
    "max_result_rows": 200_000,
    "max_memory_usage": 2_000_000_000,
    # A mention's partition follows from its key, so no key lies in two of them.
    "do_not_merge_across_partitions_select_final": 1,
}
_OF_BRAND: Final = "brand IN {brands}"
_NAMED_VIEW: Final = (
    "arrayAll(named -> decodeURLFormComponent(substring(named, 7)) IN {brands}, "
    "arrayFilter(part -> startsWith(part, 'brand='), splitByChar('&', address)))"
)
_NAMED_TRIAL: Final = (
    "notEmpty(JSONExtract(request, 'brands', 'Array(String)')) "
    "AND arrayAll(named -> named IN {brands}, JSONExtract(request, 'brands', 'Array(String)'))"
)
_OF_INCIDENT: Final = (
    "brand IN {brands} OR key IN "
    "(SELECT key FROM {database}.incident_events WHERE brand IN {brands})"
)
# Which rows somebody sees who is limited to some brands; "" for all rows.
LIMITED: Final[Mapping[str, str]] = {
    "mentions": _OF_BRAND,
    "minute_counts": _OF_BRAND,
    "quarter_counts": _OF_BRAND,
    "rollup_marks": _OF_BRAND,
    "rollup_audits": "",
    "incident_events": _OF_BRAND,
    "incident_actions": _OF_INCIDENT,
    "watch_log": _OF_BRAND,
    "watch_states": "scope != 'brand' OR name IN {brands}",
    "backtests": _NAMED_TRIAL,
    "corrections": _OF_BRAND,
    "saved_views": _NAMED_VIEW,
    "time_notes": "brand = '' OR brand IN {brands}",
    "model_promotions": "",
    "model_figures": "",
}
# What the page shows of the whole installation to those who see all brands, and to admins alone.
UNLIMITED: Final = (
    *("notifications", "replay_jobs", "replay_events", "replay_progress", "replay_leases"),
    "watchlist_versions",
)
ADMINS: Final = ("exports", "erasures", "file_changes")
# What no page reads: whom was erased, secrets, the monitor's memory.
NOBODY: Final = (
    *("suppressions", "erasure_work", "installation_secrets"),
    *("watch_journal", "watch_snapshots", "migrations"),
)


@dataclass(frozen=True, slots=True)
class Reader:
    """One of ClickHouse's users.

    tables: those that it may read, each with the condition on the rows that it sees, "" for all.
    """

    name: str
    tables: Mapping[str, str]


def reader_name(database: str, person: Person) -> str:
    """The user as which this person reads."""
    if person.brands is not None:
        named = "\x1f".join(sorted(person.brands))
        return f"{PREFIX}_{database}_{sha256(named.encode()).hexdigest()[:12]}"
    return f"{PREFIX}_{database}_{'admin' if person.role is Role.ADMIN else 'all'}"


def readers(database: str, access: Access) -> tuple[Reader, ...]:
    """All users that the page needs for these people."""
    everything = dict.fromkeys((*LIMITED, *UNLIMITED), "")
    admin, viewer = Person("", Role.ADMIN), Person("", Role.VIEWER)
    found = [
        Reader(reader_name(database, admin), everything | dict.fromkeys(ADMINS, "")),
        Reader(reader_name(database, viewer), everything),
    ]
    for brands in access.brand_sets:
        name = reader_name(database, Person("", Role.VIEWER, brands))
        listed = f"({', '.join(map(quoted_text, sorted(brands)))})"
        tables = {
            table: condition.format(brands=listed, database=database) if condition else ""
            for table, condition in LIMITED.items()
        }
        found.append(Reader(name, tables))
    return tuple(found)


def reader_password(clickhouse_url: str, name: str) -> str:
    """The user's password, from that of the installation's own user.

    Whoever knows that one can read everything anyway, so no further secret is to be kept.
    """
    own = unquote(urlsplit(clickhouse_url).password or "")
    return hmac.new(own.encode(), name.encode(), sha256).hexdigest()


def reader_url(clickhouse_url: str, name: str) -> str:
    """The same address with the reader's name and password."""
    parts = urlsplit(clickhouse_url)
    place = parts.netloc.rpartition("@")[2]
    login = f"{quote(name, safe='')}:{reader_password(clickhouse_url, name)}"
    return urlunsplit(parts._replace(netloc=f"{login}@{place}"))


def quoted_text(text: str) -> str:
    """A text as it stands in SQL."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
