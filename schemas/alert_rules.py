"""The watchlist's part `alerts`: how readily brands alert, threshold rules, known events.

docs/alerts.md describes it for people.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from schemas.marked_yaml import Located, MarkedReader
from schemas.skeleton import skeleton
from schemas.threshold_rules import Rule, parse_rule

ALERT_KEYS: Final = ("sensitivity", "quiet", "reopen", "brands", "rules", "calendar")
OVERRIDE_KEYS: Final = ("brand", "sensitivity")
RULE_KEYS: Final = ("rule", "brand", "topic", "lang", "product")
EVENT_KEYS: Final = ("name", "brands", "from", "until", "zone")
MAX_RULES: Final = 200
_MAX_CHARACTERS: Final = 200
_DURATION: Final = re.compile(r"(\d{1,5})\s*(m|min|h|d)")
_MINUTES: Final = {"m": 1, "min": 1, "h": 60, "d": 1440}
_LANG: Final = re.compile(r"[a-z]{2,3}([-_][A-Za-z0-9]{1,8})*")
_TIMESTAMP: Final = "tag:yaml.org,2002:timestamp"


class Sensitivity(StrEnum):
    """How rare something must be before it alerts; `off` leaves a brand to its rules alone."""

    CALM = "calm"
    BALANCED = "balanced"
    WATCHFUL = "watchful"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class WatchedRule:
    """A threshold rule and the series that it watches.

    text: as it was written. brand: "" for every brand. At most one of topic, lang and product is
    given; without any, the rule is about all that is said of the brand.
    """

    text: str
    rule: Rule
    brand: str = ""
    topic: str = ""
    lang: str = ""
    product: str = ""


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """A launch, a campaign, a broadcast: nobody is told of what happens then.

    brands: empty for all. since (included), until (not): UTC.
    """

    name: str
    brands: tuple[str, ...]
    since: datetime
    until: datetime

    def covers(self, brand: str, at: datetime) -> bool:
        """Whether this brand is muted at that time."""
        return self.since <= at < self.until and (not self.brands or brand in self.brands)


@dataclass(frozen=True, slots=True)
class AlertRules:
    """All of the part `alerts`.

    quiet_min: minutes without anything out of the ordinary after which an incident is over.
    reopen_min: minutes after its end in which an incident opens again instead of a new one.
    """

    sensitivity: Sensitivity = Sensitivity.BALANCED
    by_brand: Mapping[str, Sensitivity] = field(default_factory=dict)
    rules: tuple[WatchedRule, ...] = ()
    calendar: tuple[KnownEvent, ...] = ()
    quiet_min: int = 10
    reopen_min: int = 180

    def sensitivity_of(self, brand: str) -> Sensitivity:
        """The brand's own sensitivity, or that of all."""
        return self.by_brand.get(brand, self.sensitivity)

    def muted_by(self, brand: str, at: datetime) -> str:
        """The name of the known event that covers the brand then, or ""."""
        return next((event.name for event in self.calendar if event.covers(brand, at)), "")


def read_alert_rules(
    reader: MarkedReader,
    place: Located | None,
    *,
    brands: Mapping[str, Collection[str]],
    topics: Collection[str],
) -> AlertRules:
    """Read the part; what is wrong is noted in the reader.

    brands: name to names of its products. topics: names. Both as the rest of the file has them.
    """
    if place is None:
        return AlertRules()
    return _AlertParser(reader, brands, topics).rules(place)


@dataclass(slots=True)
class _AlertParser:
    reader: MarkedReader
    brands: Mapping[str, Collection[str]]
    topics: Collection[str]

    def rules(self, place: Located) -> AlertRules:
        fields = self.reader.mapping(place, known=ALERT_KEYS)
        usual = AlertRules()
        items = self.reader.items(fields.get("brands"), example="`- brand: Acme`")
        by_brand: dict[str, Sensitivity] = {}
        for item in items:
            self.override(item, by_brand)
        items = self.reader.items(fields.get("rules"), example='`- rule: "posts >= 500 in 15m"`')
        if len(items) > MAX_RULES:
            self.reader.note(items[MAX_RULES], "(rule)", f"write at most {MAX_RULES} rules")
        rules = [self.rule(item) for item in items[:MAX_RULES]]
        items = self.reader.items(fields.get("calendar"), example="`- name: launch`")
        calendar = [self.event(item) for item in items]
        return AlertRules(
            sensitivity=self.sensitivity(fields.get("sensitivity")) or usual.sensitivity,
            by_brand=by_brand,
            rules=tuple(rule for rule in rules if rule is not None),
            calendar=tuple(event for event in calendar if event is not None),
            quiet_min=self.minutes(fields.get("quiet"), default=usual.quiet_min, most=1440),
            reopen_min=self.minutes(fields.get("reopen"), default=usual.reopen_min, most=10_080),
        )

    def override(self, place: Located, found: dict[str, Sensitivity]) -> None:
        fields = self.reader.mapping(place, known=OVERRIDE_KEYS, required=OVERRIDE_KEYS)
        brand = self.known(fields.get("brand"), self.brands, among="brands")
        sensitivity = self.sensitivity(fields.get("sensitivity"))
        if brand and brand in found:
            self.reader.note(fields["brand"], brand, "stands twice: join the two into one")
        elif brand and sensitivity:
            found[brand] = sensitivity

    def sensitivity(self, place: Located | None) -> Sensitivity | None:
        if place is None:
            return None
        # YAML reads a bare `off` as false: here it means what it says.
        if str(place.node.value).lower() == "off":
            return Sensitivity.OFF
        text = self.reader.text(place, max_characters=_MAX_CHARACTERS)
        if text is None:
            return None
        try:
            return Sensitivity(text.lower())
        except ValueError:
            self.reader.note(place, text, "write calm, balanced, watchful or off")
            return None

    def rule(self, place: Located) -> WatchedRule | None:
        fields = self.reader.mapping(place, known=RULE_KEYS, required=["rule"])
        text = self.reader.text(fields.get("rule"), max_characters=_MAX_CHARACTERS)
        brand = self.known(fields.get("brand"), self.brands, among="brands")
        topic = self.known(fields.get("topic"), self.topics, among="topics")
        lang = self.reader.text(fields.get("lang"), max_characters=20) or ""
        if lang and not _LANG.fullmatch(lang):
            self.reader.note(fields["lang"], lang, "write a language's code, such as `de`")
        products = {name for names in self.brands.values() for name in names}
        if brand:
            products = set(self.brands.get(brand, ()))
        product = self.known(fields.get("product"), products, among="products")
        narrowed = [name for name in ("topic", "lang", "product") if name in fields]
        if len(narrowed) > 1:
            remedy = f"a rule is about one {' or '.join(narrowed)}: write a rule for each"
            self.reader.note(fields[narrowed[1]], "(both)", remedy)
        if text is None:
            return None
        try:
            return WatchedRule(text, parse_rule(text), brand, topic, lang, product)
        except ValueError as error:
            self.reader.note(fields["rule"], text, str(error))
            return None

    def event(self, place: Located) -> KnownEvent | None:
        fields = self.reader.mapping(place, known=EVENT_KEYS, required=["name", "from", "until"])
        name = self.reader.text(fields.get("name"), max_characters=_MAX_CHARACTERS)
        items = self.reader.items(fields.get("brands"), example="`- Acme`")
        brands = [self.known(item, self.brands, among="brands") for item in items]
        zone = self.zone(fields.get("zone"))
        since = self.moment(fields.get("from"), zone)
        until = self.moment(fields.get("until"), zone)
        if since is None or until is None or name is None:
            return None
        if until <= since:
            self.reader.note(fields["until"], fields["until"].node.value, "is not after `from`")
            return None
        return KnownEvent(name, tuple(brand for brand in brands if brand), since, until)

    def zone(self, place: Located | None) -> ZoneInfo | None:
        text = self.reader.text(place, max_characters=60)
        if text is None or place is None:
            return None
        try:
            return ZoneInfo(text)
        except (KeyError, ValueError, OSError):
            self.reader.note(place, text, "is no time zone; try Europe/Berlin or UTC")
            return ZoneInfo("UTC")

    def moment(self, place: Located | None, zone: ZoneInfo | None) -> datetime | None:
        if place is None:
            return None
        # YAML reads a bare time as one already; its text is what was written.
        is_time = getattr(place.node, "tag", "") == _TIMESTAMP
        text = str(place.node.value) if is_time else self.reader.text(place, max_characters=40)
        if text is None:
            return None
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            self.reader.note(place, text, "is no time; try 2026-12-01 09:00")
            return None
        if found.tzinfo is None and zone is None:
            self.reader.note(place, text, "add `zone: Europe/Berlin`, or an offset: 09:00+01:00")
            return None
        local = found if found.tzinfo else found.replace(tzinfo=zone)
        moment = local.astimezone(UTC)
        if local.tzinfo is zone and moment.astimezone(zone).replace(tzinfo=None) != found:
            self.reader.note(place, text, "the clocks skip this time there: choose another")
            return None
        return moment

    def minutes(self, place: Located | None, *, default: int, most: int) -> int:
        text = self.reader.text(place, max_characters=20)
        if text is None or place is None:
            return default
        found = _DURATION.fullmatch(text)
        value = int(found[1]) * _MINUTES[found[2]] if found else 0
        if not 1 <= value <= most:
            remedy = f"write a time such as 10m or 3h, at most {most // 1440}d"
            self.reader.note(place, text, remedy)
            return default
        return value

    def known(self, place: Located | None, names: Collection[str], *, among: str) -> str:
        """The name as the list has it, whatever way it is spelled; "" if it is not there."""
        text = self.reader.text(place, max_characters=_MAX_CHARACTERS)
        if text is None or place is None:
            return ""
        for name in names:
            if skeleton(name) == skeleton(text):
                return name
        self.reader.note(place, text, f"is none of the {among} of this file: add it, or mend this")
        return ""
