"""What there is to choose from, and how fresh it is."""

from datetime import timedelta

from dashboards.queries import catalog
from dashboards.store import Store
from dashboards.time_range import milliseconds
from tests.dashboards.mention_table import NOON, MentionTable, mention

PERIOD = {
    "since_ms": milliseconds(NOON - timedelta(hours=1)),
    "until_ms": milliseconds(NOON + timedelta(hours=1)),
}


def test_an_empty_table_has_nothing_to_choose_from(store: Store):
    """No names, no times, no freshness; and no error."""
    assert catalog.read_names(store.rows(catalog.names_query(**PERIOD))) == catalog.Names(
        (), (), ()
    )
    assert catalog.read_extent(store.rows(catalog.extent_query())) == catalog.Extent(0, None, None)
    assert catalog.read_freshness(store.rows(catalog.freshness_query(**PERIOD))) is None


def test_names_come_with_most_mentions_first(store: Store, table: MentionTable):
    """Brands, languages, sources and versions are told apart; other periods do not count."""
    later, old = NOON + timedelta(minutes=7), NOON - timedelta(days=400)
    table.insert(
        [
            mention(brand="Boreal", lang="de", source="shop", topics=["price"]),
            mention(brand="Boreal", lang="en", source="shop", topics=["price", "staff"]),
            mention(brand="Aurora", lang="en", source="shop", scored_at=later),
            mention(brand="Old", lang="fr", source="past", posted_at=old, topics=["past"]),
        ]
    )
    names = catalog.read_names(store.rows(catalog.names_query(**PERIOD)))
    assert names == catalog.Names(("Boreal", "Aurora"), ("en", "de"), ("shop",))
    topics = store.rows(catalog.topic_names_query(**PERIOD))
    assert [name for (name,) in topics] == ["price", "staff"]
    assert catalog.read_extent(store.rows(catalog.extent_query())) == catalog.Extent(4, old, NOON)
    assert catalog.read_freshness(store.rows(catalog.freshness_query(**PERIOD))) == later


def test_products_and_countries_come_with_most_mentions_first(store: Store, table: MentionTable):
    """What is not given is no choice."""
    table.insert(
        mention(product=product, country=country, posted_at=NOON + timedelta(minutes=30))
        for product, country in (("One", ""), ("One", "DE"), ("Two", "US"), ("", "US"))
    )
    rows = store.rows(catalog.further_names_query(**PERIOD))
    assert catalog.read_further_names(rows, ("price",)) == catalog.FurtherNames(
        ("price",), ("One", "Two"), ("US", "DE")
    )
