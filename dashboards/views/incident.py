"""One incident: what happened, when, what proves it, who did what, and what can be done."""

import html
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import streamlit as st

from dashboards import formats, incident_charts, shared_incidents, view_state
from dashboards.direction import isolated, with_names_isolated
from dashboards.feed import one_line, visible_text
from dashboards.incident_sentence import sentence_in
from dashboards.incident_wording import INCIDENT_WORDS as WORDS
from dashboards.queries.incidents import History
from dashboards.queries.timeline import frame_of
from dashboards.views import states, told_chart
from dashboards.views.breakdown import card_title
from dashboards.views.evidence import evidence, proof
from dashboards.views.incident_actions import incident_actions
from dashboards.views.report_button import incident_report_button
from schemas.alert import Alert

REFRESH_S: Final = 3
_MAX_SENTENCE_CHARACTERS: Final = 600


def incident_page(key: str, *, leave: Callable[[], None]) -> None:
    """Draw the incident of that key. leave: goes back to the list."""
    st.button(WORDS.all, icon=":material/arrow_back:", type="tertiary", on_click=leave)
    st.fragment(_head, run_every=REFRESH_S, key="incident-head")(key)
    with states.faults_shown():
        found = shared_incidents.history(key)
        if found is None:
            return
        incident_actions(found.alert)
        incident_report_button(key)
    st.fragment(_body, run_every=REFRESH_S, key="incident-body")(key)


def _head(key: str) -> None:
    with states.faults_shown():
        found = shared_incidents.history(key)
        if found is None:
            states.panel(WORDS.gone, WORDS.gone_note, icon="empty")
            return
        st.html(_title(found.alert))


def _title(alert: Alert) -> str:
    zone, today = view_state.zone(), view_state.now()
    given = (alert.since, alert.since_again, alert.resolved_at)
    labels = formats.moment_labels(
        [moment for moment in given if moment is not None], zone, today=today
    )
    since, *rest = labels
    again = WORDS.again.format(since=rest[0]) if alert.since_again else ""
    when = WORDS.since.format(since=since)
    if alert.resolved_at:
        when = WORDS.over.format(since=since, until=rest[-1])
    notes = "".join(
        f'<span class="gs-chip">{html.escape(note)}</span>' for note in _notes(alert, today)
    )
    said = sentence_in(alert, zone)
    sentence = with_names_isolated(one_line(said, characters=_MAX_SENTENCE_CHARACTERS))
    severity = WORDS.severities[alert.severity]
    about = WORDS.head.format(
        kind=WORDS.kinds[alert.kind], status=WORDS.statuses[alert.status], when=f"{when}{again}"
    )
    return (
        f'<section class="gs-incident gs-{alert.status.value} gs-{alert.severity.value}">'
        f'<p><span class="gs-severity">{html.escape(severity)}</span> '
        f'<bdi class="gs-brand">{html.escape(one_line(alert.brand, characters=80))}</bdi> '
        f"<span>{html.escape(about)}</span> {notes}</p>"
        f"<h2>{html.escape(sentence)}</h2></section>"
    )


def _notes(alert: Alert, today: datetime) -> list[str]:
    notes = []
    if alert.acknowledged:
        who = isolated(one_line(alert.acknowledged.by, characters=40))
        notes.append(WORDS.acknowledged_by.format(who=who))
    if alert.silenced and alert.silenced.until > today:
        [until] = formats.moment_labels([alert.silenced.until], view_state.zone(), today=today)
        reason = isolated(one_line(alert.silenced.reason, characters=80))
        notes.append(f"{WORDS.silenced_until.format(time=until)}: {reason}")
    if alert.muted_by:
        notes.append(WORDS.muted_by.format(name=isolated(one_line(alert.muted_by, characters=40))))
    if alert.verdict:
        notes.append(WORDS.verdicts[alert.verdict])
    return notes


def _body(key: str) -> None:
    with states.faults_shown():
        found = shared_incidents.history(key)
        if found is None:
            return
        _timeline(found)
        evidence(found.alert)
        left, right = st.columns(2)
        with left.container(border=True, key="card-history", height="stretch"):
            card_title(WORDS.history, WORDS.history_help)
            st.html(_history(found))
        with right.container(border=True, key="card-proof", height="stretch"):
            card_title(WORDS.proof, WORDS.proof_help)
            proof(found.alert)


def _timeline(found: History) -> None:
    points = shared_incidents.points(frame_of(found.alert, now=_minute()))
    chart = incident_charts.timeline(points, found.events)
    with st.container(border=True, key="card-timeline"):
        card_title(WORDS.timeline, WORDS.timeline_help)
        told_chart.draw(chart, "chart-timeline")
        if not any(point.band and point.band.high is not None for point in points):
            st.caption(WORDS.no_band)


def _minute() -> datetime:
    """The last full minute: viewers of the same minute share one answer."""
    return datetime.now(UTC).replace(second=0, microsecond=0)


def _history(found: History) -> str:
    """What happened and what people did, the newest first."""
    alert = found.alert
    lines = [
        (event.at, WORDS.changes.get(event.change, event.change), "") for event in found.events
    ]
    for deed in shared_incidents.deeds(alert.key, alert.brand, alert.since):
        who = isolated(one_line(deed.who, characters=60))
        said = f"{who} {WORDS.deeds.get(deed.action, deed.action)}"
        lines.append((deed.at, said, visible_text(deed.reason[:500])))
    lines.sort(key=lambda line: line[0], reverse=True)
    times = formats.moment_labels(
        [at for at, *_ in lines], view_state.zone(), today=view_state.now()
    )
    items = "".join(
        f"<li><time>{html.escape(time)}</time> <span>{html.escape(said)}</span>"
        f"{_reason(reason)}</li>"
        for time, (_, said, reason) in zip(times, lines, strict=True)
    )
    return f'<ol class="gs-history">{items}</ol>'


def _reason(text: str) -> str:
    return f'<bdi class="gs-reason">{html.escape(text)}</bdi>' if text else ""
