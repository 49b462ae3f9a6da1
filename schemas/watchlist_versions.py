"""Saved versions of the watchlist: rows of the table `watchlist_versions`.

Rows are only added. The newest one says what is watched; without one, or where its text is empty,
the file does.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from schemas.alert_rules import AlertRules, WatchedRule
from schemas.watchlist import Brand, Product, Watchlist

VERSIONS_TABLE: Final = "watchlist_versions"
# Of two that were saved in the same millisecond the one with the greater id counts, for everybody.
_NEWEST: Final = f"FROM {VERSIONS_TABLE} ORDER BY at DESC, id DESC LIMIT 1"
NEWEST_SQL: Final = f"SELECT id, at, who, why, changes, text {_NEWEST}"
NEWEST_ID_SQL: Final = f"SELECT id {_NEWEST}"


class SavedWatchlist(msgspec.Struct, frozen=True, kw_only=True):
    """One version. who, why: of whoever saved it. changes: a line each, as `Change.line` has it.

    text: as `watchlist_text` writes it; "" to go back to the file.
    """

    id: UUID
    at: datetime
    who: str
    why: str
    changes: tuple[str, ...]
    text: str


class Fact(NamedTuple):
    """One thing that a watchlist says.

    kind: brand, alias, exclude, product, topic, phrase, sensitivity, rule, event, quiet or reopen.
    owner: of what, such as a brand's name; "" for all. value: what.
    """

    kind: str
    owner: str
    value: str


class Change(NamedTuple):
    """A fact that was added, or taken away."""

    added: bool
    fact: Fact

    @property
    def line(self) -> str:
        """In a few words, for lists of who did what."""
        sign = "+" if self.added else "\u2212"
        kind, owner, value = self.fact
        return f"{sign} {kind} {f'{owner}: ' if owner else ''}{value}"


def changes(before: Watchlist, after: Watchlist) -> tuple[Change, ...]:
    """What the one says and the other does not: what is gone first, then what is new."""
    old, new = dict.fromkeys(_facts(before)), dict.fromkeys(_facts(after))
    gone = [Change(added=False, fact=fact) for fact in old if fact not in new]
    return (*gone, *(Change(added=True, fact=fact) for fact in new if fact not in old))


def _facts(watchlist: Watchlist) -> Iterator[Fact]:
    for brand in watchlist.brands:
        yield Fact("brand", "", brand.name)
        yield from _names(brand, brand.name)
        for product in brand.products:
            yield Fact("product", brand.name, product.name)
            yield from _names(product, f"{brand.name} / {product.name}")
    for topic in watchlist.topics:
        yield Fact("topic", "", topic.name)
        for phrase in topic.phrases:
            yield Fact("phrase", topic.name, phrase)
    yield from _alerts(watchlist.alerts)


def _names(owner: Brand | Product, label: str) -> Iterator[Fact]:
    for alias in owner.aliases:
        yield Fact("alias", label, alias)
    for phrase in owner.exclude:
        yield Fact("exclude", label, phrase)


def _alerts(alerts: AlertRules) -> Iterator[Fact]:
    yield Fact("sensitivity", "", alerts.sensitivity.value)
    for brand, sensitivity in alerts.by_brand.items():
        yield Fact("sensitivity", brand, sensitivity.value)
    for rule in alerts.rules:
        yield Fact("rule", rule_is_about(rule), rule.text)
    for event in alerts.calendar:
        yield Fact(
            "event",
            ", ".join(event.brands),
            f"{event.name} ({event.since:%Y-%m-%d %H:%M} - {event.until:%Y-%m-%d %H:%M} UTC)",
        )
    yield Fact("quiet", "", f"{alerts.quiet_min}m")
    yield Fact("reopen", "", f"{alerts.reopen_min}m")


def rule_is_about(rule: WatchedRule) -> str:
    """The series that a rule watches, by its names; "" for every brand as a whole."""
    return " / ".join(filter(None, (rule.brand, rule.topic, rule.lang, rule.product)))
