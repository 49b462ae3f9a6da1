"""What is rising, each with the way to its posts."""

import html
from dataclasses import replace

import streamlit as st

from dashboards import addresses, formats, view_state
from dashboards.exploring import narrowed
from dashboards.feed import one_line
from dashboards.filters import EXPLORE, FeedFilter, Pick, to_address
from dashboards.measures import net_sentiment
from dashboards.queries.overview import Overview
from dashboards.rising import Rising, rising
from dashboards.views.breakdown import card_title
from dashboards.wording import WORDS


def draw_rising(numbers: Overview) -> None:
    """Draw the card."""
    with st.container(border=True, key="card-rising"):
        card_title(WORDS.rising, WORDS.rising_help)
        found = rising(numbers)
        if not found:
            st.html(f'<p class="gs-note">{html.escape(WORDS.not_rising)}</p>')
            return
        items = "".join(f"<li>{_item(one)}</li>" for one in found)
        st.html(f'<ul class="gs-rising">{items}</ul>')


def _item(one: Rising) -> str:
    view = replace(view_state.view(), page=EXPLORE, feed=FeedFilter())
    target = to_address(narrowed(view, Pick(one.dimension, one.name)))
    shown = formats.language_name(one.name) if one.dimension == "lang" else one.name
    name = html.escape(one_line(shown, characters=40))
    factor = (
        WORDS.rising_factor.format(factor=f"{one.factor:,.1f}") if one.factor else WORDS.rising_new
    )
    net = net_sentiment(one.now)
    notes = [
        WORDS.rising_note.format(
            now=formats.count(one.now.total), before=formats.count(one.before.total)
        ),
        *([f"{WORDS.net} {formats.signed_percent(net.value)}"] if net else []),
    ]
    told = " \u00b7 ".join(notes)
    kind = WORDS.rising_kinds[one.dimension]
    link = addresses.linked(f"<small>{html.escape(kind)}</small> <bdi>{name}</bdi>", target)
    return f"{link}<b>{html.escape(factor)}</b><small>{html.escape(told)}</small>"
