"""What a person can do about an incident: acknowledge it, silence it, judge it."""

import html
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import streamlit as st

from dashboards import shared_incidents, view_state, visitor
from dashboards.incident_wording import INCIDENT_WORDS as WORDS
from dashboards.views.viewer_name import name_field, viewer_name
from schemas.access import Right
from schemas.alert import Alert, Status, Verdict
from schemas.errors import StoreError
from schemas.incident_action import Action, ActionKind

MAX_REASON_CHARACTERS: Final = 500
_REASON: Final = "silence_reason"
_HOURS: Final = "silence_hours"
_DOUBT: Final = "doubt_reason"
_SAID: Final = "action_said"


def incident_actions(alert: Alert) -> None:
    """Draw the buttons that this viewer may use."""
    if not visitor.may(Right.JUDGE):
        return
    st.fragment(_actions, key="incident-actions")(alert)


def _actions(alert: Alert) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="actions"):
        name_field()
        if alert.status is Status.OPEN:
            st.button(
                WORDS.acknowledge,
                help=WORDS.acknowledge_help,
                icon=":material/check:",
                type="primary",
                on_click=_do,
                args=(alert, ActionKind.ACKNOWLEDGE),
            )
            if visitor.may(Right.SILENCE):
                with st.popover(WORDS.silence, icon=":material/notifications_off:"):
                    _silence(alert)
        with st.popover(WORDS.no_incident, icon=":material/thumb_down:"):
            _doubt(alert)
    _told(alert)


def _silence(alert: Alert) -> None:
    with st.form("silence", border=False):
        st.segmented_control(
            WORDS.silence_for,
            list(WORDS.silence_hours),
            default=next(iter(WORDS.silence_hours)),
            format_func=WORDS.silence_hours.__getitem__,
            key=_HOURS,
            required=True,
        )
        st.text_input(
            WORDS.reason, key=view_state.widget(_REASON, ""), max_chars=MAX_REASON_CHARACTERS
        )
        st.form_submit_button(WORDS.silence_do, on_click=_do_silence, args=(alert,))


def _doubt(alert: Alert) -> None:
    with st.form("doubt", border=False):
        st.markdown(WORDS.no_incident_help)
        st.text_input(
            WORDS.reason, key=view_state.widget(_DOUBT, ""), max_chars=MAX_REASON_CHARACTERS
        )
        st.form_submit_button(
            WORDS.no_incident_do, on_click=_do_judge, args=(alert, ActionKind.NO_INCIDENT)
        )
        if alert.verdict is not Verdict.INCIDENT:
            st.form_submit_button(
                WORDS.was_incident,
                type="tertiary",
                on_click=_do_judge,
                args=(alert, ActionKind.INCIDENT),
            )


def _do_silence(alert: Alert) -> None:
    reason = str(st.session_state[view_state.widget(_REASON, "")]).strip()
    if not reason:
        _tell(alert, WORDS.reason_missing)
        return
    hours = int(st.session_state[_HOURS])
    until = datetime.now(UTC) + timedelta(hours=hours)
    _do(alert, ActionKind.SILENCE, until=until, reason=reason)


def _do_judge(alert: Alert, kind: ActionKind) -> None:
    _do(alert, kind, reason=str(st.session_state[view_state.widget(_DOUBT, "")]).strip())


def _do(alert: Alert, kind: ActionKind, **details: Any) -> None:  # noqa: ANN401
    """Write it down; details: until and reason."""
    who = viewer_name()
    if not who:
        _tell(alert, WORDS.who_missing)
        return
    action = Action(id=uuid4(), at=datetime.now(UTC), who=who, kind=kind, key=alert.key, **details)
    try:
        shared_incidents.writer().write(action, by=visitor.present())
    except StoreError as error:
        _tell(alert, WORDS.not_noted.format(reason=error))
        return
    shared_incidents.forget()
    _tell(alert, WORDS.noted)


def _tell(alert: Alert, text: str) -> None:
    st.session_state[_SAID] = (alert.key, text)


def _told(alert: Alert) -> None:
    """What came of the last click on this incident; it stays until the next."""
    key, text = st.session_state.get(_SAID, ("", ""))
    said = html.escape(text) if key == alert.key else ""
    st.html(f'<p class="gs-note" role="status">{said}</p>')
