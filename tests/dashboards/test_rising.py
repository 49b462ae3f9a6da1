"""What rises is what takes more of all, not what grows with all, and not what chance lifts."""

import random

from dashboards.measures import Counts
from dashboards.queries.overview import Group, Overview
from dashboards.rising import MAX_RISING, rising


def overview(topics: dict[str, tuple[int, int]], *, now: int, before: int) -> Overview:
    """Topics by their mentions now and before, of so many altogether."""
    groups = tuple(Group(n, Counts(0, a, 0), Counts(0, b, 0)) for n, (a, b) in topics.items())
    whole = (Counts(0, now, 0), Counts(0, before, 0))
    return Overview(*whole, buckets=(), brands=(), langs=(), sources=(), topics=groups)


def test_what_takes_more_of_all_comes_first():
    """The clearest first; what is new has no factor."""
    found = rising(
        overview(
            {"late": (200, 50), "new": (80, 0), "as ever": (300, 300), "less": (20, 200)},
            now=1_000,
            before=1_000,
        )
    )
    assert [(one.name, one.factor) for one in found] == [("late", 4.0), ("new", None)]


def test_a_little_more_of_very_many_is_no_news():
    """It is beyond chance, but nobody would look at it."""
    found = rising(overview({"a": (110_000, 100_000)}, now=1_000_000, before=1_000_000))
    assert found == []


def test_what_grows_with_all_does_not_rise():
    """Twice as much of everything is no news about any part."""
    assert rising(overview({"a": (400, 200), "b": (600, 300)}, now=1_000, before=500)) == []


def test_few_mentions_and_empty_periods_say_nothing():
    """Nothing can be said about them."""
    assert rising(overview({"a": (9, 0)}, now=1_000, before=1_000)) == []
    assert rising(overview({"a": (50, 0)}, now=1_000, before=0)) == []
    assert rising(overview({}, now=0, before=0)) == []


def test_chance_alone_seldom_lifts_anything():
    """Of 200 quiet periods with 100 names each, about one in twenty shows something."""
    chance = random.Random(8)
    shown = 0
    for _ in range(200):
        topics = {f"t{number}": (0, 0) for number in range(100)}
        counts = {name: [0, 0] for name in topics}
        for side in (0, 1):
            for name in chance.choices(list(counts), k=5_000):
                counts[name][side] += 1
        found = {name: (now, before) for name, (now, before) in counts.items()}
        shown += bool(rising(overview(found, now=5_000, before=5_000)))
    assert shown <= 20


def test_there_is_a_bound():
    """The list stays one that can be read at a glance."""
    topics = {f"t{number}": (100, 10) for number in range(20)}
    assert len(rising(overview(topics, now=20_000, before=20_000))) == MAX_RISING
