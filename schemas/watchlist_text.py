"""A watchlist as text: what `parse_watchlist` reads back to the same."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import yaml

from schemas.alert_rules import AlertRules, KnownEvent, WatchedRule
from schemas.watchlist import Brand, Product, Topic, Watchlist

_WIDE: Final = 1_000_000


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """References to what stands twice are not read: it is written twice."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the base's signature
        return True


def watchlist_text(watchlist: Watchlist) -> str:
    """YAML of brands, topics and alerts; not of the routes, which stay in the file."""
    content: dict[str, Any] = {"brands": [_brand(brand) for brand in watchlist.brands]}
    if watchlist.topics:
        content["topics"] = [_topic(topic) for topic in watchlist.topics]
    alerts = _alerts(watchlist.alerts)
    if alerts:
        content["alerts"] = alerts
    text: str = yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDE)
    return text


def _brand(brand: Brand) -> dict[str, Any]:
    products = [_owner(product) for product in brand.products]
    return {**_owner(brand), **({"products": products} if products else {})}


def _owner(owner: Brand | Product) -> dict[str, Any]:
    """An alias that is the name need not be written."""
    found: dict[str, Any] = {"name": owner.name}
    aliases = list(owner.aliases)
    if aliases and aliases[0] == owner.name:
        del aliases[0]
    else:
        found["match_name"] = False
    if aliases:
        found["aliases"] = aliases
    if owner.exclude:
        found["exclude"] = list(owner.exclude)
    return found


def _topic(topic: Topic) -> dict[str, Any]:
    return {"name": topic.name, "phrases": list(topic.phrases)}


def _alerts(alerts: AlertRules) -> dict[str, Any]:
    usual = AlertRules()
    found: dict[str, Any] = {}
    if alerts.sensitivity != usual.sensitivity:
        found["sensitivity"] = alerts.sensitivity.value
    if alerts.quiet_min != usual.quiet_min:
        found["quiet"] = f"{alerts.quiet_min}m"
    if alerts.reopen_min != usual.reopen_min:
        found["reopen"] = f"{alerts.reopen_min}m"
    if alerts.by_brand:
        found["brands"] = [
            {"brand": brand, "sensitivity": sensitivity.value}
            for brand, sensitivity in alerts.by_brand.items()
        ]
    if alerts.rules:
        found["rules"] = [_rule(rule) for rule in alerts.rules]
    if alerts.calendar:
        found["calendar"] = [_event(event) for event in alerts.calendar]
    return found


def _rule(rule: WatchedRule) -> dict[str, Any]:
    about = {"brand": rule.brand, "topic": rule.topic, "lang": rule.lang, "product": rule.product}
    return {"rule": rule.text, **_given(about.items())}


def _event(event: KnownEvent) -> dict[str, Any]:
    return {
        "name": event.name,
        **({"brands": list(event.brands)} if event.brands else {}),
        "from": _moment(event.since),
        "until": _moment(event.until),
    }


def _moment(moment: datetime) -> str:
    return moment.isoformat(sep=" ")


def _given(values: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: value for name, value in values if value}
