"""What the page shows when there are no numbers to show: first steps, and what is wrong."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Final

import streamlit as st

from dashboards import formats, shared, view_state
from dashboards.access_wording import ACCESS_WORDS
from dashboards.config import load_config
from dashboards.filters import FeedFilter, Scope
from dashboards.narrowing import Narrowing
from dashboards.queries.catalog import Extent
from dashboards.store import (
    HiddenTableError,
    NoReaderError,
    StoreAwayError,
    TableMissingError,
    TooLargeError,
)
from dashboards.time_range import CUSTOM
from dashboards.wording import WORDS
from schemas.access import NotAllowedError
from schemas.errors import StoreError

_ICONS: Final = {"wait": "\u25cc", "wrong": "!", "empty": "\u2205"}


def panel(title: str, note: str, *, icon: str = "wait", steps: bool = False) -> None:
    """A calm block in the middle of the page, of plain text; `code` in the note is set apart."""
    lines = "".join(
        f"<li><span>{html.escape(what)}</span><code>{html.escape(command)}</code></li>"
        for what, command in WORDS.first_steps
    )
    told = re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(note))
    st.html(
        f'<section class="gs-state" role="status"><div class="gs-icon">{_ICONS[icon]}</div>'
        f"<h2>{html.escape(title)}</h2><p>{told}</p>"
        f"{f'<ul>{lines}</ul>' if steps else ''}</section>"
    )


@contextmanager
def faults_shown() -> Iterator[None]:
    """Say what is wrong instead of showing an error; the part tries again when it is next due."""
    try:
        yield
    except StoreError as error:
        show_fault(error)


def show_fault(error: StoreError) -> None:
    """The panel for what went wrong."""
    if isinstance(error, StoreAwayError):
        place = load_config().clickhouse_place
        panel(WORDS.away, WORDS.away_note.format(place=place), icon="wrong")
    elif isinstance(error, NotAllowedError | HiddenTableError | NoReaderError):
        panel(ACCESS_WORDS.not_for_you, ACCESS_WORDS.not_for_you_note, icon="wrong")
    elif isinstance(error, TableMissingError):
        panel(WORDS.no_table, WORDS.no_table_note, steps=True)
    elif isinstance(error, TooLargeError):
        panel(WORDS.too_large, WORDS.too_large_note, icon="wrong")
    else:
        panel(WORDS.failed, WORDS.failed_note, icon="wrong")


def nothing_here(scope: Scope, *, narrowed: bool = False) -> None:
    """The panel for a scope and period without mentions: what to do depends on why.

    narrowed: whether other filters than the scope's narrow it too.
    """
    extent = shared.extent()
    if not extent.rows:
        panel(WORDS.empty, WORDS.empty_note, steps=True)
    elif narrowed or scope.brands or scope.langs or scope.sources:
        panel(WORDS.nothing_chosen, _covered(extent), icon="empty")
        with st.container(horizontal=True, horizontal_alignment="center"):
            st.button(WORDS.reset, on_click=_clear_choices)
    else:
        panel(WORDS.empty_period, _covered(extent), icon="empty")
        with st.container(horizontal=True, horizontal_alignment="center"):
            st.button(WORDS.show_all, on_click=_show_all, args=(extent,))


def _covered(extent: Extent) -> str:
    assert extent.first
    assert extent.last
    zone, now = view_state.zone(), view_state.now()
    first, last = formats.moment_labels([extent.first, extent.last], zone, today=now)
    return WORDS.empty_period_note.format(rows=formats.count(extent.rows), first=first, last=last)


def _clear_choices() -> None:
    view = view_state.view()
    scope = view.scope
    period = Scope(range_name=scope.range_name, since=scope.since, until=scope.until)
    view_state.go(replace(view, scope=period, feed=FeedFilter(), narrowing=Narrowing()))


def _show_all(extent: Extent) -> None:
    assert extent.first
    assert extent.last
    since = extent.first.replace(minute=0, second=0, microsecond=0)
    until = extent.last.replace(second=0, microsecond=0) + timedelta(minutes=1)
    view_state.change_scope(Scope(range_name=CUSTOM, since=since, until=until))
    view_state.reset_widgets("range", "since", "until")
