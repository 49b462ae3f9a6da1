"""Whether what comes in, or what the model says of it, moved; each leads to its posts."""

import html
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final

import streamlit as st

from dashboards import addresses, formats, trust_drift_charts
from dashboards.feed import one_line
from dashboards.filters import EXPLORE, FeedFilter, Scope, View, to_address
from dashboards.measures import Counts, net_sentiment
from dashboards.narrowing import Narrowing
from dashboards.queries.trust_drift import LENGTHS, MAX_READ, Spread
from dashboards.trust_drift import Band, Shift
from dashboards.trust_labels import BINS
from dashboards.trust_wording import TRUST_WORDS as WORDS
from dashboards.views.breakdown import card_title
from dashboards.views.note import note
from dashboards.views.trust_chart import draw
from dashboards.wording import WORDS as PAGE_WORDS
from schemas.scores import SENTIMENTS

_THIS_WEEK: Final = Scope(range_name="7d")
_UNKNOWN_LANG: Final = "und"
_CHARTS: Final = ("lang", "source", "sentiment", "length", "confidence")
_ROWS: Final = ("lang", "unknown", "source", "length", "sentiment", "confidence")


def draw_drift(spreads: Mapping[str, Spread], shifts: Mapping[str, Shift]) -> None:
    """Draw the comparisons as a table, and the larger ones as charts."""
    with st.container(border=True, key="card-drift"):
        card_title(WORDS.drift, WORDS.drift_help)
        if not shifts["lang"].now:
            note(WORDS.no_posts)
            return
        _table(spreads, shifts)
        read, posts = shifts["confidence"], shifts["lang"]
        if posts.now + posts.before > MAX_READ:
            note(WORDS.sliced.format(count=formats.count(read.now + read.before)))
        columns = st.columns(len(_CHARTS))
        for column, kind in zip(columns, _CHARTS, strict=True):
            with column:
                card_title(WORDS.signals[kind], f"{WORDS.signals_help[kind]} {WORDS.shift_help}")
                chart = trust_drift_charts.shift_chart(
                    _in_order(kind, shifts[kind]),
                    title=WORDS.signals[kind],
                    label=partial(_name, kind),
                )
                draw(chart, f"drift-{kind}", leads=partial(posts_of, kind))


def posts_of(kind: str, name: str) -> View | None:
    """The posts of this week that are in the category, on the page Explore; None for none.

    kind: lang, unknown, source, length, sentiment or confidence.
    """
    if not name:
        return None
    week = View(_THIS_WEEK, page=EXPLORE)
    if kind in {"lang", "unknown"}:
        lang = name if kind == "lang" else _UNKNOWN_LANG
        return replace(week, scope=replace(_THIS_WEEK, langs=(lang,)))
    if kind == "source":
        return replace(week, scope=replace(_THIS_WEEK, sources=(name,)))
    if kind == "sentiment":
        return replace(week, feed=FeedFilter(sentiments=(name,)))
    low, high = _ends(kind, int(name))
    if kind == "length":
        most = None if high is None else high - 1
        return replace(week, narrowing=Narrowing(least_length=low, most_length=most))
    return replace(week, narrowing=Narrowing(least_sure=low, most_sure=high))


def _ends(kind: str, start: int) -> tuple[int, int | None]:
    """Where a class of lengths or probabilities begins and where the next one does."""
    if kind == "confidence":
        return start * 100 // BINS, None if start == BINS - 1 else (start + 1) * 100 // BINS
    return start, next((edge for edge in LENGTHS if edge > start), None)


def _name(kind: str, name: str) -> str:
    """A category's name for people."""
    if kind in {"length", "confidence"}:
        return _class_name(kind, *_ends(kind, int(name)))
    if kind == "unknown":
        return WORDS.unknown if name == "yes" else WORDS.known
    if kind == "lang":
        return formats.language_name(name)
    return PAGE_WORDS.sentiments.get(name, name) if kind == "sentiment" else name


def _class_name(kind: str, low: int, high: int | None) -> str:
    if kind == "confidence":
        return WORDS.confidence_range.format(low=low, high=high or 100)
    if high is None:
        return WORDS.length_from.format(low=low)
    return WORDS.length_range.format(low=low, high=high - 1)


def _in_order(kind: str, shift: Shift) -> Shift:
    """Classes by their own order, others by their posts."""
    if kind in {"length", "confidence"}:
        return replace(shift, parts=tuple(sorted(shift.parts, key=lambda part: int(part.name))))
    if kind == "sentiment":
        order = {name: place for place, name in enumerate(SENTIMENTS)}
        parts = sorted(shift.parts, key=lambda part: order.get(part.name, len(order)))
        return replace(shift, parts=tuple(parts))
    return shift


def _table(spreads: Mapping[str, Spread], shifts: Mapping[str, Shift]) -> None:
    heads = [
        WORDS.signal,
        WORDS.this_week,
        WORDS.weeks_before,
        WORDS.index,
        WORDS.in_words,
        WORDS.moved_most,
    ]
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in heads)
    body = "".join(_row(kind, spreads.get(kind), shifts[kind]) for kind in _ROWS)
    name = html.escape(WORDS.drift)
    st.html(
        f'<div class="gs-scroll" role="region" tabindex="0" aria-label="{name}">'
        f'<table class="gs-table gs-plain"><thead><tr>{head}</tr></thead><tbody>{body}</tbody>'
        "</table></div>"
    )


def _row(kind: str, spread: Spread | None, shift: Shift) -> str:
    now, before = _two(kind, spread, shift)
    signal = _told(WORDS.signals[kind], WORDS.signals_help[kind])
    few = shift.band is Band.FEW
    index = PAGE_WORDS.no_value
    if shift.before and shift.now:
        chance = WORDS.index_help.format(chance=f"{shift.chance:.2f}")
        index = _told(f"{shift.index:.2f}", chance)
    band = html.escape(WORDS.bands[shift.band])
    cells = [
        html.escape(now),
        html.escape(before),
        index,
        f'<span class="gs-chip gs-band-{shift.band.value}">{band}</span>',
        "" if few and not (shift.now and shift.before) else _foremost(kind, shift),
    ]
    rest = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><th scope="row">{signal}</th>{rest}</tr>'


def _told(text: str, told: str) -> str:
    return f'<abbr title="{html.escape(told)}">{html.escape(text)}</abbr>'


def _two(kind: str, spread: Spread | None, shift: Shift) -> tuple[str, str]:
    """One number that says most of each of the two periods."""
    if kind == "unknown":
        found = next((part for part in shift.parts if part.name == "yes"), None)
        return (formats.percent(found.now), formats.percent(found.before)) if found else ("", "")
    if spread is None:
        return "", ""
    if kind in {"lang", "source"}:
        words = WORDS.languages_count if kind == "lang" else WORDS.sources_count
        return (
            words.format(count=formats.count(len(spread.now))),
            words.format(count=formats.count(len(spread.before))),
        )
    if kind == "sentiment":
        return _net(spread.now), _net(spread.before)
    means = []
    for mean in (spread.mean_now, spread.mean_before):
        if mean is None:
            means.append(PAGE_WORDS.no_value)
        elif kind == "length":
            means.append(WORDS.characters.format(mean=formats.count(round(mean))))
        else:
            means.append(WORDS.mean_of.format(mean=formats.percent(mean)))
    return means[0], means[1]


def _net(counts: Mapping[str, int]) -> str:
    net = net_sentiment(Counts(*(counts.get(name, 0) for name in SENTIMENTS)))
    return f"{WORDS.net} {formats.signed_percent(net.value)}" if net else PAGE_WORDS.no_value


def _foremost(kind: str, shift: Shift) -> str:
    part = shift.foremost
    if part is None:
        return ""
    if kind == "unknown":
        part = next(each for each in shift.parts if each.name == "yes")
    name = one_line(_name(kind, part.name), characters=40) or PAGE_WORDS.no_name
    told = WORDS.from_to.format(
        name=name, before=formats.percent(part.before), now=formats.percent(part.now)
    )
    target = posts_of(kind, part.name)
    text = f"<bdi>{html.escape(told)}</bdi>"
    if target is None:
        return text
    return addresses.linked(text, to_address(target))
