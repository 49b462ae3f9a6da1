"""Everything that a viewer may filter by, as one set of mentions."""

from dataclasses import dataclass, field, replace
from typing import Final

from dashboards.filters import FeedFilter, Pick, Scope, View
from dashboards.narrowing import Narrowing
from dashboards.queries.conditions import Selected, Value, mentions_in
from dashboards.search.compile import compile_search
from dashboards.search.parser import parse

_NAMED: Final = {"products": "product", "countries": "country", "authors": "author"}
_SURE: Final = "100 * greatest(p_negative, p_neutral, p_positive)"
_BOUNDS: Final = {
    "least_rating": "rating >=",
    "most_rating": "rating <=",
    "least_length": "lengthUTF8(text) >=",
    "most_length": "lengthUTF8(text) <=",
    "least_sure": f"{_SURE} >=",
    "most_sure": f"{_SURE} <",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """The mentions that the viewer chose, but for the period."""

    scope: Scope = field(default_factory=Scope)
    feed: FeedFilter = field(default_factory=FeedFilter)
    narrowing: Narrowing = field(default_factory=Narrowing)

    @property
    def is_whole_scope(self) -> bool:
        """Whether nothing but brands, languages and sources narrows it."""
        return self.feed == FeedFilter() and self.narrowing == Narrowing()


def choice_of(view: View) -> Choice:
    """What a view has chosen on the pages Explore and Compare: a pick is a filter there."""
    return Choice(view.scope, replace(view.feed, pick=None), view.narrowing)


def chosen_mentions(
    choice: Choice, *, since_ms: int, until_ms: int, several_versions: bool
) -> Selected:
    """Mentions of the choice from `since_ms` (included) to `until_ms` (not).

    Raises SearchError if the search cannot be understood.
    """
    scope = mentions_in(
        choice.scope, since_ms=since_ms, until_ms=until_ms, several_versions=several_versions
    )
    terms, parameters = _conditions(choice)
    rows = scope.table
    tree = parse(choice.feed.text)
    if tree:
        search = compile_search(tree)
        # What costs little is asked first: few texts are then folded.
        terms.append(search.sieve)
        rows = f"(SELECT *, {search.columns} FROM {rows} WHERE {_all(terms)})"  # noqa: S608
        terms = [search.condition]
        parameters |= search.parameters
    if not terms:
        return scope
    return Selected(
        f"(SELECT * FROM {rows} WHERE {_all(terms)})",  # noqa: S608 - names and parameters only
        {**scope.parameters, **parameters},
    )


def _all(terms: list[str]) -> str:
    return " AND ".join(terms) or "1"


def _conditions(choice: Choice) -> tuple[list[str], dict[str, Value]]:
    """All but the search."""
    feed, narrowing = choice.feed, choice.narrowing
    terms: list[str] = []
    parameters: dict[str, Value] = {}
    if feed.sentiments:
        terms.append("sentiment IN %(sentiments)s")
        parameters["sentiments"] = feed.sentiments
    if feed.topics:
        terms.append("hasAny(topics, %(topics)s)")
        parameters["topics"] = list(feed.topics)
    if feed.pick:
        _add_pick(feed.pick, terms, parameters)
    if narrowing.emotions:
        terms.append("hasAny(emotions, %(emotions)s)")
        parameters["emotions"] = list(narrowing.emotions)
    for name, column in _NAMED.items():
        values: tuple[str, ...] = getattr(narrowing, name)
        if values:
            terms.append(f"{column} IN %({name})s")
            parameters[name] = values
    for name, condition in _BOUNDS.items():
        bound: float | None = getattr(narrowing, name)
        if bound is not None:
            terms.append(f"{condition} %({name})s")
            parameters[name] = bound
    if narrowing.least_reach:
        terms.append("reach >= %(least_reach)s")
        parameters["least_reach"] = narrowing.least_reach
    return terms, parameters


def _add_pick(pick: Pick, terms: list[str], parameters: dict[str, Value]) -> None:
    """The picked period is part of what is read; the rest is said here."""
    if pick.sentiment:
        terms.append("sentiment = %(pick_sentiment)s")
        parameters["pick_sentiment"] = pick.sentiment
    if pick.dimension == "topic":
        terms.append("has(topics, %(pick_value)s)")
        parameters["pick_value"] = pick.value
    elif pick.dimension != "time":
        terms.append(f"{pick.dimension} = %(pick_value)s")
        parameters["pick_value"] = pick.value
