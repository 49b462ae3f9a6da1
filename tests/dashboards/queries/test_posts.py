"""The feed's questions: its order, its pages, its search and its filters."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from dashboards.filters import FeedFilter, Pick, Scope
from dashboards.queries.posts import (
    FeedPost,
    Page,
    periods_to_try,
    posts_query,
    read_posts,
)
from dashboards.store import Store
from dashboards.time_range import milliseconds
from tests.dashboards.mention_table import NOON, MentionTable, mention

TEXTS = (
    "The TRAIN was late, again.",
    "Der Zug war pünktlich: GRÜSSE!",
    "列車が遅れました",
    "ｔｒａｉｎ in full-width letters",
    "t\u200brain with a word joiner in it",
    "100% sure; DROP TABLE mentions; --",
    "Поезд опоздал",
    "a_b%c\\d",
)


@pytest.fixture(scope="module", autouse=True)
def filled(table: MentionTable) -> None:
    """One post a minute, the last ones twice; several at the very same moment."""
    rows = [
        mention(
            text=text,
            brand=("Aurora", "Boreal")[number % 2],
            sentiment=("negative", "positive")[number % 2],
            topics=["price"] if number % 4 == 0 else ["delivery", "price"],
            posted_at=NOON - timedelta(minutes=1 + number // 3),
        )
        for number, text in enumerate(TEXTS)
    ]
    table.insert(rows)
    table.insert(rows[:3])


def found(store: Store, feed: FeedFilter, page: Page | None = None) -> list[FeedPost]:
    """The posts of the last hour that match."""
    query = posts_query(
        feed,
        Scope(),
        page or Page(limit=100),
        since_ms=milliseconds(NOON - timedelta(hours=1)),
        until_ms=milliseconds(NOON),
        several_versions=False,
    )
    return read_posts(store.rows(query))


def texts(posts: Sequence[FeedPost]) -> set[str]:
    return {post.text for post in posts}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("train", {0, 3, 4}),
        ("late TRAIN", {0}),
        ('"was late"', {0}),
        ('"late was"', set()),
        ("grüsse PÜNKTLICH", {1}),
        ("遅れ", {2}),
        ("grusse OR 遅れ", {1, 2}),
        ("поезд", {6}),
        ("100% ;", {5}),
        ("'; DROP", set()),
        ("a_b%c\\", {7}),
        ("%", {5, 7}),
        ("\ud800", set()),
        ("", set(range(8))),
    ],
)
def test_a_search_wants_all_its_words(store: Store, text: str, numbers: set[int]):
    """In any order, in any script, without regard to case and width, and literally."""
    assert texts(found(store, FeedFilter(text=text))) == {TEXTS[number] for number in numbers}


def test_pages_hold_every_post_once_newest_first(store: Store):
    """Read in pages of any size the feed is the same, though posts share a moment."""
    whole = found(store, FeedFilter())
    assert len(whole) == len(TEXTS)
    assert [post.posted_at for post in whole] == sorted(
        (post.posted_at for post in whole), reverse=True
    )
    for size in (1, 2, 3):
        read: list[FeedPost] = []
        while len(read) < len(whole):
            last = read[-1].key if read else None
            read += found(store, FeedFilter(), Page(limit=size, older_than=last))
        assert read == whole
    down_to = Page(limit=100, down_to=whole[4].key)
    assert found(store, FeedFilter(), down_to) == whole[:5]
    between = Page(limit=100, older_than=whole[1].key, down_to=whole[4].key)
    assert found(store, FeedFilter(), between) == whole[2:5]


@pytest.mark.parametrize(
    ("feed", "numbers"),
    [
        (FeedFilter(sentiments=("negative",)), {0, 2, 4, 6}),
        (FeedFilter(topics=("delivery",)), {1, 2, 3, 5, 6, 7}),
        (FeedFilter(pick=Pick("brand", "Boreal")), {1, 3, 5, 7}),
        (FeedFilter(pick=Pick("brand", "Boreal", "negative")), set()),
        (FeedFilter(pick=Pick("topic", "delivery", "positive")), {1, 3, 5, 7}),
        (FeedFilter(pick=Pick("lang", "en"), text="zug"), {1}),
    ],
)
def test_filters_and_what_was_picked_narrow_the_feed(
    store: Store, feed: FeedFilter, numbers: set[int]
):
    """Every filter must hold."""
    assert texts(found(store, feed)) == {TEXTS[number] for number in numbers}


def test_a_picked_time_bounds_what_is_read():
    """Only the part of the period that was picked is asked for."""
    pick = Pick("time", "5000-9000")
    assert periods_to_try(FeedFilter(pick=pick), since_ms=6000, until_ms=20_000) == [(6000, 9000)]


def test_long_periods_are_tried_in_parts_that_end_where_the_feed_begins():
    """The newest posts are mostly in the first part; the last part is the whole."""
    day_ms = 86_400_000
    periods = periods_to_try(FeedFilter(), since_ms=0, until_ms=day_ms)
    assert periods == [(day_ms - day_ms // 64, day_ms), (day_ms - day_ms // 8, day_ms), (0, day_ms)]


def test_texts_are_cut_to_what_is_shown(store: Store):
    """A cut text says how long the whole one is."""
    post = found(store, FeedFilter(text="pünktlich"), Page(limit=1, text_characters=7))[0]
    assert post.text == "Der Zug"
    assert post.characters == len(TEXTS[1])
