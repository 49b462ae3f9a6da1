"""Which model version people saw when, and what a version changed."""

import html
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import streamlit as st

from dashboards import formats, shared, shared_trust, trust_coverage, trust_time_charts, view_state
from dashboards.feed import one_line
from dashboards.queries.trust_versions import Promoted
from dashboards.recorded_wording import recorded_text
from dashboards.shared_trust import Versions
from dashboards.time_range import Window, custom_window, milliseconds
from dashboards.trust_time_charts import Stretch
from dashboards.trust_wording import TRUST_WORDS as WORDS
from dashboards.views.breakdown import card_title
from dashboards.views.note import note
from dashboards.views.table import plain_table
from dashboards.views.trust_chart import draw
from dashboards.wording import WORDS as PAGE_WORDS

MAX_LINES: Final = 12
MAX_CHARACTERS: Final = 60
RESTATED_DAYS: Final = 30


def draw_versions(versions: Versions) -> None:
    """Draw two cards."""
    left, right = st.columns(2)
    with left.container(border=True, key="card-versions", height="stretch"):
        card_title(WORDS.versions, WORDS.versions_help)
        _versions(versions)
    with right.container(border=True, key="card-restated", height="stretch"):
        card_title(WORDS.restated, WORDS.restated_help)
        _restated(versions)


def stretches(promotions: Sequence[Promoted], now: datetime) -> list[Stretch]:
    """When which version was in use, the newest first. promotions: the newest first."""
    ends = [now, *(each.at for each in promotions)]
    return [
        Stretch(
            each.version, milliseconds(each.at), max(milliseconds(end), milliseconds(each.at)), live
        )
        for each, end, live in zip(
            promotions, ends, [True, *[False] * len(promotions)], strict=False
        )
    ]


def _versions(versions: Versions) -> None:
    promotions = versions.promotions
    if not promotions:
        note(WORDS.no_promotions)
        return
    now = datetime.now(UTC)
    names = _names([each.version for each in promotions])
    if len(promotions) > 1:
        draw(trust_time_charts.versions_over_time(stretches(promotions, now), names), "versions")
    heads = [WORDS.version, WORDS.since, WORDS.mentions, WORDS.held_out_right, WORDS.why]
    plain_table(heads, _lines(versions, now), name=WORDS.versions)


def _lines(versions: Versions, now: datetime) -> list[list[str]]:
    """Each time that a version was in use, the newest first, then those that only score beside."""
    promotions = versions.promotions[:MAX_LINES]
    times = formats.moment_labels([each.at for each in promotions], view_state.zone(), today=now)
    lines = [
        _line(versions, each.version, time, _why(each))
        for each, time in zip(promotions, times, strict=True)
    ]
    used = {each.version for each in versions.promotions}
    lines += [
        _line(versions, each.version, WORDS.beside, WORDS.beside_help)
        for each in versions.scored
        if each.version not in used
    ]
    return lines


def _line(versions: Versions, version: str, since: str, why: str) -> list[str]:
    scored = sum(each.mentions for each in versions.scored if each.version == version)
    name = one_line(version, characters=MAX_CHARACTERS)
    return [name, since, formats.count(scored), _held_out(versions, version), why]


def _why(promoted: Promoted) -> str:
    did = WORDS.actions.get(promoted.action, promoted.action)
    told = [
        one_line(recorded_text(text), characters=MAX_CHARACTERS)
        for text in (promoted.why, promoted.who)
        if text
    ]
    return f"{did}: {formats.listed(told)}"


def _held_out(versions: Versions, version: str) -> str:
    figures = versions.figures.get(version)
    if not figures:
        return PAGE_WORDS.no_value
    return formats.percent(trust_coverage.pooled(figures).accuracy.value)


def _restated(versions: Versions) -> None:
    pairs = _pairs(versions)
    brands = shared.names(_window()).brands
    if not pairs or not brands:
        note(WORDS.one_version)
        return
    shown = _names(sorted({version for pair in pairs for version in pair}))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        brand = st.selectbox(
            WORDS.brand,
            brands,
            format_func=lambda name: one_line(name, characters=MAX_CHARACTERS),
            key=_choice("trust_brand", brands),
        )
        old, new = st.selectbox(
            WORDS.compared,
            pairs,
            format_func=lambda pair: f"{shown[pair[0]]} \u2192 {shown[pair[1]]}",
            key=_choice("trust_pair", pairs),
        )
    days = shared_trust.restated(brand, old, new, _window())
    if not days:
        note(WORDS.no_restated)
        return
    draw(trust_time_charts.restated(days, old=shown[old], new=shown[new]), "restated")
    both = sum(day.new.total for day in days)
    st.html(f'<p class="gs-note">{html.escape(f"{WORDS.posts}: {formats.count(both)}")}</p>')


def _choice(name: str, options: Sequence[object]) -> str:
    """The key of a choice, which starts anew where what was chosen is not there any more."""
    key = view_state.widget(name, options[0])
    if st.session_state[key] not in options:
        st.session_state[key] = options[0]
    return key


def _pairs(versions: Versions) -> list[tuple[str, str]]:
    """Versions to compare: each promotion against what was in use before, then what is beside."""
    scored = [each.version for each in versions.scored]
    steps = zip(versions.promotions[1:], versions.promotions, strict=False)
    pairs = [(before.version, after.version) for before, after in steps]
    active = versions.active
    pairs += [(active, version) for version in scored]
    known = set(scored)
    wanted = [pair for pair in pairs if pair[0] != pair[1] and known.issuperset(pair)]
    unique: dict[frozenset[str], tuple[str, str]] = {}
    for pair in wanted:
        unique.setdefault(frozenset(pair), pair)
    return list(unique.values())


def _window() -> Window:
    zone = view_state.zone()
    midnight = datetime.now(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    until = midnight + timedelta(days=1)
    return custom_window(until - timedelta(days=RESTATED_DAYS), until, zone=zone)


def _names(versions: Sequence[str]) -> dict[str, str]:
    """Versions for people; two that read the same are told apart by a mark."""
    found: dict[str, str] = {}
    for version in dict.fromkeys(versions):
        name = one_line(version, characters=28) or PAGE_WORDS.no_name
        while name in found.values():
            name += "\u2032"
        found[version] = name
    return found
