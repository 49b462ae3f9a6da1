"""Answers for the page Compare, shared between viewers as in shared.py."""

from dashboards.answers import shared_answer
from dashboards.queries.choice import Choice
from dashboards.queries.comparison import Standing, comparison_query, read_comparison
from dashboards.shared import ANSWER_TTL_S, notice_promotion, rollups_ready, several_versions, store
from dashboards.time_range import Window


def standings(choice: Choice, window: Window) -> list[Standing]:
    """The brands of the choice side by side, most mentions first.

    Raises SearchError beside what the store raises.
    """
    notice_promotion()
    return _standings(choice, window)


@shared_answer(ttl=ANSWER_TTL_S, max_entries=100)
def _standings(choice: Choice, window: Window) -> list[Standing]:
    query = comparison_query(
        choice, window, several_versions=several_versions(window), use_rollups=rollups_ready()
    )
    return read_comparison(store().rows(query))
