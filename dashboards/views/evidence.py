"""What proves an incident: carriers, phrases, posts, and where they lie."""

import html
from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

import streamlit as st

from dashboards import addresses, formats
from dashboards.direction import isolated
from dashboards.feed import one_line
from dashboards.feed_component import draw_feed
from dashboards.filters import View, to_address
from dashboards.format_wording import FORMAT_WORDS
from dashboards.incident_posts import posts_behind
from dashboards.incident_wording import INCIDENT_WORDS as WORDS
from dashboards.language import language
from dashboards.queries.posts import FeedPost
from dashboards.views.breakdown import card_title
from dashboards.views.drawn_posts import drawn_posts
from dashboards.wording import WORDS as PAGE_WORDS
from schemas.alert import Alert
from schemas.evidence import Carrier, Evidence, EvidencePost, Phrase

_MAX_NAME_CHARACTERS: Final = 40
_MAX_OFFSETS: Final = 12


def evidence(alert: Alert) -> None:
    """Draw the evidence of the alert, or say that there is none."""
    found = alert.evidence
    if found is None:
        with st.container(border=True, key="card-no-evidence"):
            st.caption(WORDS.no_evidence)
        return
    st.html(f'<p class="gs-period gs-counted">{_counted(alert, found)}</p>')
    left, right = st.columns(2)
    with left.container(border=True, key="card-carriers", height="stretch"):
        known = found.usual is not None
        card_title(WORDS.carriers, WORDS.carriers_help if known else WORDS.carriers_of_posts_help)
        st.html(_carriers(alert, found))
    with right.container(border=True, key="card-phrases", height="stretch"):
        card_title(WORDS.phrases, WORDS.phrases_help)
        st.html(_phrases(found.phrases))
    left, right = st.columns(2)
    with left.container(border=True, key="card-representative", height="stretch"):
        card_title(WORDS.representative, WORDS.representative_help)
        _posts(alert, found.representative, "representative", WORDS.representative)
    with right.container(border=True, key="card-far", height="stretch"):
        card_title(WORDS.far_reaching, WORDS.far_reaching_help)
        _posts(alert, found.far_reaching, "far", WORDS.far_reaching)


def proof(alert: Alert) -> None:
    """Draw what leads back to the records and to the decision."""
    found = alert.evidence
    lines = []
    if found is not None:
        lines = [
            WORDS.offsets.format(
                topic=isolated(one_line(place.topic, characters=80)),
                partition=place.partition,
                first=place.first,
                last=place.last,
                posts=formats.count(place.posts),
            )
            for place in found.offsets[:_MAX_OFFSETS]
        ]
        names = formats.listed(one_line(name, characters=60) for name in found.model_versions)
        lines.append(WORDS.models.format(names=names))
    if alert.rule_hash:
        lines.append(WORDS.rule_hash.format(digest=one_line(alert.rule_hash[:12], characters=12)))
    items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    st.html(f'<ul class="gs-proof">{items}</ul>')
    if alert.reproduce:
        st.caption(WORDS.reproduce)
        st.code(one_line(alert.reproduce, characters=1_000), language=None, wrap_lines=True)


def _counted(alert: Alert, found: Evidence) -> str:
    told = html.escape(WORDS.counted).format(
        posts=_linked(formats.count(found.posts), posts_behind(alert, found)),
        voices=formats.count(found.voices),
        negative=_linked(formats.count(found.negative), posts_behind(alert, found, negative=True)),
    )
    if found.usual is None:
        return told
    usual = WORDS.counted_usual.format(usual=_number(found.usual))
    return FORMAT_WORDS.semicolon.join([told, html.escape(usual)])


def _linked(told: str, view: View | None) -> str:
    """What is told, as a link to its posts where there is a view that has just these."""
    text = html.escape(told)
    return text if view is None else addresses.linked(text, to_address(view))


def _carriers(alert: Alert, found: Evidence) -> str:
    """Small bars, one group a dimension. A name is text; its bar's length is all that is drawn."""
    groups = []
    for dimension, members in groupby(found.carriers, key=lambda carrier: carrier.dimension):
        title = html.escape(WORDS.dimensions.get(dimension, dimension))
        bars = "".join(
            _bar(carrier, posts_behind(alert, found, carrier=carrier)) for carrier in members
        )
        groups.append(f"<section><h4>{title}</h4><ul>{bars}</ul></section>")
    return f'<div class="gs-carriers">{"".join(groups)}</div>'


def _bar(carrier: Carrier, posts: View | None) -> str:
    named = {"lang": formats.language_name, "country": formats.country_name}
    name = named.get(carrier.dimension, str)(carrier.value)
    told = WORDS.carried_posts.format(posts=formats.count(carrier.posts))
    if carrier.usual is not None:
        usual = _number(carrier.usual)
        told = WORDS.carried.format(posts=formats.count(carrier.posts), usual=usual)
    width = round(100 * min(max(carrier.rise_share, 0.0), 1.0))
    return (
        f'<li title="{html.escape(told)}">'
        f"<bdi>{html.escape(one_line(name, characters=_MAX_NAME_CHARACTERS))}</bdi>"
        f'<span class="gs-bar"><span style="width: {width}%"></span></span>'
        f"<b>{width}%</b><small>{_linked(told, posts)}</small></li>"
    )


def _phrases(phrases: Sequence[Phrase]) -> str:
    if not phrases:
        return f'<p class="gs-note">{html.escape(WORDS.no_phrases)}</p>'
    items = "".join(
        f"<li><bdi>{html.escape(one_line(phrase.text, characters=80))}</bdi>"
        f"<small>{html.escape(_phrase_told(phrase))}</small></li>"
        for phrase in phrases
    )
    return f'<ul class="gs-phrases">{items}</ul>'


def _phrase_told(phrase: Phrase) -> str:
    return WORDS.phrase_told.format(
        posts=formats.count(phrase.posts),
        share=formats.percent(phrase.share),
        usual=formats.percent(phrase.usual_share),
    )


def _posts(alert: Alert, posts: Sequence[EvidencePost], name: str, label: str) -> None:
    if not posts:
        st.caption(WORDS.no_posts)
        return
    drawn = drawn_posts(_as_post(post, alert.brand) for post in posts)
    data: dict[str, Any] = {
        "cards": [{**card, "copies": post.copies} for card, post in zip(drawn, posts, strict=True)],
        "words": {**PAGE_WORDS.card, "sentiments": PAGE_WORDS.sentiments, "label": label},
        "filter": f"{alert.key}-{name}",
        "reach": "",
        "locale": language(),
        "more": False,
        "end": "",
    }
    draw_feed(data, key=f"evidence-{name}", on_more=_nothing, on_topic=_nothing)


def _as_post(post: EvidencePost, brand: str) -> FeedPost:
    return FeedPost(
        brand=brand,
        posted_at=post.posted_at,
        source=post.source,
        post_id=post.post_id,
        kind="",
        text=post.text,
        characters=len(post.text),
        lang=post.lang,
        product="",
        rating=None,
        author=post.author,
        url=post.url,
        country="",
        reach=post.reach,
        sentiment=post.sentiment,
        score=post.score,
        topics=(),
        model_version="",
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}".removesuffix(".0")


def _nothing() -> None:
    """The quoted posts are all there are."""
