"""What the page says of its freshness."""

from datetime import timedelta

import pytest

from dashboards.queries.watching import Watch
from dashboards.views.freshness import state_of


@pytest.mark.parametrize(
    ("minutes", "word", "dot"),
    [(0, "Live", "fresh"), (3, "Quiet", "quiet"), (11, "Stale", "stale")],
)
@pytest.mark.parametrize("watch", [None, Watch("ok", "", ()), Watch("away", "", ())])
def test_the_newest_scoring_says_how_fresh(minutes: int, word: str, dot: str, watch: Watch | None):
    """While nobody says that posts are waiting."""
    found = state_of(timedelta(minutes=minutes), watch)
    assert found[:2] == (dot, word)
    assert "newest" in found[2]


def test_waiting_posts_are_not_quiet():
    """The workers lag: what is being said is not known."""
    watch = Watch("unknown", "reviews/3: 500 records are not stored yet", ())
    assert state_of(timedelta(minutes=3), watch) == (
        "stale",
        "Not known",
        "reviews/3: 500 records are not stored yet",
    )
