"""Versions, their figures and what they restate, asked of a real ClickHouse."""

from datetime import UTC, datetime, timedelta
from functools import partial

from clickhouse_driver import Client

from dashboards.measures import Counts
from dashboards.queries import trust_versions as queries
from dashboards.store import Store
from dashboards.time_range import custom_window, milliseconds
from schemas.model_figures import HeldOut, ModelFigures
from streams.versions.figures import store_figures
from streams.versions.promotions import Promotions
from tests.dashboards.mention_table import NOON, MentionTable, mention

DAY = timedelta(days=1)
WINDOW = custom_window(NOON - 10 * DAY, NOON, zone=UTC)


def test_promotions_are_told_the_newest_first(store: Store, table: MentionTable):
    """With who and why."""
    clock = iter([NOON - 9 * DAY, NOON - 3 * DAY])
    with Client.from_url(table.url) as client:
        promotions = Promotions(client, lambda: next(clock))
        promotions.begin("one", who="worker")
        promotions.promote("two", who="Ann", why="<b>better</b>")
    found = queries.read_promotions(store.rows(queries.promotions_query()))
    assert [(each.version, each.action, each.who) for each in found] == [
        ("two", "promote", "Ann"),
        ("one", "first", "worker"),
    ]
    assert found[0].why == "<b>better</b>"


def test_a_day_is_restated_by_what_both_scored(store: Store, table: MentionTable):
    """Not by what one of them alone scored, nor by other brands."""
    for version, sentiment in (("one", "negative"), ("two", "positive")):
        table.insert(
            mention(
                post_id=f"both {n}",
                posted_at=NOON - DAY,
                model_version=version,
                sentiment=sentiment,
            )
            for n in range(3)
        )
    table.insert([mention(posted_at=NOON - DAY, model_version="one")])
    table.insert(
        mention(brand="Boreal", post_id="b", posted_at=NOON - DAY, model_version=version)
        for version in ("one", "two")
    )
    asked = queries.restated_query(WINDOW, brand="Aurora", old="one", new="two")
    (day,) = queries.read_restated(store.rows(asked), WINDOW)
    assert (day.old, day.new) == (Counts(negative=3), Counts(positive=3))
    assert day.start_ms <= milliseconds(NOON - DAY) < day.end_ms
    scored = queries.read_scored(
        store.rows(
            queries.scored_query(
                since_ms=milliseconds(WINDOW.since), until_ms=milliseconds(WINDOW.until)
            )
        )
    )
    assert {each.version: each.mentions for each in scored} == {"one": 5, "two": 4}


def _after(seconds: int) -> datetime:
    return NOON + timedelta(seconds=seconds)


def held_out(lang: str, accuracy: float) -> HeldOut:
    return HeldOut(
        source="set", lang=lang, texts=100, accuracy=accuracy, macro_f1=0.5,
        calibration_error=0.25, trained=False,
    )  # fmt: skip


def test_a_version_has_the_figures_that_were_written_last(store: Store, table: MentionTable):
    """What an earlier folder of the same version said is gone, whatever it was about."""
    assert queries.read_figures(store.rows(queries.figures_query())) == {}
    first = ModelFigures(model_version="one", sentiment=(held_out("en", 0.5), held_out("de", 0.5)))
    second = ModelFigures(model_version="one", sentiment=(held_out("en", 0.75),))
    other = ModelFigures(model_version="two", sentiment=(held_out("de", 0.25),))
    for number, figures in enumerate((first, second, other, second)):
        store_figures(table.url, figures, now=partial(_after, number))
    assert queries.read_figures(store.rows(queries.figures_query())) == {
        "one": list(second.sentiment),
        "two": list(other.sentiment),
    }
