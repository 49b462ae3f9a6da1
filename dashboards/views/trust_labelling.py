"""Posts to label, one at a time and without the model's answer, and who labelled what."""

import html
import random
from datetime import UTC, datetime
from typing import Final, cast

import streamlit as st

from dashboards import formats, shared_trust, trust_time_charts, view_state
from dashboards.config import load_config
from dashboards.feed import html_language, one_line, visible_text
from dashboards.language import language
from dashboards.queries.trust_labels import LabelEvent, Queue, WaitingPost
from dashboards.recorded_wording import recorded_text
from dashboards.translation import translation
from dashboards.trust_wording import TRUST_WORDS as WORDS
from dashboards.views import labelling, states
from dashboards.views.breakdown import card_title
from dashboards.views.note import note
from dashboards.views.trust_chart import draw
from dashboards.views.viewer_name import name_field
from dashboards.visitor import may
from dashboards.wording import WORDS as PAGE_WORDS
from schemas.access import Right
from schemas.correction import DRAWN_AT_RANDOM
from schemas.direction import text_direction
from schemas.scores import SENTIMENTS

STEP_EVENTS: Final = 8
MAX_EVENTS: Final = 100
MAX_CHARACTERS: Final = 60
MAX_DRAWS: Final = 3
_RANDOM: Final = "random"
_UNSURE: Final = "unsure"
_SEED: Final = "trust_seed"
_DONE: Final = "trust_done"
_SAID: Final = "trust_said"
_EVENTS: Final = "trust_events"
_ICONS: Final = {
    "negative": ":material/sentiment_dissatisfied:",
    "neutral": ":material/sentiment_neutral:",
    "positive": ":material/sentiment_satisfied:",
}


def draw_labelling() -> None:
    """One post of the queue, and what it may be called."""
    with st.container(border=True, key="card-labelling"):
        card_title(WORDS.check, WORDS.check_help)
        with states.faults_shown():
            _labelling()


def _labelling() -> None:
    chosen = st.segmented_control(
        WORDS.queue,
        [_RANDOM, _UNSURE],
        format_func={_RANDOM: WORDS.queue_random, _UNSURE: WORDS.queue_unsure}.__getitem__,
        key=view_state.widget("trust_queue", _RANDOM),
        required=True,
        label_visibility="collapsed",
    )
    queue, post = _next(chosen or _RANDOM)
    told = WORDS.waiting_random if chosen == _RANDOM else WORDS.waiting_unsure
    note(told.format(count=formats.count(queue.waiting)))
    if post is None:
        note(WORDS.nothing_waits)
    else:
        _post(post, reason=DRAWN_AT_RANDOM if chosen == _RANDOM else "")
    # The place is always there: what comes below it keeps its own.
    st.html(f'<p class="gs-note" role="status">{html.escape(st.session_state.get(_SAID, ""))}</p>')


def _post(post: WaitingPost, *, reason: str) -> None:
    (time,) = formats.moment_labels([post.posted_at], view_state.zone(), today=datetime.now(UTC))
    about = (post.brand, post.source, formats.language_name(post.lang), time)
    head = " \u00b7 ".join(
        f"<bdi>{html.escape(one_line(part, characters=MAX_CHARACTERS))}</bdi>" for part in about
    )
    text, direction = visible_text(post.text), text_direction(post.text, post.lang)
    st.html(
        f'<blockquote class="gs-to-label"><p class="gs-note">{head}{_translator(post, text)}</p>'
        f'<p dir="{direction}" lang="{html_language(post.lang)}">{html.escape(text)}</p>'
        "</blockquote>"
    )
    allowed = may(Right.CORRECT)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for sentiment in SENTIMENTS:
            st.button(
                PAGE_WORDS.sentiments[sentiment],
                key=f"trust-label-{sentiment}",
                icon=_ICONS[sentiment],
                on_click=_say,
                args=(post, sentiment, reason),
                disabled=not allowed,
            )
        st.button(WORDS.skip, key="trust-skip", type="tertiary", on_click=_skip, args=(post,))
    name_field(place="-trust")


def _translator(post: WaitingPost, text: str) -> str:
    """A link to the reader's own translator, as the feed's posts have it."""
    found = translation(load_config().translate_url, text, lang=post.lang, reader=language())
    if found is None:
        return ""
    words = PAGE_WORDS.card
    told = words["translate_cut" if found.cut else "translate_help"].format(host=found.host)
    return (
        f' \u00b7 <a href="{html.escape(found.address)}" target="_blank" '
        f'rel="noopener noreferrer nofollow" title="{html.escape(told)}">'
        f"{html.escape(words['translate'])}</a>"
    )


def _say(post: WaitingPost, sentiment: str, reason: str) -> None:
    if not labelling.say(post, sentiment, before=post.said, reason=reason):
        return
    _done().add(_key(post))
    st.session_state[_SAID] = (
        WORDS.agreed
        if sentiment == post.said
        else WORDS.disagreed.format(said=PAGE_WORDS.sentiments.get(post.said, post.said))
    )


def _skip(post: WaitingPost) -> None:
    _done().add(_key(post))
    st.session_state[_SAID] = ""


def _next(chosen: str) -> tuple[Queue, WaitingPost | None]:
    """The queue, and the first of it that this viewer has not seen yet; draws anew where needed."""
    done = _done()
    for _ in range(MAX_DRAWS):
        random_one = chosen == _RANDOM
        queue = shared_trust.random_queue(_seed()) if random_one else shared_trust.unsure_queue()
        post = next((each for each in queue.posts if _key(each) not in done), None)
        if post or not random_one or not queue.posts:
            break
        st.session_state[_SEED] = _seed() + 1
    return queue, post


def _seed() -> int:
    """Of this viewer's draw: two viewers do not label the same posts."""
    # Not for secrets: it only has to differ.
    start = random.randrange(2**31)  # noqa: S311
    return cast(int, st.session_state.setdefault(_SEED, start))


def _done() -> set[tuple[str, str, str]]:
    """What this viewer labelled or skipped."""
    return cast("set[tuple[str, str, str]]", st.session_state.setdefault(_DONE, set()))


def _key(post: WaitingPost) -> tuple[str, str, str]:
    return post.brand, post.source, post.post_id


def draw_history() -> None:
    """Labels by week, and the newest ones, each to be taken back by whoever may."""
    with st.container(border=True, key="card-weeks"):
        card_title(WORDS.weeks, WORDS.weeks_help)
        with states.faults_shown():
            found = shared_trust.weeks()
            if any(found.values()):
                draw(trust_time_charts.labels_by_week(found), "weeks")
            else:
                note(WORDS.no_history)
    with st.container(border=True, key="card-history"):
        card_title(WORDS.history, WORDS.history_help)
        with states.faults_shown():
            _history()


def _history() -> None:
    most = cast(int, st.session_state.get(_EVENTS, STEP_EVENTS))
    found = shared_trust.events(most + 1)
    if not found:
        note(WORDS.no_history)
        return
    shown = found[:most]
    times = formats.moment_labels(
        [each.at for each in shown], view_state.zone(), today=datetime.now(UTC)
    )
    allowed = may(Right.CORRECT)
    for place, (each, time) in enumerate(zip(shown, times, strict=True)):
        with st.container(horizontal=True, vertical_alignment="center", key=f"trust-event-{place}"):
            st.html(_event(each, time), width="stretch")
            if each.last and allowed:
                st.button(
                    WORDS.take_back,
                    key=f"trust-undo-{each.id}",
                    type="tertiary",
                    on_click=_take_back,
                    args=(each,),
                )
    if len(found) > most and most < MAX_EVENTS:
        st.button(WORDS.show_more, key="trust-more", type="tertiary", on_click=_more)


def _take_back(each: LabelEvent) -> None:
    labelling.say(each, "", before=each.label)


def _more() -> None:
    most = cast(int, st.session_state.get(_EVENTS, STEP_EVENTS))
    st.session_state[_EVENTS] = min(most + STEP_EVENTS, MAX_EVENTS)


def _event(each: LabelEvent, time: str) -> str:
    names = PAGE_WORDS.sentiments
    before = names.get(each.before, each.before)
    if not each.label:
        did = WORDS.took_back.format(label=before)
    elif each.label == each.before:
        did = WORDS.confirmed.format(label=names.get(each.label, each.label))
    else:
        did = WORDS.changed.format(before=before, after=names.get(each.label, each.label))
    who = one_line(recorded_text(each.who), characters=MAX_CHARACTERS) or WORDS.nobody
    about = [one_line(each.brand, characters=MAX_CHARACTERS), did]
    if each.reason:
        about.append(one_line(recorded_text(each.reason), characters=MAX_CHARACTERS))
    rest = " \u00b7 ".join(f"<bdi>{html.escape(part)}</bdi>" for part in about)
    text = one_line(each.text, characters=160) or WORDS.text_gone
    return (
        f'<div class="gs-event"><p><time>{html.escape(time)}</time> '
        f"<b><bdi>{html.escape(who)}</bdi></b> {rest}</p>"
        f'<p class="gs-note" dir="{text_direction(text)}">{html.escape(text)}</p></div>'
    )
