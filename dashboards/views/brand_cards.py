"""The brands as cards: how much, in which mood, against what is usual, and open incidents."""

import html
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

import streamlit as st

from dashboards import addresses, formats, shared_expected, shared_incidents, view_state
from dashboards.feed import one_line
from dashboards.filters import Scope, View, to_address
from dashboards.incident_wording import INCIDENT_WORDS
from dashboards.measures import Counts, net_sentiment
from dashboards.queries.incidents import Listed
from dashboards.queries.overview import Group
from dashboards.time_range import Window
from dashboards.views.navigation import INCIDENT, INCIDENTS, PAGE
from dashboards.wording import WORDS
from schemas.errors import StoreError

MAX_CARDS: Final = 8
# What is usual is a matter of the hour; a longer period is held against the one before.
_LONGEST: Final = timedelta(days=1, hours=1)
_NAME_CHARACTERS: Final = 40


@dataclass(frozen=True, slots=True)
class Watched:
    """What the monitor says of brands.

    times_usual: by brand; None where it is not asked for. unknown: of which nothing is known at
    present.
    """

    times_usual: Mapping[str, float] | None = None
    incidents: Mapping[str, Sequence[Listed]] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()


def brand_cards(brands: Sequence[Group], window: Window, *, live: bool) -> None:
    """Draw the brands with most mentions; nothing where there is but one.

    live: whether the window ends now.
    """
    shown = [group for group in brands if group.name][:MAX_CARDS]
    if len(shown) < 2:
        return
    view = view_state.view()
    watched = _watched(view.scope, [group.name for group in shown], window, live=live)
    cards = "".join(_card(group, watched, view) for group in shown)
    st.html(f'<ul class="gs-brands" aria-label="{html.escape(WORDS.brands)}">{cards}</ul>')


def _watched(scope: Scope, brands: Collection[str], window: Window, *, live: bool) -> Watched:
    """Nothing while ClickHouse is away, which other parts say."""
    whole_brands = not scope.langs and not scope.sources
    asked = whole_brands and window.until - window.since <= _LONGEST
    try:
        return Watched(
            times_usual=shared_expected.times_usual(brands, window) if asked else None,
            incidents=shared_expected.open_incidents(),
            unknown=frozenset(shared_incidents.watch().unknown if live else ()),
        )
    except StoreError:
        return Watched()


def _card(group: Group, watched: Watched, view: View) -> str:
    alone = replace(view, scope=replace(view.scope, brands=(group.name,)))
    name = html.escape(one_line(group.name, characters=_NAME_CHARACTERS))
    total = group.now.total
    mentions = WORDS.card_mentions(total, count=formats.count(total))
    net, interval = _net(group.now)
    lines = [
        addresses.linked(f"<bdi>{name}</bdi>", to_address(alone)),
        f"<b>{html.escape(mentions)}</b>",
        f"<small>{html.escape(_turn(group, watched))}</small>",
        f"<b>{html.escape(net)}</b>",
        f"<small>{html.escape(interval)}</small>",
        _incidents(watched.incidents.get(group.name, ())),
    ]
    return f"<li>{''.join(lines)}</li>"


def _turn(group: Group, watched: Watched) -> str:
    """How the mentions stand against what is usual, or against the period before."""
    if group.name in watched.unknown:
        return WORDS.card_unknown
    if watched.times_usual is None:
        return WORDS.before.format(count=formats.count(group.before.total))
    times = watched.times_usual.get(group.name)
    if times is None:
        return WORDS.card_not_yet
    return WORDS.card_usual.format(growth=formats.signed_growth(times - 1))


def _net(counts: Counts) -> tuple[str, str]:
    """The net sentiment, and how far it can be relied on."""
    net = net_sentiment(counts)
    if net is None:
        return WORDS.no_value, ""
    value, low, high = (formats.signed_percent(one) for one in (net.value, net.low, net.high))
    interval = WORDS.too_few if counts.few else WORDS.between.format(low=low, high=high)
    return WORDS.card_net.format(net=value), interval


def _incidents(found: Sequence[Listed]) -> str:
    """A link to the one that is open, or to the list of several."""
    if not found:
        return ""
    target = {INCIDENT: found[0].key} if len(found) == 1 else {PAGE: INCIDENTS}
    link = html.escape(addresses.link(target))
    told = html.escape(INCIDENT_WORDS.open_incidents(len(found), count=len(found)))
    return f'<a class="gs-open" href="{link}" target="_self">{told}</a>'
