"""The posts behind the numbers: newest first, by filter, paged by key.

A page is bounded by the key of the post that it ends at, never by a count of posts to skip: posts
that arrive meanwhile neither repeat nor hide any.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dashboards.filters import FeedFilter, Scope
from dashboards.queries.choice import Choice, chosen_mentions
from dashboards.queries.conditions import Query, Row, Value
from dashboards.time_range import milliseconds

SHOWN_CHARACTERS: Final = 4_000
MAX_AUTHOR_CHARACTERS: Final = 200

_KEY: Final = "(posted_at, source, post_id, brand)"
_CURSOR: Final = (
    "(fromUnixTimestamp64Milli(%({name}_ms)s, 'UTC'), "
    "%({name}_source)s, %({name}_post_id)s, %({name}_brand)s)"
)
# What `read_posts` reads; with a parameter `characters`.
POST_COLUMNS: Final = (
    "brand, posted_at, source, post_id, kind, substringUTF8(text, 1, %(characters)s), "
    "lengthUTF8(text), lang, product, rating, author, url, country, reach, "
    "sentiment, score, topics, model_version"
)
_SQL: Final = """
SELECT {columns}
FROM {table}
WHERE {terms}
ORDER BY posted_at DESC, source DESC, post_id DESC, brand DESC
LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class PostKey:
    """The place of a post in the feed's order."""

    posted_at_ms: int
    source: str
    post_id: str
    brand: str

    @property
    def text(self) -> str:
        """The key as one text, for the browser."""
        return "\x1f".join((str(self.posted_at_ms), self.source, self.post_id, self.brand))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPost:
    """One mention as the feed shows it.

    text: at most as many characters as were asked for, of `characters` altogether.
    """

    brand: str
    posted_at: datetime
    source: str
    post_id: str
    kind: str
    text: str
    characters: int
    lang: str
    product: str
    rating: float | None
    author: str
    url: str
    country: str
    reach: int
    sentiment: str
    score: float
    topics: tuple[str, ...]
    model_version: str

    @property
    def key(self) -> PostKey:
        """The post's place in the feed."""
        return PostKey(milliseconds(self.posted_at), self.source, self.post_id, self.brand)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A stretch of the feed.

    older_than: only posts that come after this one. down_to: none that come after this one, so
    that a page that was read on stays whole when it is read again.
    """

    limit: int
    older_than: PostKey | None = None
    down_to: PostKey | None = None
    text_characters: int = SHOWN_CHARACTERS


def posts_query(  # noqa: PLR0913 - what, of what, which part, in which period
    feed: FeedFilter,
    scope: Scope,
    page: Page,
    *,
    since_ms: int,
    until_ms: int,
    several_versions: bool,
) -> Query:
    """The question; its answer goes to `read_posts`. Raises SearchError."""
    selected = chosen_mentions(
        Choice(scope, feed),
        since_ms=since_ms,
        until_ms=until_ms,
        several_versions=several_versions,
    )
    terms: list[str] = []
    parameters: dict[str, Value] = {}
    for name, edge, sign in (("top", page.older_than, "<"), ("foot", page.down_to, ">=")):
        if edge:
            terms.append(f"{_KEY} {sign} {_CURSOR.format(name=name)}")
            parameters |= {
                f"{name}_ms": edge.posted_at_ms,
                f"{name}_source": edge.source,
                f"{name}_post_id": edge.post_id,
                f"{name}_brand": edge.brand,
            }
    return Query(
        _SQL.format(columns=POST_COLUMNS, table=selected.table, terms=" AND ".join(terms) or "1"),
        {
            **selected.parameters,
            **parameters,
            "limit": page.limit,
            "characters": page.text_characters,
        },
    )


def read_posts(rows: Iterable[Row]) -> list[FeedPost]:
    """Rows of `posts_query` as posts."""
    names = FeedPost.__dataclass_fields__
    return [_post(dict(zip(names, row, strict=True))) for row in rows]


def periods_to_try(feed: FeedFilter, *, since_ms: int, until_ms: int) -> list[tuple[int, int]]:
    """Growing periods that end where the feed begins: the newest posts are mostly in the first.

    Sorting by time reads every mention of a period, so a short one is much quicker.
    """
    if feed.pick and feed.pick.dimension == "time":
        start, end = feed.pick.period
        since_ms, until_ms = max(since_ms, start), min(until_ms, end)
    length = max(until_ms - since_ms, 0)
    parts = (64, 8, 1) if length > 3_600_000 else (1,)
    return [(until_ms - length // part, until_ms) for part in parts]


def _post(row: dict[str, object]) -> FeedPost:
    topics = row.pop("topics")
    assert isinstance(topics, list | tuple)
    # The driver hands over bytes where a value is no UTF-8.
    values = {name: _readable(value) for name, value in row.items()}
    return FeedPost(topics=tuple(str(_readable(topic)) for topic in topics), **values)  # type: ignore[arg-type]


def _readable(value: object) -> object:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
