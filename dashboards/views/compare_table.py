"""The table of the page Compare: one line a brand, each number with its interval."""

import html
from collections.abc import Callable, Sequence

import streamlit as st

from dashboards import addresses, formats
from dashboards.compare_wording import COMPARE_WORDS as WORDS
from dashboards.comparison import LEAST_IN_LANGUAGE, SameMix, rated
from dashboards.feed import one_line
from dashboards.filters import View, to_address
from dashboards.measures import Estimate, net_sentiment, share
from dashboards.queries.comparison import Standing
from dashboards.wording import WORDS as PAGE_WORDS


def compare_table(
    compared: Sequence[Standing], mix: SameMix | None, *, address: Callable[[str], View]
) -> None:
    """Draw it. address: of a brand, the view that its name leads to."""
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
    body = "".join(_row(one, whole, mix, address(one.brand)) for one in compared)
    st.html(
        f'<div class="gs-scroll" role="region" tabindex="0" aria-label="{html.escape(WORDS.page)}">'
        f'<table class="gs-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _row(one: Standing, whole: int, mix: SameMix | None, target: View) -> str:
    total = one.total
    ratings = rated(one.ratings)
    link = html.escape(addresses.link(to_address(target)))
    name = html.escape(one_line(one.brand, characters=40) or PAGE_WORDS.no_name)
    few = _few() if total.few else ""
    cells = [
        f"{formats.count(total.total)}{few}",
        _estimate(share(total.total, whole), formats.percent),
        _estimate(net_sentiment(total), formats.signed_percent),
        *([_estimate(mix.nets.get(one.brand), formats.signed_percent)] if mix else []),
        _mean(ratings.mean, ratings.mentions) if ratings else PAGE_WORDS.no_value,
        _estimate(ratings.praised_but if ratings else None, formats.percent),
        _estimate(ratings.blamed_but if ratings else None, formats.percent),
    ]
    rest = "".join(f"<td>{cell}</td>" for cell in cells)
    return (
        f'<tr><th scope="row"><a href="{link}" target="_self"><bdi>{name}</bdi></a></th>{rest}</tr>'
    )


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
