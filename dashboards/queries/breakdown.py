"""What a choice of mentions is made of: by time, brand, product, language, country and so on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from dashboards.measures import Counts
from dashboards.queries.choice import Choice, chosen_mentions
from dashboards.queries.conditions import Query, Row, grouped_kind, kinds_array, mentions_in
from dashboards.queries.overview import Bucket, Group, Others
from dashboards.queries.rollups import Rolled, part_rows, rolled_window
from dashboards.time_range import Window, milliseconds

# Columns that mentions are grouped by; a mention is about several topics, may
# show several emotions, and may lack a rating.
FACETS: Final = (
    *("brand", "topic", "lang", "source", "country", "product", "rating", "author", "emotion"),
)
# Those that are shown first.
FIRST_FACETS: Final = ("brand", "topic", "lang", "source")
FURTHER_FACETS: Final = tuple(facet for facet in FACETS if facet not in FIRST_FACETS)
# Those that the rollups do not have.
PLAIN_FACETS: Final = ("author",)
MAX_GROUPS: Final = 50
# Grouping many ways in one pass takes a sixth of the time of a row for each mention and facet.
# Keeping the largest groups while adding up all of them is quicker than sorting millions of names.
_SQL: Final = """
{with_unsettled}
SELECT kind, count(), sum(bad), sum(mid), sum(good),
       groupArraySorted(%(max_groups)s)((-(bad + mid + good), name, bucket, bad, mid, good))
FROM (
    SELECT kind, bucket, name,
           sum(negative) AS bad, sum(neutral) AS mid, sum(positive) AS good
    FROM ({rows})
    WHERE kind != 'rating' OR name != ''
    GROUP BY kind, bucket, name
)
GROUP BY kind
"""
_MENTIONS: Final = """
    SELECT {kind} AS kind,
           {bucket} AS bucket,
           arrayJoin({names}) AS name,
           countIf(sentiment = 'negative') AS negative, countIf(sentiment = 'neutral') AS neutral,
           countIf(sentiment = 'positive') AS positive
    FROM (
        SELECT roundDown(toUnixTimestamp64Milli(posted_at), %(edges)s)::Int64 AS start,
               ifNull(toString(rating), '') AS rating, {plain}, topics, emotions,
               sentiment
        FROM {table}
    )
    GROUP BY GROUPING SETS ({sets})
"""
_START: Final = "roundDown(toUnixTimestamp(minute)::Int64 * 1000, %(edges)s)::Int64"
_PLAIN: Final = ("brand", "lang", "source", "country", "product", "author")
_NAMES: Final = frozenset({*_PLAIN, "rating"})
_COLUMNS: Final = {"bucket": "start", "topic": "topics", "emotion": "emotions"}


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Mentions of a choice in a window.

    facets: of each of FACETS the groups, most mentions first, at most MAX_GROUPS; what is not given
    ("") is one of them, but for ratings. others: of each of FACETS, the groups beyond these.
    """

    total: Counts
    buckets: tuple[Bucket, ...]
    facets: dict[str, tuple[Group, ...]]
    others: dict[str, Others]


def breakdown_query(  # noqa: PLR0913 - of what, by what, from where
    choice: Choice,
    window: Window,
    *,
    several_versions: bool,
    facets: Sequence[str] = FACETS,
    with_time: bool = True,
    use_rollups: bool = False,
) -> Query:
    """The question; its answer goes to `read_breakdown`. Raises SearchError.

    use_rollups: whether they are ready; they are used where they can give the answer.
    """
    roll = rolled_choice(choice, window, facets) if use_rollups else None
    kinds = [*(["bucket"] if with_time else []), *facets]
    period = {
        "since_ms": milliseconds(window.since),
        "until_ms": milliseconds(window.until),
    }
    selected = (
        mentions_in(choice.scope, **period, several_versions=several_versions, also=roll.mentions)
        if roll
        else chosen_mentions(choice, **period, several_versions=several_versions)
    )
    rows = [_mentions(kinds, selected.table), *(_rolled_rows(roll, kinds) if roll else ())]
    return Query(
        _SQL.format(
            with_unsettled=roll.with_unsettled if roll else "", rows=" UNION ALL ".join(rows)
        ),
        {
            **selected.parameters,
            **(roll.parameters if roll else {}),
            "edges": list(window.edges),
            "max_groups": max(MAX_GROUPS, len(window.edges)),
        },
    )


def rolled_choice(choice: Choice, window: Window, facets: Sequence[str]) -> Rolled | None:
    """How the rollups give these facets of the choice; None where they cannot."""
    if not choice.is_whole_scope or any(facet in PLAIN_FACETS for facet in facets):
        return None
    return rolled_window(choice.scope, window, with_before=False)


def _mentions(kinds: Sequence[str], table: str) -> str:
    columns = [_COLUMNS.get(kind, kind) for kind in kinds]
    one_name = f"[concat({', '.join(name for name in columns if name in _NAMES)}, '')]"
    several = [
        f"kind = '{kind}', arrayMap(one -> one::String, arrayDistinct({_COLUMNS[kind]}))"
        for kind in ("topic", "emotion")
        if kind in kinds
    ]
    return _MENTIONS.format(
        kind=grouped_kind(kinds, columns),
        bucket="if(kind = 'bucket', start, 0)" if "bucket" in kinds else "0::Int64",
        names=f"multiIf({', '.join([*several, one_name])})" if several else one_name,
        plain=", ".join(_PLAIN),
        table=table,
        sets=", ".join(f"({column})" for column in columns),
    )


def _rolled_rows(roll: Rolled, kinds: Sequence[str]) -> list[str]:
    """SQL of the same columns from the rollups."""
    wholes = {"bucket": "''", "brand": "brand"}
    dimensions = [kind for kind in kinds if kind not in wholes]
    in_order = [*(kind for kind in wholes if kind in kinds), *dimensions]
    columns = (
        f"{kinds_array(in_order)}[part + 1] AS kind, "
        f"if(kind = 'bucket', {_START}, 0)::Int64 AS bucket, "
        "name::String, sum(bad), sum(mid), sum(good)"
    )
    return [
        f"{rows} GROUP BY part, bucket, name"
        for rows in part_rows(
            roll, columns, dimensions, wholes=[sql for kind, sql in wholes.items() if kind in kinds]
        )
    ]


def read_breakdown(rows: Iterable[Row], window: Window) -> Breakdown:
    """Rows of `breakdown_query`; buckets without mentions are there, with zeros."""
    times: dict[int, Counts] = {}
    facets: dict[str, list[Group]] = {facet: [] for facet in FACETS}
    others = dict.fromkeys(FACETS, Others())
    for kind, names, *all_counts, largest in rows:
        if kind == "bucket":
            times = {int(bucket): Counts(*counts) for _, _, bucket, *counts in largest}
            continue
        groups = [Group(str(name), Counts(*counts), Counts()) for _, name, _, *counts in largest]
        facets[kind] = groups[:MAX_GROUPS]
        shown = sum((group.now for group in facets[kind]), Counts())
        others[kind] = Others(int(names) - len(facets[kind]), Counts(*all_counts) - shown)
    buckets = tuple(
        Bucket(start, end, times.get(start, Counts()))
        for start, end in zip(window.edges, window.ends, strict=True)
    )
    facets["rating"].sort(key=lambda group: float(group.name))
    return Breakdown(
        total=sum((bucket.counts for bucket in buckets), Counts()),
        buckets=buckets,
        facets={facet: tuple(groups) for facet, groups in facets.items()},
        others=others,
    )
