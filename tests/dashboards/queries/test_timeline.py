"""Posts by minute around an incident, and the range expected of them."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from dashboards.incident_charts import timeline as chart_of
from dashboards.queries import timeline
from dashboards.queries.incidents import Event
from dashboards.queries.timeline import MAX_POINTS, Point
from dashboards.store import Store
from dashboards.time_range import milliseconds
from schemas.alert import SeriesName
from tests.dashboards.incident_table import alert
from tests.dashboards.mention_table import MentionTable, mention

# Recent, for what was expected is kept for a while only.
NOON = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=9)
ALERT = alert(since=NOON)
_LOG = "minute, brand, topic, posts, negative, low, high, usual, score, reach, kind"


@pytest.fixture(scope="module", autouse=True)
def filled(table: MentionTable) -> None:
    """Posts of two minutes, one of them scored again and written twice; the band of two minutes."""
    rows = [
        mention(brand="Tuskbook", sentiment="negative", posted_at=NOON + timedelta(seconds=n))
        for n in range(5)
    ]
    again = {**rows[0], "model_version": "second", "sentiment": "positive"}
    again["scored_at"] += timedelta(hours=1)
    late = mention(
        brand="Tuskbook", topics=["safety"], posted_at=NOON + timedelta(minutes=3, seconds=9)
    )
    table.insert([*rows, *rows, again, late, mention(brand="Aurora", posted_at=NOON)])
    nan = float("nan")
    values = [
        (NOON, "Tuskbook", "", 5.0, 4.0, 1.0, 3.0, 0.5, 0.9, 0, "volume"),
        (NOON + timedelta(minutes=1), "Tuskbook", "", nan, nan, nan, nan, nan, nan, 0, ""),
        (NOON, "Tuskbook", "safety", 1.0, 0.0, 7.0, 9.0, 0.5, 0.1, 0, ""),
    ]
    table.execute(f"INSERT INTO watch_log ({_LOG}) VALUES", values)


def points(store: Store, found: timeline.Frame) -> dict[int, Point]:
    counts = store.rows(timeline.counts_query(found))
    band = store.rows(timeline.band_query(found))
    read = timeline.read_points(found, counts, band)
    return {(point.start_ms - milliseconds(NOON)) // 60_000: point for point in read}


def test_minutes_are_counted_as_they_were_scored_last(store: Store):
    """Repeats count once; minutes without posts are there; the band is the brand's own."""
    found = points(store, timeline.frame_of(ALERT, now=NOON + timedelta(minutes=5)))
    assert len(found) == 125
    assert (found[0].posts, found[0].negative) == (5, 4)
    assert (found[1].posts, found[3].posts) == (0, 1)
    assert found[0].band == timeline.Band(1.0, 3.0, unknown=False)
    assert found[1].band == timeline.Band(None, None, unknown=True)
    assert found[2].band is None


def test_narrow_incident_shows_its_own_series(store: Store):
    """One topic's posts and band, where no signal is the whole brand's."""
    [signal] = ALERT.signals
    narrow = structs.replace(signal, series=SeriesName(brand="Tuskbook", topic="safety"))
    told = alert(since=NOON, signals=(narrow,))
    found = points(store, timeline.frame_of(told, now=NOON + timedelta(minutes=5)))
    assert (found[0].posts, found[3].posts) == (0, 1)
    assert found[0].band == timeline.Band(7.0, 9.0, unknown=False)


@pytest.mark.parametrize("hours", [0, 1, 30, 5_000])
def test_long_incidents_have_wider_points(hours: int):
    """Never more than so many, never none, and a minute's average whatever their width."""
    found = timeline.frame_of(ALERT, now=NOON + timedelta(hours=hours))
    assert 1 <= len(found.edges) <= MAX_POINTS
    half = [(found.edges[-1], 30, 15)]
    last = timeline.read_points(found, half, [])[-1]
    assert (last.posts, last.negative) == (30 / found.step_min, 15 / found.step_min)


def test_frame_ends_a_little_after_the_incident():
    """What is long over shows its own time."""
    over = alert(since=NOON, resolved_at=NOON + timedelta(hours=1))
    found = timeline.frame_of(over, now=NOON + timedelta(days=9))
    assert found.until_ms == milliseconds(NOON + timedelta(hours=1) + timeline.AFTER)


def test_chart_marks_events_and_has_no_data_in_its_specification(store: Store):
    """Each at its time, with one label where they stand close; growth alone is not marked."""
    found = points(store, timeline.frame_of(ALERT, now=NOON + timedelta(minutes=5)))
    events = [
        Event(1, "opened", "notice", NOON),
        Event(2, "updated", "notice", NOON + timedelta(minutes=1)),
        Event(3, "worsened", "serious", NOON + timedelta(minutes=2)),
        Event(4, "resolved", "serious", NOON + timedelta(days=2)),
    ]
    drawn = chart_of(list(found.values()), events)
    marked = [row for row in drawn.rows if "event" in row]
    assert [(row["event"], row["start"]) for row in marked] == [
        ("Opened", milliseconds(NOON)),
        ("Worsened", milliseconds(NOON + timedelta(minutes=2))),
    ]
    assert [row["label"] for row in marked if "label" in row] == ["Opened, worsened"]
    assert drawn.spec == chart_of([], []).spec
    assert drawn.told.startswith("5 posts")
