"""The charts of the page Trust, and where its categories lead."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards import trust_charts, trust_drift_charts, trust_time_charts
from dashboards.charts import Chart
from dashboards.filters import from_address, to_address
from dashboards.measures import Counts, Estimate
from dashboards.queries.trust_drift import LENGTHS
from dashboards.queries.trust_versions import Promoted, RestatedDay
from dashboards.trust_charts import Right
from dashboards.trust_drift import shift
from dashboards.trust_labels import BINS, Bin, Tally
from dashboards.views.trust_drift import posts_of
from dashboards.views.trust_versions import stretches
from schemas.scores import SENTIMENTS

NOW = datetime(2026, 3, 11, 12, tzinfo=UTC)
RIGHT = Right(Estimate(0.5, 0.4, 0.6), 40, few=False)


def drawn(number: int) -> list[Chart]:
    """Every chart, of as many categories, with values that depend on the number."""
    return [
        trust_charts.accuracy_by_language({"English": (RIGHT, None), f"{number}": (None, RIGHT)}),
        trust_charts.calibration([Bin(0.5, Tally(number, number + 10))]),
        trust_charts.confusion({("negative", "positive"): number}),
        trust_time_charts.labels_by_week({date(2026, 3, 9): {"negative": number}}),
        trust_time_charts.restated(
            [RestatedDay(number, number + 1, Counts(1, number, 2), Counts(number))],
            old="one",
            new="two",
        ),
        trust_drift_charts.shift_chart(
            shift({"a": number, "b": 1}, {"a": 5}), title="x", label=lambda name: name
        ),
    ]


def test_what_a_chart_shows_is_in_its_rows_alone():
    """A specification that stays the same lets the browser keep the chart."""
    for one, other in zip(drawn(3), drawn(70), strict=True):
        assert one.spec == other.spec
        assert one.rows != other.rows
        assert one.title
        assert one.told


def test_two_categories_that_read_the_same_stay_two():
    """Otherwise one bar would hide the other."""
    found = trust_drift_charts.shift_chart(
        shift({"a": 300, "a\u202e": 300}, {"a": 300}), title="x", label=lambda _: "a"
    )
    assert [row["shown"] for row in found.rows] == ["a", "a\u2032"]


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("lang", ["en", "und"]),
        ("unknown", ["yes", "no"]),
        ("source", ["shop", "<b>'; --"]),
        ("sentiment", list(SENTIMENTS)),
        ("length", [str(edge) for edge in LENGTHS]),
        ("confidence", [str(place) for place in range(BINS)]),
    ],
)
def test_each_category_leads_to_its_posts(kind: str, names: list[str]):
    """By a link that says all of it; nothing leads from what has no name."""
    for name in names:
        view = posts_of(kind, name)
        assert view is not None
        assert view != posts_of(kind, "")
        assert from_address(to_address(view)) == view
    assert posts_of(kind, "") is None


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
def test_one_version_is_in_use_at_a_time(ages: list[int]):
    """The stretches follow one another without a gap up to now, and the newest is live."""
    promotions = [
        Promoted(0, NOW - timedelta(seconds=age), "promote", f"v{age}", "", "")
        for age in sorted(ages)
    ]
    found = stretches(promotions, NOW)
    assert [each.version for each in found] == [each.version for each in promotions]
    assert [each.live for each in found] == [True, *[False] * (len(ages) - 1)]
    for later, earlier in itertools.pairwise(found):
        assert earlier.until_ms == later.since_ms


def test_weeks_are_named_where_their_bars_begin():
    """On Mondays, few enough to be read, the last week among them."""
    weeks = {date(2026, 1, 5) + timedelta(weeks=number): {"negative": 1} for number in range(20)}
    spec = trust_time_charts.labels_by_week(weeks).spec
    values = spec["layer"][0]["encoding"]["x"]["axis"]["values"]
    days = [datetime.fromtimestamp(value / 1000, UTC) for value in values]
    assert len(days) <= trust_time_charts.MAX_WEEK_LABELS
    assert {day.weekday() for day in days} == {0}
    assert days[-1].date() == max(weeks)
