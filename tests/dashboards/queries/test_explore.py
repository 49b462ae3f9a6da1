"""The questions of the page Explore: every filter, every facet, every order, and copies."""

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest

from dashboards.filters import FeedFilter, Scope
from dashboards.measures import Counts
from dashboards.narrowing import SORTS, Narrowing
from dashboards.queries.breakdown import FACETS, breakdown_query, read_breakdown
from dashboards.queries.choice import Choice
from dashboards.queries.listing import keyed_query, list_query, read_sketches, sketch_query
from dashboards.queries.overview import Others
from dashboards.queries.posts import FeedPost, read_posts
from dashboards.store import Store
from dashboards.time_range import custom_window, milliseconds
from dashboards.voices import fold
from tests.dashboards.mention_table import NOON, MentionTable, mention

WINDOW = custom_window(NOON - timedelta(hours=1), NOON, zone=UTC)
SPAN: dict[str, Any] = {
    "since_ms": milliseconds(WINDOW.since),
    "until_ms": milliseconds(WINDOW.until),
    "several_versions": False,
}
LONG = "The train to the coast was late again and nobody told us why it was, which is a shame"
POSTS: list[tuple[str, dict[str, Any]]] = [
    (LONG, {"product": "One", "country": "DE", "rating": 1.0, "reach": 5, "author": "ann"}),
    (f"RT @bob: {LONG} https://example.org/x", {"rating": 4.5, "sentiment": "negative"}),
    (f"{LONG}!", {"brand": "Boreal", "reach": 900, "sentiment": "positive", "lang": "de"}),
    (
        "地铁又晚点了，今天真的太慢了",
        {"lang": "zh", "country": "CN", "emotions": ["anger", "fear"]},
    ),
    ("All is fine with the new product here", {"product": "One", "rating": 5.0}),
    ("ok", {"author": "ann", "p_negative": 0.3, "p_neutral": 0.4, "p_positive": 0.3}),
    ("ok", {"author": "bob", "topics": ["price", "staff", "price"]}),
]
ROWS = [
    mention(
        post_id=f"p{number}",
        posted_at=NOON - timedelta(minutes=number + 1, milliseconds=number),
        text=text,
        **values,
    )
    for number, (text, values) in enumerate(POSTS)
]


@pytest.fixture(scope="module", autouse=True)
def filled(table: MentionTable) -> None:
    table.insert(ROWS)
    table.insert(ROWS[:3])


def listed(store: Store, choice: Choice, sort: str = "newest") -> list[FeedPost]:
    query = list_query(choice, **SPAN, sort=sort, limit=100, characters=100)
    return read_posts(store.rows(query))


def ids(posts: list[FeedPost]) -> str:
    return " ".join(post.post_id.removeprefix("p") for post in posts)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice(), "0 1 2 3 4 5 6"),
        (Choice(scope=Scope(brands=("Boreal",))), "2"),
        (Choice(feed=FeedFilter(sentiments=("negative", "positive"))), "1 2"),
        (Choice(feed=FeedFilter(topics=("price",))), "6"),
        (Choice(narrowing=Narrowing(emotions=("fear", "joy"))), "3"),
        (Choice(feed=FeedFilter(text='"was late" NEAR/9 coast -rt')), "0 2"),
        (Choice(feed=FeedFilter(text="晚点")), "3"),
        (Choice(narrowing=Narrowing(products=("One",))), "0 4"),
        (Choice(narrowing=Narrowing(countries=("DE", "CN"))), "0 3"),
        (Choice(narrowing=Narrowing(authors=("ann", "it's"))), "0 5"),
        (Choice(narrowing=Narrowing(least_rating=1.5)), "1 4"),
        (Choice(narrowing=Narrowing(most_rating=4.5)), "0 1"),
        (Choice(narrowing=Narrowing(least_reach=6)), "2"),
        (Choice(narrowing=Narrowing(least_length=3, most_length=14)), "3"),
        (Choice(narrowing=Narrowing(most_sure=50)), "5"),
        (Choice(narrowing=Narrowing(most_length=2, least_sure=50)), "6"),
        (
            Choice(Scope(langs=("en",)), FeedFilter(text="train"), Narrowing(least_rating=1.0)),
            "0 1",
        ),
    ],
)
def test_every_filter_must_hold_in_lists_and_numbers(store: Store, choice: Choice, expected: str):
    """The numbers are those of the posts that are listed."""
    posts = listed(store, choice)
    assert ids(posts) == expected
    query = breakdown_query(choice, WINDOW, several_versions=False)
    found = read_breakdown(store.rows(query), WINDOW)
    assert found.total.total == len(posts)
    assert {group.name for group in found.facets["emotion"]} == (
        {"anger", "fear"} if "3" in expected else set()
    )
    for facet in set(FACETS) - {"emotion"}:
        counted = {group.name: group.now.total for group in found.facets[facet]}
        assert counted == _counted(posts, facet), facet


def _counted(posts: list[FeedPost], facet: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for post in posts:
        names = set(post.topics) if facet == "topic" else [getattr(post, facet)]
        for name in names:
            if name is not None:
                label = f"{name:g}" if isinstance(name, float) else name
                counts[label] = counts.get(label, 0) + 1
    return counts


def test_facets_may_be_asked_for_alone(store: Store):
    """What the rollups give is not counted a second time."""
    query = breakdown_query(
        Choice(), WINDOW, several_versions=False, facets=("rating", "author"), with_time=False
    )
    found = read_breakdown(store.rows(query), WINDOW)
    assert [(group.name, group.now.total) for group in found.facets["rating"]] == [
        ("1", 1),
        ("4.5", 1),
        ("5", 1),
    ]
    assert not found.facets["brand"]


def test_groups_beyond_the_largest_are_known_by_their_sum(store: Store, table: MentionTable):
    """However many people write, one's part is that of all mentions."""
    day_before = NOON - timedelta(days=1)
    authors = [f"author {number:02}" for number in range(60) for _ in range(1 if number else 5)]
    table.insert(
        mention(
            author=author,
            sentiment="negative" if author > "author 50" else "positive",
            emotions=["joy", "fear"],
            posted_at=day_before - timedelta(minutes=1),
        )
        for author in authors
    )
    window = custom_window(day_before - timedelta(hours=1), day_before, zone=UTC)
    query = breakdown_query(Choice(), window, several_versions=False)
    found = read_breakdown(store.rows(query), window)
    shown = found.facets["author"]
    assert [group.name for group in shown] == [f"author {number:02}" for number in range(50)]
    assert shown[0].now.total == 5
    assert found.others["author"] == Others(10, Counts(negative=9, positive=1))
    assert found.others["emotion"] == found.others["rating"] == Others()
    assert found.total.total == 64


@pytest.mark.parametrize("sort", SORTS)
def test_orders(store: Store, sort: str):
    """Each order is what it says; equal ones have the newest first."""
    posts = listed(store, Choice(), sort)
    keys = {
        "newest": lambda post: -post.posted_at.timestamp(),
        "oldest": lambda post: post.posted_at.timestamp(),
        "reach": lambda post: (-post.reach, -post.posted_at.timestamp()),
        "strength": lambda post: (-abs(post.score), -post.posted_at.timestamp()),
        "copies": lambda post: -post.posted_at.timestamp(),
    }
    assert posts == sorted(posts, key=keys[sort])


def test_copies_are_folded(store: Store):
    """Addresses, names and marks make no difference; short texts of two people do not fold."""
    rows = store.rows(sketch_query(Choice(), **SPAN, sort="newest"))
    voices = fold(read_sketches(rows))
    assert [(voice.key.post_id, voice.copies) for voice in voices] == [
        ("p0", 3),
        ("p3", 1),
        ("p4", 1),
        ("p5", 1),
        ("p6", 1),
    ]
    query = keyed_query(Choice(), voices, several_versions=False, characters=100)
    posts = read_posts(store.rows(query))
    assert {post.key for post in posts} == {voice.key for voice in voices}


def test_every_dimension_of_a_pick_is_a_filter(store: Store):
    """Numbers and lists of several versions are asked the same way."""
    choice = replace(Choice(), feed=FeedFilter(text="train OR ok"))
    query = list_query(
        choice, **{**SPAN, "several_versions": True}, sort="newest", limit=3, characters=10
    )
    assert ids(read_posts(store.rows(query))) == "0 1 2"
