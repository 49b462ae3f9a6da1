"""The table of the page Compare: one line a brand, each number with its interval.

Each number leads to the mentions that it counts, on the page Explore.
"""

import html
from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from dashboards import addresses, formats
from dashboards.compare_wording import COMPARE_WORDS as WORDS
from dashboards.comparison import (
    BLAME,
    FEWEST_STARS,
    LEAST_IN_LANGUAGE,
    MOST_STARS,
    PRAISE,
    Rated,
    SameMix,
    rated,
)
from dashboards.exploring import rated_within
from dashboards.feed import one_line
from dashboards.filters import EXPLORE, View, to_address
from dashboards.measures import Estimate, net_sentiment, share
from dashboards.queries.comparison import Standing
from dashboards.wording import WORDS as PAGE_WORDS


def compare_table(compared: Sequence[Standing], mix: SameMix | None, view: View) -> None:
    """Draw it. view: what is compared."""
    whole = sum(one.total.total for one in compared)
    heads = [
        (WORDS.brand, WORDS.table_help.format(count=len(compared))),
        (WORDS.mentions, WORDS.mentions_help),
        (WORDS.share, WORDS.share_help),
        (WORDS.net, WORDS.net_help),
        *([(WORDS.mixed, WORDS.mixed_help.format(least=LEAST_IN_LANGUAGE))] if mix else []),
        (WORDS.rating, WORDS.rating_help),
        (WORDS.praised, WORDS.praised_help),
        (WORDS.blamed, WORDS.blamed_help),
    ]
    head = "".join(
        f'<th scope="col"><abbr title="{html.escape(told)}">{html.escape(name)}</abbr></th>'
        for name, told in heads
    )
    body = "".join(_row(one, whole, mix, view) for one in compared)
    st.html(
        f'<div class="gs-scroll" role="region" tabindex="0" aria-label="{html.escape(WORDS.page)}">'
        f'<table class="gs-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _row(one: Standing, whole: int, mix: SameMix | None, view: View) -> str:
    total = one.total
    own = replace(view, page=EXPLORE, scope=replace(view.scope, brands=(one.brand,)))
    name = html.escape(one_line(one.brand, characters=40) or PAGE_WORDS.no_name)
    cells = [
        _linked(f"{formats.count(total.total)}{_few() if total.few else ''}", own),
        _linked(_estimate(share(total.total, whole), formats.percent), own),
        _linked(_estimate(net_sentiment(total), formats.signed_percent), own),
        *([_mixed(mix, own)] if mix else []),
        *_ratings(rated(one.ratings), own),
    ]
    rest = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><th scope="row">{_linked(f"<bdi>{name}</bdi>", own)}</th>{rest}</tr>'


def _mixed(mix: SameMix, own: View) -> str:
    """The languages that count are those that it leads to."""
    [brand] = own.scope.brands
    target = replace(own, scope=replace(own.scope, langs=mix.langs))
    return _linked(_estimate(mix.nets.get(brand), formats.signed_percent), target)


def _ratings(found: Rated | None, own: View) -> list[str]:
    if found is None:
        return [PAGE_WORDS.no_value] * 3
    cells = [_linked(_mean(found.mean, found.mentions), rated_within(own, 0))]
    for value, least, most, sentiment in (
        (found.praised_but, PRAISE, MOST_STARS, "negative"),
        (found.blamed_but, FEWEST_STARS, BLAME, "positive"),
    ):
        cell = _estimate(value, formats.percent)
        # Where none is such, there is nothing to read.
        if value and value.value:
            mood = replace(own, feed=replace(own.feed, sentiments=(sentiment,)))
            cell = _linked(cell, rated_within(mood, least, most))
        cells.append(cell)
    return cells


def _linked(shown: str, target: View) -> str:
    """Markup that leads to another view."""
    return addresses.linked(shown, to_address(target))


def _few() -> str:
    told, name = html.escape(WORDS.few_help), html.escape(WORDS.few)
    return f' <abbr title="{told}" class="gs-chip">{name}</abbr>'


def _mean(mean: float, mentions: int) -> str:
    return f"{mean:.2f}<small>{formats.count(mentions)}</small>"


def _estimate(value: Estimate | None, write: Callable[[float], str]) -> str:
    """The number and, smaller, its interval."""
    if value is None:
        return PAGE_WORDS.no_value
    between = f"{write(value.low)} \u2013 {write(value.high)}"
    return f"{write(value.value)}<small>{between}</small>"
