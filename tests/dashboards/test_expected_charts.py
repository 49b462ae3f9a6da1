"""The ordinary range and the marks over the bars."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from dashboards import charts
from dashboards.expected_charts import ordinary_and_not
from dashboards.measures import Counts
from dashboards.queries.expected import Expected
from dashboards.queries.incidents import Listed
from dashboards.queries.overview import Bucket
from dashboards.queries.promotions import VersionChange
from tests.dashboards.incident_table import alert

AT = datetime(2026, 3, 11, 12, tzinfo=UTC)
BUCKETS = [Bucket(n * 60_000, (n + 1) * 60_000, Counts(1, 2, 3)) for n in range(4)]


def listed(**values: object) -> Listed:
    told = dict.fromkeys(Listed.__dataclass_fields__, "")
    times = {"opened_at": AT, "updated_at": AT, "silenced_until": None, "resolved_at": None}
    plain = {"alert": alert(since=AT)}
    return Listed(**{**told, **times, **plain, "kind": "volume", "severity": "serious", **values})  # type: ignore[arg-type]


def test_steps_end_where_knowledge_ends():
    """Two stretches with a gap are two areas, each closed at its own end."""
    known = [Expected(0, 1, 1, 2), Expected(1, 2, 3, 4), Expected(5, 6, 7, 8)]
    rows = ordinary_and_not(known, [], zone=UTC).rows
    assert [(row["at"], row["low"], row["run"]) for row in rows] == [
        (0, 1, 0),
        (1, 3, 0),
        (2, 3, 0),
        (5, 7, 1),
        (6, 7, 1),
    ]


def test_rows_of_the_overlay_are_no_bars():
    """Bars are drawn of rows with a count; a hostile sentence is one visible line."""
    hostile = alert(since=AT, signals=(), sentence="\u202ebad\n<b>news</b>")
    overlay = ordinary_and_not(
        [Expected(0, 60_000, 1, 2)],
        [listed(brand="Aurora", alert=hostile)],
        [VersionChange(5, "second")],
        zone=UTC,
    )
    assert not any("count" in row for row in overlay.rows)
    [mark] = [row for row in overlay.rows if "incident" in row]
    assert mark["incident"] == "Aurora \u00b7 Volume"
    assert mark["sentence"] == "\u27e8U+202E\u27e9bad <b>news</b>"
    chart = charts.over_time(BUCKETS, live=False, overlay=overlay)
    assert "Aurora \u00b7 Volume; ordinary now: 1 to 2" in chart.told


def test_a_sentence_tells_the_viewers_time():
    """Not that of the monitor."""
    zone = ZoneInfo("Asia/Kolkata")
    rows = ordinary_and_not([], [listed(alert=alert(since=AT))], zone=zone).rows
    assert "since 17:30 IST" in str(rows[0]["sentence"])


def test_the_chart_stays_the_same_one():
    """Whether anything is drawn over the bars or not, the browser need not draw it anew."""
    empty, full = (
        charts.over_time(
            BUCKETS, live=True, overlay=ordinary_and_not(expected, incidents, zone=UTC)
        )
        for expected, incidents in (([], []), ([Expected(0, 60_000, 1, 2)], [listed()]))
    )
    assert empty.spec == full.spec
