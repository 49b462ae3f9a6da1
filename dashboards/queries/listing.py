"""Posts in the order that the viewer wants, copies folded: the list of the page Explore."""

from collections.abc import Iterable, Sequence
from typing import Final

from dashboards.queries.choice import Choice, chosen_mentions
from dashboards.queries.conditions import Query, Row
from dashboards.queries.posts import POST_COLUMNS, PostKey
from dashboards.time_range import milliseconds
from dashboards.voices import SKETCH_SIZE, Sketched, Voice

# Copies are looked for among so many posts, the first ones of the order.
MAX_SKETCHED: Final = 4_000
_SKETCHED_CHARACTERS: Final = 1_000
# Shorter periods are read as a whole.
_SHORT_MS: Final = 3_600_000
_PARTS: Final = (64, 8)
_ORDERS: Final = {
    "newest": "posted_at DESC",
    "oldest": "posted_at",
    "reach": "reach DESC, posted_at DESC",
    "strength": "abs(score) DESC, posted_at DESC",
    # After folding; until then the newest come first.
    "copies": "posted_at DESC",
}
_KEY_ORDER: Final = "source DESC, post_id DESC, brand DESC"
_LIST_SQL: Final = """
SELECT {columns}
FROM {table}
ORDER BY {order}
LIMIT %(limit)s
"""
# Addresses, names and hashtags tell copies apart that are none; so does all but letters.
_LETTERS: Final = (
    "replaceRegexpAll(lowerUTF8(text), "
    "'https?://\\\\S+|[@#]\\\\S+|[^\\\\pL\\\\p{Mn}\\\\p{Mc}]+', '')"
)
_SKETCH_SQL: Final = """
SELECT brand, posted_at, source, post_id, is_short ? [] : arraySlice(arraySort(arrayDistinct(
           arrayMap(part -> xxHash32(part), ngrams(letters, 4)))), 1, %(sketch_size)s),
       is_short ? concat(letters, '\\n', author) : ''
FROM (
    SELECT *, {letters} AS letters,
           match(letters, '[\\\\p{{Han}}\\\\p{{Hiragana}}]') AS is_dense,
           lengthUTF8(letters) < if(is_dense, 6, 12) AS is_short
    FROM (
        SELECT brand, posted_at, source, post_id, author, reach, score,
               substringUTF8(text, 1, %(sketched_characters)s) AS text
        FROM {table}
        ORDER BY {order}
        LIMIT %(limit)s
    )
)
ORDER BY {order}
"""


def list_query(  # noqa: PLR0913 - of what, which period, in which order, how many
    choice: Choice,
    *,
    since_ms: int,
    until_ms: int,
    several_versions: bool,
    sort: str,
    limit: int,
    characters: int,
) -> Query:
    """The first posts of the order; its answer goes to `read_posts`. Raises SearchError."""
    selected = chosen_mentions(
        choice, since_ms=since_ms, until_ms=until_ms, several_versions=several_versions
    )
    return Query(
        _LIST_SQL.format(columns=POST_COLUMNS, table=selected.table, order=_order(sort)),
        {**selected.parameters, "limit": limit, "characters": characters},
    )


def periods_to_try(sort: str, *, since_ms: int, until_ms: int) -> list[tuple[int, int]]:
    """Growing periods, the last of which is all: the first ones hold the order's first posts.

    A period that has as many as are wanted need not be followed by the next.
    """
    whole, length = (since_ms, until_ms), max(until_ms - since_ms, 0)
    if length <= _SHORT_MS or sort not in {"newest", "copies", "oldest"}:
        return [whole]
    parts = [length // part for part in _PARTS]
    if sort == "oldest":
        return [*((since_ms, since_ms + part) for part in parts), whole]
    return [*((until_ms - part, until_ms) for part in parts), whole]


def sketch_query(
    choice: Choice, *, since_ms: int, until_ms: int, several_versions: bool, sort: str
) -> Query:
    """Sketches of the first posts of the order; its answer goes to `read_sketches`."""
    selected = chosen_mentions(
        choice, since_ms=since_ms, until_ms=until_ms, several_versions=several_versions
    )
    return Query(
        _SKETCH_SQL.format(table=selected.table, order=_order(sort), letters=_LETTERS),
        {
            **selected.parameters,
            "limit": MAX_SKETCHED,
            "sketch_size": SKETCH_SIZE,
            "sketched_characters": _SKETCHED_CHARACTERS,
        },
    )


def read_sketches(rows: Iterable[Row]) -> list[Sketched]:
    """Rows of `sketch_query`."""
    return [
        Sketched(
            PostKey(milliseconds(posted_at), str(source), str(post_id), str(brand)),
            tuple(map(int, sketch)),
            str(alone),
        )
        for brand, posted_at, source, post_id, sketch, alone in rows
    ]


def keyed_query(
    choice: Choice, voices: Sequence[Voice], *, several_versions: bool, characters: int
) -> Query:
    """The first posts of these voices, at least one; its answer goes to `read_posts`."""
    times = [voice.key.posted_at_ms for voice in voices]
    # The posts are known by their keys: what else chose them need not be asked again.
    selected = chosen_mentions(
        Choice(choice.scope),
        since_ms=min(times),
        until_ms=max(times) + 1,
        several_versions=several_versions,
    )
    keys = tuple(
        (key.brand, key.posted_at_ms, key.source, key.post_id)
        for key in (voice.key for voice in voices)
    )
    wanted = "(brand, toUnixTimestamp64Milli(posted_at), source, post_id) IN %(keys)s"
    return Query(
        f"SELECT {POST_COLUMNS} FROM {selected.table} WHERE {wanted}",  # noqa: S608 - names only
        {**selected.parameters, "keys": keys, "characters": characters},
    )


def _order(sort: str) -> str:
    """Raises KeyError for what is none of narrowing.SORTS."""
    return f"{_ORDERS[sort]}, {_KEY_ORDER}"
