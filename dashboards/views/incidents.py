"""The page "Incidents": the list, or the one that the address names."""

import html
from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from dashboards import addresses, formats, shared_incidents, view_state
from dashboards.direction import isolated, with_names_isolated
from dashboards.feed import one_line
from dashboards.incident_list import draw_list
from dashboards.incident_sentence import sentence_in
from dashboards.incident_wording import INCIDENT_WORDS as WORDS
from dashboards.language import language
from dashboards.queries.incidents import Listed
from dashboards.time_range import milliseconds
from dashboards.views import navigation, states
from dashboards.views.backtest import backtest
from dashboards.views.incident import incident_page
from dashboards.views.page_top import page_top
from dashboards.views.watch_editor import editor, editor_choice, may_edit
from dashboards.views.watch_line import watch_line

REFRESH_S: Final = 2
MAX_SENTENCE_CHARACTERS: Final = 400
_LIST: Final = "incident-list"


def incidents_page(*, demo: bool) -> None:
    """Draw the page."""
    with page_top(demo=demo):
        st.fragment(watch_line, run_every=REFRESH_S)()
    key = navigation.incident()
    if key:
        incident_page(key, leave=navigation.to_incidents)
        return
    if may_edit():
        part = navigation.edited()
        editor_choice(part)
        if part:
            editor(part)
            return
    st.fragment(_list, run_every=REFRESH_S, key="incidents")()
    backtest()


def _list() -> None:
    with states.faults_shown():
        found = shared_incidents.listed()
        if not found:
            states.panel(WORDS.empty, WORDS.empty_note, icon="empty")
            return
        st.html(f'<p class="gs-period">{html.escape(_summary(found))}</p>')
        with st.container(key="incident-lines"):
            draw_list(_data(found), key=_LIST, on_open=_opened)


def _opened() -> None:
    key = st.session_state[_LIST].get("open")
    if isinstance(key, str) and key:
        navigation.to_incident(key)
        st.rerun()


def _summary(found: Sequence[Listed]) -> str:
    """How many are open, and how often people said that it was one."""
    open_ones = sum(one.is_open for one in found)
    judged = [one.verdict for one in found if one.verdict]
    parts = [WORDS.open_now.format(count=open_ones) if open_ones else WORDS.none_open]
    if judged:
        right = judged.count("incident")
        parts.append(WORDS.precision.format(right=right, judged=len(judged)))
    return " \u00b7 ".join(parts)


def _data(found: Sequence[Listed]) -> dict[str, Any]:
    return {"lines": [_line(one) for one in found], "label": WORDS.listed, "locale": language()}


def _line(one: Listed) -> dict[str, Any]:
    zone, today = view_state.zone(), view_state.now()
    [opened] = formats.moment_labels([one.opened_at], zone, today=today)
    return {
        "key": one.key,
        "address": addresses.link({navigation.INCIDENT: one.key}) if one.key.isalnum() else "#",
        "brand": one_line(one.brand, characters=80),
        "sentence": with_names_isolated(
            one_line(sentence_in(one.alert, zone), characters=MAX_SENTENCE_CHARACTERS)
        ),
        "status": one.status,
        "status_word": WORDS.statuses.get(one.status, one.status),
        "severity": one.severity,
        "severity_word": WORDS.severities.get(one.severity, one.severity),
        "time_ms": milliseconds(one.opened_at),
        "time_word": opened,
        "notes": notes_of(one),
    }


def notes_of(one: Listed) -> list[str]:
    """What people did and said, in a few words each."""
    zone, today = view_state.zone(), view_state.now()
    notes = []
    if one.acknowledged_by:
        who = isolated(one_line(one.acknowledged_by, characters=40))
        notes.append(WORDS.acknowledged_by.format(who=who))
    if one.silenced_until and one.silenced_until > today:
        [until] = formats.moment_labels([one.silenced_until], zone, today=today)
        notes.append(WORDS.silenced_until.format(time=until))
    if one.muted_by:
        notes.append(WORDS.muted_by.format(name=isolated(one_line(one.muted_by, characters=40))))
    if one.verdict:
        notes.append(WORDS.verdicts.get(one.verdict, one.verdict))
    return notes
