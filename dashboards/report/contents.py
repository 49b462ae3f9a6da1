"""What of a view is put on a sheet. Pure: numbers and posts in, a sheet out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from dashboards import charts, compare_charts, formats, group_charts, incident_charts
from dashboards.charts import Overlay
from dashboards.compare_charts import names_of
from dashboards.compare_wording import COMPARE_WORDS
from dashboards.feed import one_line, visible_text
from dashboards.filters import View
from dashboards.incident_sentence import sentence_in
from dashboards.incident_wording import INCIDENT_WORDS
from dashboards.language import language
from dashboards.measures import net_sentiment, share
from dashboards.queries.breakdown import Breakdown
from dashboards.queries.comparison import Standing
from dashboards.queries.incidents import History
from dashboards.queries.overview import Overview
from dashboards.queries.posts import FeedPost
from dashboards.queries.timeline import Point
from dashboards.report.sheet import Fact, Picture, Quote, Sheet
from dashboards.report_wording import REPORT_WORDS
from dashboards.time_range import Window
from dashboards.views.headline import Tile, mood_tiles_of, tiles_of
from dashboards.wording import WORDS
from schemas.direction import text_direction
from schemas.evidence import EvidencePost

MAX_QUOTES: Final = 8
_QUOTE_CHARACTERS: Final = 280
_NAME_CHARACTERS: Final = 60
_MAX_NAMED: Final = 6


@dataclass(frozen=True, slots=True)
class Frame:
    """What every sheet tells of itself: the view and its period, the reader's clock, now."""

    view: View
    window: Window
    zone: tzinfo
    now: datetime

    def period(self) -> str:
        """The period in the reader's time."""
        return " \u2013 ".join(self.moments(self.window.since, self.window.until))

    def moments(self, *moments: datetime) -> list[str]:
        """Moments in the reader's time."""
        return formats.moment_labels(moments, self.zone, today=self.now)

    def footer(self) -> str:
        """Where the sheet comes from."""
        at = f"{self.now.astimezone(self.zone):%Y-%m-%d %H:%M %Z}"
        return REPORT_WORDS.footer.format(time=at)


def now_sheet(
    frame: Frame, numbers: Overview, posts: Sequence[FeedPost], overlay: Overlay
) -> Sheet:
    """The page Now."""
    pictures = [
        Picture(WORDS.over_time, _over_time(numbers, overlay), wide=True),
        Picture(
            WORDS.share_of_voice,
            group_charts.by_group(numbers.brands, title=WORDS.share_of_voice),
        ),
        Picture(WORDS.topics, group_charts.by_topic(numbers.topics)),
    ]
    return _sheet(frame, WORDS.now_page, map(_fact, tiles_of(numbers)), pictures, posts)


def explore_sheet(frame: Frame, found: Breakdown, posts: Sequence[FeedPost]) -> Sheet:
    """The page Explore."""
    facets, others = found.facets, found.others
    language_chart = group_charts.by_group(
        facets["lang"], title=WORDS.langs, label=formats.language_name, others=others["lang"]
    )
    pictures = [
        Picture(WORDS.over_time, charts.over_time(found.buckets, live=False), wide=True),
        Picture(WORDS.topics, group_charts.by_topic(facets["topic"], others=others["topic"])),
        Picture(WORDS.langs, language_chart),
    ]
    facts = map(_fact, mood_tiles_of(found.total))
    return _sheet(frame, REPORT_WORDS.explore, facts, pictures, posts)


def compare_sheet(frame: Frame, compared: Sequence[Standing]) -> Sheet:
    """The page Compare."""
    whole = sum(one.total.total for one in compared)
    heads = (COMPARE_WORDS.brand, WORDS.mentions, COMPARE_WORDS.share, COMPARE_WORDS.net)
    rows = []
    for one in compared:
        net, part = net_sentiment(one.total), share(one.total.total, whole)
        rows.append(
            (
                _one_name(one.brand),
                formats.count(one.total.total),
                formats.percent(part.value) if part else WORDS.no_value,
                (
                    f"{formats.signed_percent(net.value)} "
                    f"({formats.signed_percent(net.low)} \u2013 {formats.signed_percent(net.high)})"
                    if net
                    else WORDS.no_value
                ),
            )
        )
    brands = names_of([one.brand for one in compared])
    nets = {one.brand: (one.total, net) for one in compared if (net := net_sentiment(one.total))}
    chart = compare_charts.net_by_brand(nets, label=brands.__getitem__)
    pictures = [Picture(COMPARE_WORDS.net, chart, wide=True)]
    return _sheet(frame, COMPARE_WORDS.page, (), pictures, (), rows=(heads, *rows))


def incident_sheet(frame: Frame, found: History, points: Sequence[Point]) -> Sheet:
    """One incident's page."""
    alert = found.alert
    times = frame.moments(alert.since, *([alert.resolved_at] if alert.resolved_at else []))
    evidence = alert.evidence
    phrases = [one.text for one in evidence.phrases[:_MAX_NAMED]] if evidence else []
    parts = [
        INCIDENT_WORDS.kinds[alert.kind],
        INCIDENT_WORDS.severities[alert.severity],
        INCIDENT_WORDS.statuses[alert.status],
        " \u2013 ".join(times),
    ]
    sentence = sentence_in(alert, frame.zone)
    lines = [one_line(sentence, characters=400), " \u00b7 ".join(parts)]
    if phrases:
        named = ", ".join(one_line(text, characters=_NAME_CHARACTERS) for text in phrases)
        lines.append(f"{INCIDENT_WORDS.phrases}: {named}")
    facts = []
    if evidence:
        facts = [
            Fact(INCIDENT_WORDS.posts, formats.count(evidence.posts)),
            Fact(INCIDENT_WORDS.negative, formats.count(evidence.negative)),
            *(
                Fact(
                    INCIDENT_WORDS.dimensions.get(one.dimension, one.dimension),
                    formats.percent(one.rise_share),
                    (one_line(one.value, characters=_NAME_CHARACTERS),),
                )
                for one in evidence.carriers[:2]
            ),
        ]
    chart = incident_charts.timeline(points, found.events)
    return Sheet(
        title=one_line(alert.brand, characters=80),
        lines=tuple(lines),
        footer=frame.footer(),
        facts=tuple(facts),
        pictures=(Picture(INCIDENT_WORDS.timeline, chart, wide=True),),
        quotes_title=INCIDENT_WORDS.representative,
        quotes=tuple(_evidence(frame, evidence.representative)) if evidence else (),
        lang=language(),
    )


def _sheet(  # noqa: PLR0913 - what stands on it, from top to bottom
    frame: Frame,
    title: str,
    facts: Iterable[Fact],
    pictures: Sequence[Picture],
    posts: Sequence[FeedPost],
    *,
    rows: tuple[tuple[str, ...], ...] = (),
) -> Sheet:
    return Sheet(
        title=f"Groundswell \u00b7 {title}",
        lines=(frame.period(), *_chosen(frame.view)),
        footer=frame.footer(),
        facts=tuple(facts),
        rows=rows,
        pictures=tuple(one for one in pictures if one.chart.rows),
        quotes_title=WORDS.posts if posts else "",
        quotes=tuple(_posts(frame, posts)),
        lang=language(),
    )


def _one_name(name: str) -> str:
    return one_line(name, characters=_NAME_CHARACTERS) or WORDS.no_name


def _chosen(view: View) -> list[str]:
    """What narrows the view, a line for each kind of filter."""
    scope, feed, narrowing = view.scope, view.feed, view.narrowing
    named = {
        WORDS.brands: scope.brands,
        WORDS.langs: tuple(map(formats.language_name, scope.langs)),
        WORDS.sources: scope.sources,
        WORDS.sentiment_filter: tuple(WORDS.sentiments[name] for name in feed.sentiments),
        WORDS.topics: feed.topics,
        REPORT_WORDS.search: (feed.text,) if feed.text else (),
        REPORT_WORDS.further: (
            *narrowing.products,
            *map(formats.country_name, narrowing.countries),
            *narrowing.authors,
            *narrowing.emotions,
        ),
    }
    return [
        f"{label}: {', '.join(map(_one_name, names))}" for label, names in named.items() if names
    ]


def _fact(tile: Tile) -> Fact:
    return Fact(tile.label, tile.value, tuple(filter(None, (tile.delta, *tile.notes))))


def _over_time(numbers: Overview, overlay: Overlay) -> charts.Chart:
    return charts.over_time(numbers.buckets, live=False, overlay=overlay)


def _posts(frame: Frame, posts: Sequence[FeedPost]) -> Iterable[Quote]:
    for post in posts[:MAX_QUOTES]:
        [at] = frame.moments(post.posted_at)
        parts = [at, post.brand, post.source, WORDS.sentiments.get(post.sentiment, "")]
        yield _quote(parts, post)


def _evidence(frame: Frame, posts: Sequence[EvidencePost]) -> Iterable[Quote]:
    for post in posts[:MAX_QUOTES]:
        [at] = frame.moments(post.posted_at)
        copies = WORDS.card["copies"].format(count=post.copies) if post.copies > 1 else ""
        parts = [at, post.source, WORDS.sentiments.get(post.sentiment, ""), copies]
        yield _quote(parts, post)


def _quote(about: Iterable[str], post: FeedPost | EvidencePost) -> Quote:
    direction = text_direction(post.text, post.lang)
    foreign = post.lang not in {"", "und", language()}
    about = [*about, formats.language_name(post.lang) if foreign else ""]
    return Quote(_about(about), _quoted(post.text), post.lang, post.sentiment, direction)


def _about(parts: Iterable[str]) -> str:
    return " \u00b7 ".join(one_line(part, characters=_NAME_CHARACTERS) for part in parts if part)


def _quoted(text: str) -> str:
    return one_line(visible_text(text), characters=_QUOTE_CHARACTERS)
