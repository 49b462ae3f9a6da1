"""Brands side by side: each by language, topic, country and rating."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from dashboards.measures import Counts
from dashboards.queries.choice import Choice, chosen_mentions
from dashboards.queries.conditions import Query, Row, grouped_kind, kinds_array, mentions_in
from dashboards.queries.rollups import Rolled, part_rows, rolled
from dashboards.time_range import Window, milliseconds

# Ways to group.
KINDS: Final = ("lang", "topic", "country", "rating")
MAX_ROWS: Final = 20_000
_COLUMNS: Final = {"topic": "topics"}
_SQL: Final = """
{with_unsettled}
SELECT kind, brand, name, sum(negative), sum(neutral), sum(positive)
FROM ({rows})
GROUP BY kind, brand, name
ORDER BY sum(negative + neutral + positive) DESC
LIMIT %(max_rows)s
"""
_MENTIONS: Final = """
SELECT {kind} AS kind, brand::String AS brand,
       arrayJoin({names}) AS name,
       countIf(sentiment = 'negative') AS negative, countIf(sentiment = 'neutral') AS neutral,
       countIf(sentiment = 'positive') AS positive
FROM (
    SELECT brand, lang::String AS lang, topics, country::String AS country,
           ifNull(toString(rating), '') AS rating, sentiment
    FROM {table}
)
GROUP BY GROUPING SETS ({sets})
"""


@dataclass(slots=True)
class Standing:
    """One brand's mentions, by sentiment, and those of each language, topic, country and rating.

    "" stands for what is not given. A mention may be about several topics or none.
    """

    brand: str
    langs: dict[str, Counts] = field(default_factory=dict)
    topics: dict[str, Counts] = field(default_factory=dict)
    countries: dict[str, Counts] = field(default_factory=dict)
    ratings: dict[float, Counts] = field(default_factory=dict)

    @property
    def total(self) -> Counts:
        """All of its mentions: each is in one language."""
        return sum(self.langs.values(), Counts())


def comparison_query(
    choice: Choice, window: Window, *, several_versions: bool, use_rollups: bool = False
) -> Query:
    """The question; its answer goes to `read_comparison`. Raises SearchError.

    use_rollups: whether they are ready; they are used where they can give the answer.
    """
    since_ms, until_ms = milliseconds(window.since), milliseconds(window.until)
    period = {"since_ms": since_ms, "until_ms": until_ms}
    from_rollups = use_rollups and choice.is_whole_scope
    roll = rolled(choice.scope, since_ms=since_ms, until_ms=until_ms) if from_rollups else None
    selected = (
        mentions_in(choice.scope, **period, several_versions=several_versions, also=roll.mentions)
        if roll
        else chosen_mentions(choice, **period, several_versions=several_versions)
    )
    rows = [_mentions(selected.table), *(_rolled_rows(roll) if roll else ())]
    return Query(
        _SQL.format(
            with_unsettled=roll.with_unsettled if roll else "", rows=" UNION ALL ".join(rows)
        ),
        {
            **selected.parameters,
            **(roll.parameters if roll else {}),
            "max_rows": MAX_ROWS,
        },
    )


def _mentions(table: str) -> str:
    columns = [_COLUMNS.get(kind, kind) for kind in KINDS]
    named = ", ".join(column for column in columns if column != "topics")
    topics = "arrayMap(topic -> topic::String, arrayDistinct(topics))"
    return _MENTIONS.format(
        kind=grouped_kind(KINDS, columns),
        names=f"if(kind = 'topic', {topics}, [concat({named})])",
        sets=", ".join(f"(brand, {column})" for column in columns),
        table=table,
    )


def _rolled_rows(roll: Rolled) -> list[str]:
    columns = (
        f"{kinds_array(KINDS)}[part + 1] AS kind, brand::String, name::String, "
        "sum(bad), sum(mid), sum(good)"
    )
    rows = part_rows(roll, columns, KINDS, wholes=())
    return [f"{one} GROUP BY part, brand, name" for one in rows]


def read_comparison(rows: Iterable[Row]) -> list[Standing]:
    """Rows of `comparison_query`; brands with most mentions first."""
    found: dict[str, Standing] = {}
    for kind, brand, name, negative, neutral, positive in rows:
        standing = found.setdefault(str(brand), Standing(str(brand)))
        counts = Counts(int(negative), int(neutral), int(positive))
        if kind == "lang":
            standing.langs[str(name)] = counts
        elif kind == "topic":
            standing.topics[str(name)] = counts
        elif kind == "country":
            standing.countries[str(name)] = counts
        elif name:
            standing.ratings[float(name)] = counts
    return sorted(found.values(), key=lambda one: (-one.total.total, one.brand))
