"""Which row of a post people see: the one place that decides it, for rollups and all readers.

A post of a brand has a row for each model version that scored it. Seen is the row of the active
version; where that one scored nothing, the row that was scored last. So a promotion, which only
names another active version, changes what every reader sees with its next question.
"""

from typing import Final

from schemas.mention import MENTIONS_TABLE
from schemas.versions import ACTIVE_VERSION

POST_KEY: Final = "brand, posted_at, source, post_id"


def preference(active: str = ACTIVE_VERSION) -> str:
    """SQL for ORDER BY: of one post's rows, the one that is seen comes first.

    active: SQL of the version that is taken for the active one.
    """
    return f"model_version = {active} DESC, scored_at DESC, model_version"


def seen_mentions(
    where: str,
    *,
    columns: str = "*",
    several_versions: bool = True,
    active: str = ACTIVE_VERSION,
) -> str:
    """SQL of mentions as people see them, one row a post and brand: `FROM {seen_mentions(…)}`.

    where: on columns that all rows of a post share, with values as parameters alone. columns: what
    to select. several_versions: False where it is known that one version scored all of them, which
    is quicker. active: see `preference`.
    """
    one_each = f"ORDER BY {POST_KEY}, {preference(active)} LIMIT 1 BY {POST_KEY}"
    return (
        f"(SELECT {columns} FROM {MENTIONS_TABLE} FINAL WHERE {where} "  # noqa: S608 - names only
        f"{one_each if several_versions else ''})"
    )
