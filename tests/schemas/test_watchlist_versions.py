"""A saved watchlist says what was saved, and what changed is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.alert_rules import AlertRules, KnownEvent, Sensitivity, WatchedRule
from schemas.threshold_rules import parse_rule
from schemas.watchlist import Brand, Product, Topic, Watchlist, parse_watchlist
from schemas.watchlist_text import watchlist_text
from schemas.watchlist_versions import changes

# Letters, digits and signs that YAML reads as something else where they stand alone.
WORDS = st.text("aé苹ن0123:#-'\"{}[]&*!%@ ,?|>~", min_size=1, max_size=8).map(
    lambda text: f"w{text.strip()}x"
)
TIMES = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC, microsecond=0)
)


@st.composite
def watchlists(draw: st.DrawFn) -> Watchlist:
    """Such as `parse_watchlist` makes; names differ by their number alone, so none clash."""
    numbers = iter(range(1000))

    def word() -> str:
        return f"{draw(WORDS)} n{next(numbers)}"

    def names(name: str) -> tuple[str, ...]:
        further = tuple(word() for _ in range(draw(st.integers(0, 2))))
        return (name, *further) if draw(st.booleans()) else further

    def product() -> Product:
        name = word()
        return Product(name, names(name), tuple(word() for _ in range(draw(st.integers(0, 1)))))

    def brand() -> Brand:
        name = word()
        products = tuple(product() for _ in range(draw(st.integers(0, 2))))
        return Brand(name, names(name), (), products)

    brands = tuple(brand() for _ in range(draw(st.integers(1, 3))))
    topics = tuple(Topic(word(), (word(), word())) for _ in range(draw(st.integers(0, 2))))
    since = draw(TIMES)
    text = "negative >= 40% in 1h with 20 posts"
    rules = (
        WatchedRule(text, parse_rule(text), brand=brands[0].name),
        WatchedRule("silence >= 2h", parse_rule("silence >= 2h"), lang="de"),
    )
    alerts = AlertRules(
        sensitivity=draw(st.sampled_from(Sensitivity)),
        by_brand={brands[-1].name: draw(st.sampled_from(Sensitivity))},
        rules=draw(st.sampled_from([(), rules])),
        calendar=(KnownEvent(word(), (brands[0].name,), since, since + timedelta(hours=3)),),
        quiet_min=draw(st.integers(1, 1440)),
        reopen_min=draw(st.integers(1, 10_080)),
    )
    return Watchlist(brands, topics, alerts)


@settings(max_examples=60, deadline=None)
@given(watchlists())
def test_text_says_the_whole_watchlist(watchlist: Watchlist):
    """Whatever names are: written and read it is the same."""
    assert parse_watchlist(watchlist_text(watchlist)) == watchlist


@settings(max_examples=30, deadline=None)
@given(watchlists(), watchlists())
def test_changes_lead_from_the_one_to_the_other_and_back(first: Watchlist, second: Watchlist):
    """Nothing changed is no change; back is the same the other way round."""
    assert changes(first, first) == ()
    there, back = changes(first, second), changes(second, first)
    assert {change.fact for change in there if change.added} == {
        change.fact for change in back if not change.added
    }


def test_a_change_in_words():
    """A line each, for the list of who did what."""
    before = Watchlist((Brand("Acme", ("Acme",), (), ()),), ())
    brand = replace(before.brands[0], aliases=("Acme", "ACM Inc"), exclude=("Acme Street",))
    after = replace(before, brands=(brand,), alerts=AlertRules(quiet_min=5))
    assert [change.line for change in changes(before, after)] == [
        "\u2212 quiet 10m",
        "+ alias Acme: ACM Inc",
        "+ exclude Acme: Acme Street",
        "+ quiet 5m",
    ]
