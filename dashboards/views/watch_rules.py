"""The form for sensitivities and threshold rules, and a trial of a rule before it is saved."""

import html
from datetime import UTC, datetime, timedelta
from typing import Final

import streamlit as st

from dashboards import watchlist_draft
from dashboards.direction import isolated
from dashboards.feed import one_line
from dashboards.incident_wording import INCIDENT_WORDS
from dashboards.part_wording import told_by_part
from dashboards.views.backtest import MAX_RULE_CHARACTERS, asked, latest_trial
from dashboards.views.breakdown import card_title
from dashboards.views.note import note
from dashboards.views.viewer_name import viewer_name
from dashboards.views.watch_session import draft, edit, field
from dashboards.watchlist_wording import WATCHLIST_WORDS as WORDS
from schemas.alert_rules import Sensitivity, WatchedRule
from schemas.backtest import BacktestRequest
from schemas.threshold_rules import parse_rule
from schemas.watchlist import Watchlist
from schemas.watchlist_text import watchlist_text
from schemas.watchlist_versions import rule_is_about

_SAID: Final = "watch_rule_said"
_PLACE: Final = "watch"
_MAX_LANG_CHARACTERS: Final = 12


def rules_form() -> None:
    """Draw it."""
    watchlist = draft().watchlist
    _sensitivities(watchlist)
    card_title(WORDS.rules, WORDS.rules_help)
    if not watchlist.alerts.rules:
        note(WORDS.no_rules)
    for number, rule in enumerate(watchlist.alerts.rules):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(_told(rule), width="stretch")
            st.button(
                WORDS.remove,
                key=f"watch-rule-{number}",
                type="tertiary",
                icon=":material/close:",
                on_click=_remove,
                args=(number,),
            )
    _new_rule(watchlist)


def trial_card() -> None:
    """Draw what was tried last."""
    with st.container(border=True, key="card-watch-trial"):
        card_title(WORDS.trial, WORDS.trial_help)
        latest_trial()


def _sensitivities(watchlist: Watchlist) -> None:
    names = {**INCIDENT_WORDS.sensitivities, "": WORDS.as_all}
    words = [word.value for word in Sensitivity]
    left, middle, right = st.columns(3)
    with left:
        st.selectbox(
            WORDS.sensitivity,
            words,
            format_func=names.__getitem__,
            key=field("sensitivity", watchlist.alerts.sensitivity.value),
            help=INCIDENT_WORDS.sensitivity_help,
            on_change=_sensed,
            args=("", "sensitivity"),
        )
    if not watchlist.brands:
        return
    brands = [brand.name for brand in watchlist.brands]
    with middle:
        brand = st.selectbox(
            WORDS.brand,
            brands,
            format_func=lambda name: one_line(name, characters=60),
            key=field("sensed_brand", brands[0]),
        )
    own = watchlist.alerts.by_brand.get(brand)
    name = f"sensitivity_{brand}"
    with right:
        st.selectbox(
            WORDS.sensitivity_of,
            ["", *words],
            format_func=names.__getitem__,
            key=field(name, own.value if own else ""),
            on_change=_sensed,
            args=(brand, name),
        )


def _new_rule(watchlist: Watchlist) -> None:
    st.markdown(f"###### {WORDS.new_rule}")
    st.text_input(
        WORDS.rule,
        key=field("rule", ""),
        placeholder=INCIDENT_WORDS.rule_example,
        max_chars=MAX_RULE_CHARACTERS,
        help=WORDS.rule_help,
    )
    brand_column, about_column, which_column = st.columns(3)
    with brand_column:
        brand = st.selectbox(
            WORDS.brand,
            ["", *(brand.name for brand in watchlist.brands)],
            format_func=lambda name: one_line(name, characters=60) or WORDS.every_brand,
            key=field("rule_brand", ""),
        )
    with about_column:
        about = st.selectbox(
            WORDS.rule_about,
            list(WORDS.abouts),
            format_func=WORDS.abouts.__getitem__,
            key=field("rule_about", ""),
        )
    with which_column:
        _which(watchlist, brand, about)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(WORDS.add_rule, on_click=_add)
        st.selectbox(
            INCIDENT_WORDS.period,
            list(INCIDENT_WORDS.periods),
            format_func=INCIDENT_WORDS.periods.__getitem__,
            key=field("rule_days", next(iter(INCIDENT_WORDS.periods))),
            width=160,
        )
        st.button(WORDS.try_rule, on_click=_try_rule, help=WORDS.try_help)
        st.button(WORDS.try_all, on_click=_try_all, help=WORDS.try_help)
    said = html.escape(str(st.session_state.get(_SAID, "")))
    st.html(f'<p class="gs-note" role="status">{said}</p>')


def _which(watchlist: Watchlist, brand: str, about: str) -> None:
    if about == "lang":
        st.text_input(
            WORDS.which,
            key=field("rule_lang", ""),
            help=WORDS.which_lang_help,
            max_chars=_MAX_LANG_CHARACTERS,
        )
        return
    if not about:
        return
    names = [topic.name for topic in watchlist.topics]
    if about == "product":
        names = [
            product.name
            for one in watchlist.brands
            for product in one.products
            if brand in {"", one.name}
        ]
    st.selectbox(
        WORDS.which,
        names,
        index=None,
        format_func=lambda name: one_line(name, characters=60),
        key=_which_key(about, brand),
        placeholder=WORDS.which,
    )


def _which_key(about: str, brand: str) -> str:
    """Each brand's products, and the topics, have a field of their own."""
    return f"{field('rule_about', '')}_{about}_{brand}"


def _told(rule: WatchedRule) -> str:
    about = rule_is_about(rule)
    shown = isolated(one_line(about, characters=100)) if about else WORDS.every_brand
    return f"{one_line(rule.text, characters=MAX_RULE_CHARACTERS)} \u00b7 {shown}"


def _sensed(brand: str, name: str) -> None:
    chosen = str(st.session_state[field(name, "")])
    word = Sensitivity(chosen) if chosen else None
    edit(watchlist_draft.with_sensitivity(draft().watchlist, brand, word))


def _remove(number: int) -> None:
    edit(watchlist_draft.without_rule(draft().watchlist, number))


def _written() -> WatchedRule | None:
    """The rule in the fields; None, and the reason is said, if it is none."""
    text = str(st.session_state[field("rule", "")]).strip()
    brand = str(st.session_state[field("rule_brand", "")])
    about = str(st.session_state[field("rule_about", "")])
    which = ""
    if about:
        key = field("rule_lang", "") if about == "lang" else _which_key(about, brand)
        which = str(st.session_state.get(key) or "").strip()
        if not which:
            st.session_state[_SAID] = WORDS.which_missing
            return None
    try:
        rule = parse_rule(text)
    except ValueError as error:
        st.session_state[_SAID] = WORDS.rule_wrong.format(problem=told_by_part(str(error)))
        return None
    return WatchedRule(text, rule, brand, **({about: which} if about else {}))


def _add() -> None:
    rule = _written()
    if rule is None:
        return
    edit(watchlist_draft.with_rule(draft().watchlist, rule))
    st.session_state[field("rule", "")] = ""
    st.session_state.pop(_SAID, None)


def _try_rule() -> None:
    rule = _written()
    if rule is not None:
        tried = watchlist_draft.only_rule(draft().watchlist, rule)
        _ask(tried, (rule.brand,) if rule.brand else ())


def _try_all() -> None:
    _ask(watchlist_draft.names_and_alerts(draft().watchlist), ())


def _ask(tried: Watchlist, brands: tuple[str, ...]) -> None:
    who = viewer_name(place=_PLACE)
    if not who:
        st.session_state[_SAID] = INCIDENT_WORDS.who_missing
        return
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    days = int(st.session_state[field("rule_days", 1)])
    # Whoever is limited to a brand may see trials of it, and must not read the others' names.
    kept = [brand for brand in tried.brands if not brands or brand.name in brands]
    narrowed = Watchlist(tuple(kept), tried.topics, tried.alerts)
    request = BacktestRequest(
        since=now - timedelta(days=days),
        until=now,
        brands=brands,
        watchlist=watchlist_text(narrowed),
    )
    st.session_state[_SAID] = asked(request, who=who)
