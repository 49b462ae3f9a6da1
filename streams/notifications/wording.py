"""Writes messages: what happened, since when, who carries it, in whose words.

Values are put in by `str.format`, which does not look into them; nothing here is markup.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from schemas.alert import Alert, Status
from schemas.direction import text_direction
from schemas.evidence import Carrier, Evidence, EvidencePost
from schemas.routes import Language, Route
from schemas.sentence import sentence
from streams.notifications.notification import Message, Notice, Quote, Section, What
from streams.notifications.plain_text import cleaned
from streams.notifications.words import WORDS, Words

MAX_SECTIONS: Final = 20
_MAX_NAMES: Final = 5
_MAX_QUOTES: Final = 3
_MAX_BRANDS: Final = 10
_QUOTED_SECTIONS: Final = 5
_SUBJECTS: Final = ("topic", "product")
_MAX_CARRIERS: Final = 4
_MAX_PHRASES: Final = 6
_NAME: Final = 80
_LINE: Final = 400
_QUOTE: Final = 280


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes in a route's language and by its clock. dashboard_url: for links."""

    route: Route
    dashboard_url: str

    @property
    def words(self) -> Words:
        """The route's language."""
        return WORDS[self.route.language]

    def incidents(self, told: Sequence[tuple[Notice, Alert]]) -> Message:
        """A message about one incident or several, at least one."""
        alerts = [alert for _, alert in told]
        few = len(told) <= _QUOTED_SECTIONS
        sections = [
            self._section(notice, alert, with_quotes=few) for notice, alert in told[:MAX_SECTIONS]
        ]
        title = sections[0].heading if len(told) == 1 else self._several(alerts)
        link = sections[0].link if len(told) == 1 else self._link()
        return self._message(title, [*sections, *self._rest(len(told))], link)

    def digest(self, alerts: Sequence[Alert], day: date, *, days: int = 1) -> Message:
        """The digest of the days before that day: of one, or of a week."""
        words = self.words
        title, nothing = words.digest, words.digest_empty
        if days > 1:
            title, nothing = words.weekly, words.weekly_empty
        sections = [self._digest_section(alert) for alert in alerts[:MAX_SECTIONS]]
        if days > 1 and alerts:
            sections.insert(0, self._by_brand(alerts))
        empty = [] if alerts else [Section(heading=nothing)]
        title = title.format(day=day.isoformat(), count=len(alerts))
        return self._message(title, [*sections, *empty, *self._rest(len(alerts))], self._link())

    def test(self) -> Message:
        """A message that says that it is none."""
        line = self.words.test_line.format(route=cleaned(self.route.name, most=_NAME))
        section = Section(heading=self.words.test_title, lines=(line,))
        return self._message(self.words.test_title, [section], self._link())

    def _message(self, title: str, sections: Sequence[Section], link: str) -> Message:
        return Message(
            title=title,
            sections=tuple(sections),
            link=link,
            link_label=self.words.open_dashboard,
        )

    def _several(self, alerts: Sequence[Alert]) -> str:
        brands = list(dict.fromkeys(cleaned(alert.brand, most=_NAME) for alert in alerts))
        names = brands[:_MAX_NAMES]
        if len(brands) > _MAX_NAMES:
            names.append(self.words.more.format(count=len(brands) - _MAX_NAMES))
        return self.words.several.format(count=len(alerts), names=self.words.comma.join(names))

    def _rest(self, count: int) -> list[Section]:
        if count <= MAX_SECTIONS:
            return []
        return [Section(heading=self.words.more.format(count=count - MAX_SECTIONS))]

    def _link(self, alert: Alert | None = None) -> str:
        """The dashboard's address of an incident, or of all of them."""
        if alert is None:
            return f"{self.dashboard_url}/?page=incidents"
        return f"{self.dashboard_url}/?incident={quote(alert.key, safe='')}"

    def _section(self, notice: Notice, alert: Alert, *, with_quotes: bool) -> Section:
        is_over = notice.what in {What.RESOLVED, What.OVER}
        lines = [self._sentence(alert), self._times(alert)]
        if notice.escalated_from:
            source = cleaned(notice.escalated_from, most=_NAME)
            lines.append(self.words.escalated.format(route=source))
        if alert.acknowledged is not None:
            who = cleaned(alert.acknowledged.by, most=_NAME)
            lines.append(self.words.acknowledged.format(who=who))
        evidence = alert.evidence
        if evidence and not is_over:
            lines += self._carried(evidence)
        shows = evidence is not None and with_quotes and notice.what is not What.RESOLVED
        return Section(
            heading=self._heading(self.words.prefixes[notice.what], alert),
            lines=tuple(line for line in lines if line),
            quotes=tuple(self._quotes(evidence)) if evidence and shows else (),
            link=self._link(alert),
        )

    def _digest_section(self, alert: Alert) -> Section:
        prefix = self.words.still_open if alert.status is Status.OPEN else ""
        lines = [self._sentence(alert), self._times(alert)]
        return Section(
            heading=self._heading(prefix, alert),
            lines=tuple(line for line in lines if line),
            link=self._link(alert),
        )

    def _by_brand(self, alerts: Sequence[Alert]) -> Section:
        """How many incidents each brand had, the most first, and how many of them are open."""
        counts = Counter(alert.brand for alert in alerts)
        still = Counter(alert.brand for alert in alerts if alert.status is Status.OPEN)
        shown = sorted(counts, key=lambda brand: (-counts[brand], brand))
        lines = [
            self.words.brand_line.format(
                brand=cleaned(brand, most=_NAME), count=counts[brand], open=still[brand]
            )
            for brand in shown[:_MAX_BRANDS]
        ]
        if len(shown) > _MAX_BRANDS:
            lines.append(self.words.more.format(count=len(shown) - _MAX_BRANDS))
        return Section(heading=self.words.by_brand, lines=tuple(lines))

    def _heading(self, prefix: str, alert: Alert) -> str:
        return self.words.heading.format(
            prefix=prefix,
            brand=cleaned(alert.brand, most=_NAME),
            kind=self.words.kind_of(alert),
            severity=self.words.severities[alert.severity],
        )

    def _sentence(self, alert: Alert) -> str:
        """What happened, in the route's language and time; the alert's own tells it in UTC."""
        if not alert.signals:
            english = self.route.language is Language.ENGLISH
            return cleaned(alert.sentence, most=_LINE) if english else ""
        zone = ZoneInfo(self.route.zone)
        told = sentence(alert, language=self.route.language.value, zone=zone)
        return cleaned(told, most=_LINE)

    def _times(self, alert: Alert) -> str:
        since = self._clock(alert.since)
        if alert.resolved_at is not None and alert.status is Status.RESOLVED:
            return self.words.lasted.format(since=since, until=self._clock(alert.resolved_at))
        return self.words.since.format(since=since)

    def _clock(self, at: datetime) -> str:
        local = at.astimezone(ZoneInfo(self.route.zone))
        return f"{local:%Y-%m-%d %H:%M} {local:%Z}"

    def _carried(self, evidence: Evidence) -> Iterator[str]:
        # Where nothing is known of the usual, only what a post is about is news in itself.
        telling = [
            carrier
            for carrier in evidence.carriers
            if carrier.usual is not None or carrier.dimension in _SUBJECTS
        ]
        carriers = sorted(telling, key=lambda one: -one.rise_share)[:_MAX_CARRIERS]
        if carriers:
            named = [
                self.words.carrier.format(
                    dimension=self.words.dimensions.get(carrier.dimension, carrier.dimension),
                    value=cleaned(self._named(carrier), most=_NAME),
                    share=round(carrier.rise_share * 100),
                )
                for carrier in carriers
            ]
            yield self.words.carried.format(carriers=self.words.comma.join(named))
        phrases = [
            self.words.phrase.format(text=cleaned(phrase.text, most=_NAME))
            for phrase in evidence.phrases[:_MAX_PHRASES]
        ]
        if phrases:
            yield self.words.phrases.format(phrases=self.words.comma.join(phrases))

    def _named(self, carrier: Carrier) -> str:
        named = {"lang": self.words.language_name, "country": self.words.country_name}
        name = named.get(carrier.dimension)
        return name(carrier.value) if name else carrier.value

    def _quotes(self, evidence: Evidence) -> Iterator[Quote]:
        posts = {
            (post.source, post.post_id): post
            for post in (*evidence.representative, *evidence.far_reaching)
        }
        for post in list(posts.values())[:_MAX_QUOTES]:
            text = cleaned(post.text, most=_QUOTE)
            if text:
                yield Quote(text, self._about(post), text_direction(post.text, post.lang))

    def _about(self, post: EvidencePost) -> str:
        parts = [cleaned(post.source, most=_NAME), self._clock(post.posted_at)]
        if post.lang not in {"", "und", self.route.language}:
            # Who cannot read it can at least tell what to have it translated from.
            parts.insert(1, cleaned(self.words.language_name(post.lang), most=_NAME))
        if post.copies > 1:
            parts.append(self.words.copies.format(count=post.copies))
        return self.words.comma.join(parts)
