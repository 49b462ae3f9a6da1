"""Which sources are remembered."""

from streams.alerts.minute import Minute, SourceCount
from streams.alerts.sources import EVERY_SOURCE, SourceWatch

DAY_S = 86_400
START_S = 20_000 * DAY_S + 60


def minute(start_s: int, posts: dict[str, int]) -> Minute:
    """A minute with posts of one brand, by source."""
    sources = tuple(SourceCount("Acme", source, count) for source, count in posts.items())
    return Minute(start_s, {}, sources, {})


def test_sources_that_came_once_do_not_fill_the_places_for_ever():
    """Where every site is a source of its own, those that bring posts find a place within a day."""
    watch = SourceWatch.empty()
    watch.step(minute(START_S, {f"site-{number:04}.example": 1 for number in range(1_000)}))
    full = len(watch.names)
    for hour in range(1, 25):
        watch.step(minute(START_S + 3600 * hour, {"forum": 50}))
    assert "forum" not in watch.names
    watch.step(minute(START_S - 60 + 2 * DAY_S, {"forum": 50}))
    watch.step(minute(START_S + 2 * DAY_S, {"forum": 50}))
    assert {"forum", EVERY_SOURCE} <= set(watch.names)
    assert len(watch.names) < full
    # The detector's rows are those of the names still.
    restored = SourceWatch.restored(watch.state())
    assert restored.step(minute(START_S + 60 + 2 * DAY_S, {"forum": 50})) == {}


def test_sources_of_long_ago_are_forgotten():
    """A quarter of a year later nothing is known of them any more."""
    watch = SourceWatch.empty()
    watch.step(minute(START_S, {"old": 5, "forum": 50}))
    for day in range(1, 100):
        watch.step(minute(START_S - 60 + day * DAY_S, {"forum": 50}))
    assert set(watch.names) == {"forum", EVERY_SOURCE}
    assert {source for _, source in watch.shares} == {"forum"}
