"""Saved watchlists, and the stored posts in which a changed one may find something else."""

from collections.abc import Iterable
from itertools import groupby
from typing import Final
from uuid import UUID

from dashboards.filters import Scope
from dashboards.queries.conditions import Query, Row, Value, mentions_in
from dashboards.queries.posts import POST_COLUMNS, FeedPost, read_posts
from dashboards.search.compile import folded_texts
from dashboards.search.sieve import sieve_pattern
from dashboards.watchlist_preview import Affected, StoredPost
from schemas.post import MAX_TEXT_CHARACTERS
from schemas.watchlist_versions import VERSIONS_TABLE, SavedWatchlist

MAX_VERSIONS: Final = 20
MAX_ROWS: Final = 3_000
# ClickHouse looks for so many words at once.
_AT_ONCE: Final = 250
MAX_PHRASES: Final = 20 * _AT_ONCE
# Of so few phrases it is quickly told which texts they cannot stand in; others need not be folded.
_SIFTED: Final = 5
_VERSIONS_SQL: Final = f"""
SELECT id, at, who, why, changes, text FROM {VERSIONS_TABLE}
ORDER BY at DESC, id DESC LIMIT %(most)s
"""  # noqa: S608 - a constant's name
_SQL: Final = """
SELECT {columns} FROM (SELECT *, {folded} FROM {table} WHERE {sieve})
WHERE {condition}
ORDER BY posted_at DESC, source DESC, post_id DESC, brand
LIMIT %(limit)s
"""


def versions_query() -> Query:
    """The newest versions; the answer goes to `read_versions`."""
    return Query(_VERSIONS_SQL, {"most": MAX_VERSIONS})


def read_versions(rows: Iterable[Row]) -> list[SavedWatchlist]:
    """Rows of `versions_query`, the newest first."""
    return [
        SavedWatchlist(
            id=number if isinstance(number, UUID) else UUID(str(number)),
            at=at,
            who=str(who),
            why=str(why),
            changes=tuple(map(str, changes)),
            text=str(text),
        )
        for number, at, who, why, changes, text in rows
    ]


def candidates_query(
    looked_for: Affected, *, since_ms: int, until_ms: int, several_versions: bool
) -> Query:
    """The newest mentions that may come out differently; the answer goes to `read_candidates`.

    One mention more than is read, to tell whether that is all. looked_for: at most MAX_PHRASES.
    """
    selected = mentions_in(
        Scope(), since_ms=since_ms, until_ms=until_ms, several_versions=several_versions
    )
    folded = folded_texts()
    parameters: dict[str, Value] = {**selected.parameters, **folded.parameters}
    terms: list[str] = []
    sieves: list[str] = []
    if len(looked_for.phrases) <= _SIFTED:
        pieces = [max(phrase.split(), key=len) for phrase in looked_for.phrases]
        sieves = ["match(text, %(sieve)s)"] if pieces else []
        parameters["sieve"] = "|".join(map(sieve_pattern, pieces))
    for start in range(0, len(looked_for.phrases), _AT_ONCE):
        name = f"phrases_{start}"
        terms.append(f"multiSearchAny(folded_text, %({name})s)")
        parameters[name] = list(looked_for.phrases[start : start + _AT_ONCE])
    if looked_for.brands:
        terms.append("brand IN %(gone)s")
        sieves += ["brand IN %(gone)s"] if sieves else []
        parameters["gone"] = looked_for.brands
    sql = _SQL.format(
        columns=POST_COLUMNS,
        folded=folded.columns,
        table=selected.table,
        sieve=" OR ".join(sieves) or "1",
        condition=" OR ".join(terms) or "0",
    )
    limits: dict[str, Value] = {"limit": MAX_ROWS + 1, "characters": MAX_TEXT_CHARACTERS}
    return Query(sql, {**parameters, **limits})


def read_candidates(rows: Iterable[Row]) -> tuple[list[StoredPost], bool]:
    """The posts, each once, and whether these are all."""
    posts = read_posts(rows)
    found = [_stored(list(same)) for _, same in groupby(posts, key=_post_key)]
    if len(posts) <= MAX_ROWS:
        return found, True
    return found[:-1], False  # the last one may lack brands


def _post_key(post: FeedPost) -> tuple[object, ...]:
    return post.posted_at, post.source, post.post_id


def _stored(same: list[FeedPost]) -> StoredPost:
    return StoredPost(same[0], {post.brand: post.product for post in same})
