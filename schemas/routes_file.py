"""Reads the part `routes:` of the watchlist file."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from schemas.alert import Kind, Severity
from schemas.marked_yaml import Located, MarkedReader
from schemas.route_targets import TARGET_KEYS, TargetReader
from schemas.routes import (
    DEFAULT_WAIT_S,
    Channel,
    Escalation,
    Filters,
    GroupBy,
    Language,
    QuietHours,
    Route,
    Target,
    WeeklyTime,
)
from schemas.skeleton import skeleton

MAX_ROUTES: Final = 100
MAX_RATE: Final = 1000
MAX_NAME: Final = 100
LONGEST_S: Final = {"wait": 600, "repeat": 7 * 86_400, "after": 86_400}
ROUTE_KEYS: Final = (
    "name", *TARGET_KEYS, "language", "zone", "filters", "group", "repeat", "rate", "quiet",
    "escalate", "digest", "weekly", "immediate", "send_resolved",
)  # fmt: skip
FILTER_KEYS: Final = ("brands", "kinds", "severity", "languages", "topics")
GROUP_KEYS: Final = ("by", "wait")
QUIET_KEYS: Final = ("from", "until", "critical_passes")
ESCALATION_KEYS: Final = ("to", "after")
_DURATION: Final = re.compile(r"(\d{1,6})\s*(s|m|min|h|d)")
_SECONDS: Final = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
WEEKDAYS: Final = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}([-_][A-Za-z0-9]{1,8})*")
_WHOLE: Final = "tag:yaml.org,2002:int"
_Word = TypeVar("_Word", bound=StrEnum)


def read_routes(
    reader: MarkedReader,
    place: Located | None,
    *,
    brands: Collection[str],
    topics: Collection[str],
) -> tuple[Route, ...]:
    """Read the part; what is wrong is noted in the reader.

    brands, topics: names, as the rest of the file has them.
    """
    items = reader.items(place, example="`- name: risk team`")
    if len(items) > MAX_ROUTES:
        reader.note(items[MAX_ROUTES], "(route)", f"write at most {MAX_ROUTES} routes")
    parser = _RouteParser(reader, brands, topics)
    found = [(item, parser.route(item)) for item in items[:MAX_ROUTES]]
    routes: dict[str, Route] = {}
    for item, route in found:
        if route and route.name in routes:
            twice = Located(item.node, f"{item.path}.name")
            reader.note(twice, route.name, "stands twice among the routes: rename one")
        elif route:
            routes[route.name] = route
    for item, route in found:
        if route and route.escalation:
            parser.check_escalation(item, route, routes)
    return tuple(routes.values())


@dataclass(frozen=True, slots=True)
class _RouteParser:
    reader: MarkedReader
    brands: Collection[str]
    topics: Collection[str]

    def route(self, place: Located) -> Route | None:
        fields = self.reader.mapping(place, known=ROUTE_KEYS, required=["name", "channel"])
        name = self.reader.text(fields.get("name"), max_characters=MAX_NAME)
        target = TargetReader(self.reader, fields, place).target()
        # All of it is read, for its mistakes, even where the target has some.
        route = self.timing(fields, name or "", target or Target(channel=Channel.WEBHOOK))
        return route if name and target else None

    def timing(self, fields: dict[str, Located], name: str, target: Target) -> Route:
        group = fields.get("group")
        grouping = self.reader.mapping(group, known=GROUP_KEYS) if group else {}
        wait_s = self.seconds(grouping.get("wait"), "wait")
        return Route(
            name=name,
            target=target,
            filters=self.filters(fields.get("filters")),
            language=self.word(fields.get("language"), Language) or Language.ENGLISH,
            zone=self.zone(fields.get("zone")),
            group_by=self.word(grouping.get("by"), GroupBy) or GroupBy.BRAND,
            wait_s=DEFAULT_WAIT_S if wait_s is None else wait_s,
            repeat_s=self.seconds(fields.get("repeat"), "repeat", least=60),
            rate=self.whole(fields.get("rate"), most=MAX_RATE),
            quiet=self.quiet(fields.get("quiet")),
            escalation=self.escalation(fields.get("escalate")),
            digest=self.clock(fields.get("digest")),
            weekly=self.weekly(fields.get("weekly")),
            immediate=self.reader.flag(fields.get("immediate"), default=True),
            send_resolved=self.reader.flag(fields.get("send_resolved"), default=True),
        )

    def filters(self, place: Located | None) -> Filters:
        if place is None:
            return Filters()
        fields = self.reader.mapping(place, known=FILTER_KEYS)
        items = self.reader.items(fields.get("kinds"), example="`- negative`")
        kinds = [self.word(item, Kind) for item in items]
        languages = []
        for item in self.reader.items(fields.get("languages"), example="`- de`"):
            code = self.reader.text(item, max_characters=20)
            if code and not _LANGUAGE.fullmatch(code):
                self.reader.note(item, code, "write a language's code, such as `de`")
            elif code:
                languages.append(code)
        return Filters(
            brands=self.known(fields.get("brands"), self.brands, among="brands"),
            kinds=tuple(kind for kind in kinds if kind),
            severity=self.word(fields.get("severity"), Severity) or Severity.NOTICE,
            languages=tuple(languages),
            topics=self.known(fields.get("topics"), self.topics, among="topics"),
        )

    def known(
        self, place: Located | None, names: Collection[str], *, among: str
    ) -> tuple[str, ...]:
        """Names as the file's list has them, whatever way they are spelled."""
        by_skeleton = {skeleton(name): name for name in names}
        found: dict[str, None] = {}
        for item in self.reader.items(place, example="`- Acme`"):
            text = self.reader.text(item, max_characters=200)
            if text is None:
                continue
            name = by_skeleton.get(skeleton(text))
            if name is None:
                remedy = f"is none of the {among} of this file: add it, or mend this"
                self.reader.note(item, text, remedy)
            else:
                found[name] = None
        return tuple(found)

    def quiet(self, place: Located | None) -> QuietHours | None:
        if place is None:
            return None
        fields = self.reader.mapping(place, known=QUIET_KEYS, required=["from", "until"])
        since, until = self.clock(fields.get("from")), self.clock(fields.get("until"))
        passes = self.reader.flag(fields.get("critical_passes"), default=False)
        if since is None or until is None:
            return None
        if since == until:
            self.reader.note(fields["until"], f"{until:%H:%M}", "is the same as `from`: change one")
            return None
        return QuietHours(since=since, until=until, critical_passes=passes)

    def escalation(self, place: Located | None) -> Escalation | None:
        if place is None:
            return None
        fields = self.reader.mapping(place, known=ESCALATION_KEYS, required=ESCALATION_KEYS)
        to = self.reader.text(fields.get("to"), max_characters=MAX_NAME)
        after_s = self.seconds(fields.get("after"), "after", least=60)
        return Escalation(to=to, after_s=after_s) if to and after_s else None

    def check_escalation(self, place: Located, route: Route, routes: dict[str, Route]) -> None:
        """Note an escalation to nobody, or one that comes back to its beginning."""
        assert route.escalation
        at = Located(place.node, f"{place.path}.escalate.to")
        seen, step = [route.name], route
        while step.escalation:
            following = routes.get(step.escalation.to)
            if following is None:
                if step is route:
                    self.reader.note(at, step.escalation.to, "is no route of this file: add it")
                return
            if following.name in seen:
                if following is route:
                    self.reader.note(at, route.escalation.to, "comes back here: end the circle")
                return
            seen.append(following.name)
            step = following

    def word(self, place: Located | None, words: type[_Word]) -> _Word | None:
        text = self.reader.text(place, max_characters=40)
        if text is None or place is None:
            return None
        try:
            return words(text.lower())
        except ValueError:
            self.reader.note(place, text, f"write one of {', '.join(words)}")
            return None

    def zone(self, place: Located | None) -> str:
        text = self.reader.text(place, max_characters=60)
        if text is None or place is None:
            return "UTC"
        try:
            return ZoneInfo(text).key
        except (KeyError, ValueError, OSError):
            self.reader.note(place, text, "is no time zone; try Europe/Berlin or UTC")
            return "UTC"

    def clock(self, place: Located | None) -> time | None:
        text = self.reader.text(place, max_characters=20)
        if text is None or place is None:
            return None
        found = _CLOCK.fullmatch(text)
        if not found:
            self.reader.note(place, text, 'write a time of day as "07:30"')
            return None
        return time(int(found[1]), int(found[2]))

    def weekly(self, place: Located | None) -> WeeklyTime | None:
        text = self.reader.text(place, max_characters=20)
        if text is None or place is None:
            return None
        day, _, clock = text.lower().partition(" ")
        found = _CLOCK.fullmatch(clock.strip())
        if day not in WEEKDAYS or not found:
            self.reader.note(place, text, "write a day and a time, such as monday 08:00")
            return None
        at = time(int(found[1]), int(found[2]))
        return WeeklyTime(weekday=WEEKDAYS.index(day), at=at)

    def seconds(self, place: Located | None, key: str, *, least: int = 0) -> float | None:
        most = LONGEST_S[key]
        text = self.reader.text(place, max_characters=20)
        if text is None or place is None:
            return None
        found = _DURATION.fullmatch(text)
        value = int(found[1]) * _SECONDS[found[2]] if found else -1
        if not least <= value <= most:
            remedy = f"write a time such as 30s, 15m or 4h, from {least} s to {most} s"
            self.reader.note(place, text, remedy)
            return None
        return float(value)

    def whole(self, place: Located | None, *, most: int) -> int | None:
        if place is None:
            return None
        node = place.node
        if getattr(node, "tag", "") == _WHOLE and re.fullmatch(r"\d{1,6}", str(node.value)):
            value = int(node.value)
            if 1 <= value <= most:
                return value
        self.reader.note(place, str(node.value), f"write a whole number from 1 to {most}")
        return None
