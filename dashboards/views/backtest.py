"""Trying a rule or a sensitivity on the past: what would have opened beside what did."""

import html
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import streamlit as st

from dashboards import addresses, formats, shared, shared_incidents, view_state, visitor
from dashboards.direction import isolated, with_names_isolated
from dashboards.feed import one_line
from dashboards.incident_list import draw_list
from dashboards.incident_sentence import told
from dashboards.incident_wording import INCIDENT_WORDS as WORDS
from dashboards.language import language
from dashboards.part_wording import told_by_part
from dashboards.queries.backtests import Trial
from dashboards.time_range import live_window, milliseconds, range_named
from dashboards.views import navigation, states
from dashboards.views.breakdown import card_title
from dashboards.views.viewer_name import name_field, viewer_name
from schemas.access import Right
from schemas.alert_rules import Sensitivity
from schemas.backtest import BacktestRequest, BacktestStatus, RuleScore, TriedIncident
from schemas.errors import StoreError, WatchlistError
from schemas.scoped_rules import parse_scoped_rule
from schemas.watchlist import parse_watchlist
from schemas.watchlist_versions import rule_is_about

REFRESH_S: Final = 2
MAX_RULE_CHARACTERS: Final = 200
_MAX_LINES: Final = 50
_SAID: Final = "backtest_said"


def backtest() -> None:
    """Draw the panel."""
    with st.container(border=True, key="card-backtest"):
        card_title(WORDS.backtest, WORDS.backtest_help)
        if visitor.may(Right.TRY):
            st.fragment(_ask, key="backtest-ask")()
        latest_trial()


def latest_trial() -> None:
    """What was tried last, and what came of it."""
    st.fragment(_latest, run_every=REFRESH_S, key="backtest-latest")()


def _ask() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.multiselect(
            WORDS.brands,
            _brands(),
            format_func=lambda name: one_line(name, characters=60),
            key=view_state.widget("try_brands", []),
            placeholder=WORDS.all_brands,
        )
        st.text_input(
            WORDS.rule,
            key=view_state.widget("try_rule", ""),
            placeholder=WORDS.rule_example,
            max_chars=MAX_RULE_CHARACTERS,
        )
        st.selectbox(
            WORDS.sensitivity,
            list(WORDS.sensitivities),
            format_func=WORDS.sensitivities.__getitem__,
            help=WORDS.sensitivity_help,
            key=view_state.widget("try_sensitivity", ""),
            placeholder=WORDS.sensitivity,
        )
        st.selectbox(
            WORDS.period,
            list(WORDS.periods),
            format_func=WORDS.periods.__getitem__,
            key=view_state.widget("try_days", 7),
            placeholder=WORDS.period,
        )
        name_field()
        st.button(WORDS.try_it, type="primary", on_click=_asked)
    said = html.escape(st.session_state.get(_SAID, ""))
    st.html(f'<p class="gs-note" role="status">{said}</p>')


def _brands() -> tuple[str, ...]:
    window = live_window(range_named("30d"), now=datetime.now(UTC), zone=UTC)
    try:
        return shared.names(window).brands
    except StoreError:
        return ()


def _asked() -> None:
    rule = str(st.session_state[view_state.widget("try_rule", "")]).strip()
    try:
        if rule:
            parse_scoped_rule(rule)
    except ValueError as error:
        st.session_state[_SAID] = WORDS.wrong_rule.format(problem=told_by_part(str(error)))
        return
    who = viewer_name()
    if not who:
        st.session_state[_SAID] = WORDS.who_missing
        return
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    chosen = str(st.session_state[view_state.widget("try_sensitivity", "")])
    request = BacktestRequest(
        since=now - timedelta(days=int(st.session_state[view_state.widget("try_days", 7)])),
        until=now,
        brands=tuple(st.session_state[view_state.widget("try_brands", [])]),
        rules=(rule,) if rule else (),
        sensitivity=Sensitivity(chosen).value if chosen else "",
    )
    st.session_state[_SAID] = asked(request, who=who)


def asked(request: BacktestRequest, *, who: str) -> str:
    """Ask for a trial; returns what to tell the person who asked."""
    try:
        shared_incidents.writer().ask(request, who=who, by=visitor.present())
    except StoreError as error:
        return WORDS.not_noted.format(reason=error)
    shared_incidents.forget()
    return WORDS.asked


def _latest() -> None:
    with states.faults_shown():
        trials = shared_incidents.trials()
        if not trials:
            return
        trial = trials[0]
        st.html(f'<p class="gs-period">{html.escape(_told(trial))}</p>')
        if trial.status is BacktestStatus.FAILED:
            reason = one_line(trial.result.error, characters=500)
            st.html(f'<p class="gs-note">{html.escape(reason)}</p>')
        if trial.status is BacktestStatus.DONE:
            _result(trial)


def _told(trial: Trial) -> str:
    request = trial.request
    zone, today = view_state.zone(), view_state.now()
    since, until = formats.moment_labels([request.since, request.until], zone, today=today)
    rules = [one_line(rule, characters=MAX_RULE_CHARACTERS) for rule in request.rules]
    sensitivity = [WORDS.sensitivities.get(request.sensitivity, "")] if request.sensitivity else []
    brands = [isolated(one_line(brand, characters=60)) for brand in request.brands[:5]]
    return WORDS.trial.format(
        what=formats.listed([*rules, *sensitivity, *_changed(request), *brands]) or WORDS.as_set,
        since=since,
        until=until,
        who=isolated(one_line(trial.who, characters=60)),
        state=WORDS.trial_states[trial.status],
    )


def _changed(request: BacktestRequest) -> list[str]:
    """What was tried in place of the watchlist: its one rule, or all of it."""
    if not request.watchlist:
        return []
    try:
        alerts = parse_watchlist(request.watchlist).alerts
    except WatchlistError:
        return [WORDS.as_edited]
    if alerts.sensitivity is not Sensitivity.OFF or len(alerts.rules) != 1:
        return [WORDS.as_edited]
    [rule] = alerts.rules
    told = [rule.text, *([rule_is_about(rule)] if rule_is_about(rule) else [])]
    return [isolated(one_line(each, characters=MAX_RULE_CHARACTERS)) for each in told]


def _result(trial: Trial) -> None:
    result = trial.result
    left, right = st.columns(2)
    with left:
        notes = [[WORDS.beside if one.key else WORDS.only_would] for one in result.would]
        _side(WORDS.would, result.would, notes, "would")
    with right:
        notes = [[WORDS.missed] if one.key in result.missed else [] for one in result.did]
        _side(WORDS.did, result.did, notes, "did")
    lines = "<br>".join(html.escape(_score(score)) for score in result.scores)
    st.html(f'<p class="gs-note">{lines}</p>')


def _side(
    title: str, found: Sequence[TriedIncident], notes: Sequence[list[str]], name: str
) -> None:
    head = html.escape(title.format(count=len(found)))
    st.html(f'<h4 class="gs-side">{head}</h4>')
    lines = [_line(one, said, n) for n, (one, said) in enumerate(zip(found, notes, strict=True))]
    data = {"lines": lines[:_MAX_LINES], "label": head, "locale": language()}
    draw_list(data, key=f"backtest-{name}", on_open=_opener(f"backtest-{name}"))


def _line(one: TriedIncident, notes: list[str], number: int) -> dict[str, Any]:
    state = "open" if one.resolved_at is None else "resolved"
    [opened] = formats.moment_labels([one.opened_at], view_state.zone(), today=view_state.now())
    return {
        "key": f"{number}:{one.key}",
        "address": addresses.link({navigation.INCIDENT: one.key}) if one.key.isalnum() else "",
        "brand": one_line(one.brand, characters=80),
        "sentence": with_names_isolated(one_line(told(one.sentence, one.chinese), characters=400)),
        "status": state,
        "status_word": opened,
        "severity": one.severity.value,
        "severity_word": WORDS.severities[one.severity],
        "time_ms": milliseconds(one.opened_at),
        "time_word": opened,
        "notes": [*notes, *([WORDS.verdicts[one.verdict]] if one.verdict else [])],
    }


def _opener(name: str) -> Any:  # noqa: ANN401 - a callback
    def opened() -> None:
        key = str(st.session_state[name].get("open") or "").partition(":")[2]
        if key:
            navigation.to_incident(key)
            st.rerun()

    return opened


def _score(score: RuleScore) -> str:
    rule = one_line(score.rule, characters=MAX_RULE_CHARACTERS) or WORDS.detector
    judged = score.confirmed + score.refuted
    if score.precision is None:
        return WORDS.score_unjudged.format(rule=rule, incidents=score.incidents)
    return WORDS.score.format(
        rule=rule,
        incidents=score.incidents,
        judged=judged,
        precision=formats.percent(score.precision),
    )
