"""Answers for the page Explore, shared between viewers as in shared.py."""

from dashboards.answers import shared_answer
from dashboards.csv_export import CELL_CHARACTERS, MAX_ROWS, to_csv
from dashboards.narrowing import Listing
from dashboards.parquet_export import to_parquet
from dashboards.queries import breakdown, listing, posts
from dashboards.queries.breakdown import (
    FACETS,
    FIRST_FACETS,
    FURTHER_FACETS,
    PLAIN_FACETS,
    Breakdown,
    rolled_choice,
)
from dashboards.queries.choice import Choice
from dashboards.queries.posts import SHOWN_CHARACTERS, FeedPost
from dashboards.shared import (
    ANSWER_TTL_S,
    first_filled,
    notice_promotion,
    rollups_ready,
    several_versions,
    store,
)
from dashboards.time_range import Window, milliseconds
from dashboards.voices import Sketched, Voice, fold

# Parquet takes any text; a browser's download does not take any size.
PARQUET_CHARACTERS = 1_000_000


def broken_down(choice: Choice, window: Window) -> Breakdown:
    """The numbers of the choice, and the first of what it is made of.

    Raises SearchError beside what the store raises.
    """
    notice_promotion()
    return _broken_down(choice, window)


def further_facets(choice: Choice, window: Window) -> Breakdown:
    """What else the choice is made of; it takes longer."""
    notice_promotion()
    # Whatever is asked of a search reads all texts, so it is asked for once.
    return (_broken_down if choice.feed.text else _further_facets)(choice, window)


@shared_answer(ttl=ANSWER_TTL_S, max_entries=200)
def _broken_down(choice: Choice, window: Window) -> Breakdown:
    query = breakdown.breakdown_query(
        choice,
        window,
        several_versions=several_versions(window),
        facets=FACETS if choice.feed.text else FIRST_FACETS,
        use_rollups=rollups_ready(),
    )
    return breakdown.read_breakdown(store().rows(query), window)


@shared_answer(ttl=ANSWER_TTL_S, max_entries=200)
def _further_facets(choice: Choice, window: Window) -> Breakdown:
    several, ready = several_versions(window), rollups_ready()
    rolled = [facet for facet in FURTHER_FACETS if facet not in PLAIN_FACETS]
    # Apart where the rollups have most of them.
    apart = ready and rolled_choice(choice, window, rolled)
    rows = [
        row
        for facets in ([rolled, PLAIN_FACETS] if apart else [FURTHER_FACETS])
        for row in store().rows(
            breakdown.breakdown_query(
                choice,
                window,
                several_versions=several,
                facets=facets,
                with_time=False,
                use_rollups=ready,
            )
        )
    ]
    return breakdown.read_breakdown(rows, window)


def listed_posts(
    choice: Choice, window: Window, order: Listing, *, limit: int
) -> tuple[list[tuple[FeedPost, int]], bool]:
    """The first posts of the order with the number of their copies, and whether there are more."""
    if not order.folded:
        found = _plain(choice, window, order.sort, limit + 1)
        return [(post, 1) for post in found[:limit]], len(found) > limit
    voices = _voices(choice, window, order.sort)
    shown = voices[:limit]
    read = {post.key: post for post in _keyed(choice, window, tuple(shown))} if shown else {}
    # One that was erased meanwhile is missing.
    rows = [(read[voice.key], voice.copies) for voice in shown if voice.key in read]
    return rows, len(voices) > limit


def downloaded(choice: Choice, window: Window, sort: str, *, parquet: bool) -> bytes:
    """The first posts of the order as a table, copies and all."""
    characters = PARQUET_CHARACTERS if parquet else CELL_CHARACTERS
    # Not kept: a download is made once, and may be large.
    found = _read_plain(choice, window, sort, MAX_ROWS, characters)
    return to_parquet(found) if parquet else to_csv(found)


@shared_answer(ttl=ANSWER_TTL_S, max_entries=50)
def _plain(choice: Choice, window: Window, sort: str, limit: int) -> list[FeedPost]:
    return _read_plain(choice, window, sort, limit, SHOWN_CHARACTERS)


def _read_plain(
    choice: Choice, window: Window, sort: str, limit: int, characters: int
) -> list[FeedPost]:
    several = several_versions(window)

    def read(since_ms: int, until_ms: int) -> list[FeedPost]:
        query = listing.list_query(
            choice,
            since_ms=since_ms,
            until_ms=until_ms,
            several_versions=several,
            sort=sort,
            limit=limit,
            characters=characters,
        )
        return posts.read_posts(store().rows(query))

    return first_filled(_periods(window, sort), read, lambda found: len(found) >= limit)


@shared_answer(ttl=ANSWER_TTL_S, max_entries=50)
def _voices(choice: Choice, window: Window, sort: str) -> list[Voice]:
    several = several_versions(window)

    def read(since_ms: int, until_ms: int) -> list[Sketched]:
        query = listing.sketch_query(
            choice, since_ms=since_ms, until_ms=until_ms, several_versions=several, sort=sort
        )
        return listing.read_sketches(store().rows(query))

    found = first_filled(
        _periods(window, sort), read, lambda found: len(found) >= listing.MAX_SKETCHED
    )
    voices = fold(found)
    return sorted(voices, key=lambda voice: -voice.copies) if sort == "copies" else voices


def _periods(window: Window, sort: str) -> list[tuple[int, int]]:
    return listing.periods_to_try(
        sort, since_ms=milliseconds(window.since), until_ms=milliseconds(window.until)
    )


@shared_answer(ttl=ANSWER_TTL_S, max_entries=50)
def _keyed(choice: Choice, window: Window, voices: tuple[Voice, ...]) -> list[FeedPost]:
    query = listing.keyed_query(
        choice, voices, several_versions=several_versions(window), characters=SHOWN_CHARACTERS
    )
    return posts.read_posts(store().rows(query))


def forget() -> None:
    """Read again at once: the viewer has just changed something."""
    for answers in (_broken_down, _further_facets, _plain, _voices, _keyed):
        answers.clear()
