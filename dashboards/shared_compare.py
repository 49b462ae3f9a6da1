"""Answers for the page Compare, shared between viewers as in shared.py."""

from dashboards.answers import shared_answer
from dashboards.filters import Scope
from dashboards.queries.comparison import Standing, comparison_query, read_comparison
from dashboards.shared import ANSWER_TTL_S, notice_promotion, rollups_ready, several_versions, store
from dashboards.time_range import Window


def standings(scope: Scope, window: Window) -> list[Standing]:
    """The brands of the scope side by side, most mentions first."""
    notice_promotion()
    return _standings(scope, window)


@shared_answer(ttl=ANSWER_TTL_S, max_entries=100)
def _standings(scope: Scope, window: Window) -> list[Standing]:
    query = comparison_query(
        scope, window, several_versions=several_versions(window), use_rollups=rollups_ready()
    )
    return read_comparison(store().rows(query))
