"""What is ordinary, and what was not, as layers of the chart over time. Pure; see charts.py."""

from collections.abc import Sequence
from datetime import tzinfo

from dashboards.charts import Overlay, Rows, Spec, mark_at, time_axis
from dashboards.expected_wording import EXPECTED_WORDS as WORDS
from dashboards.feed import one_line
from dashboards.incident_sentence import sentence_in
from dashboards.incident_wording import INCIDENT_WORDS
from dashboards.palette import NEGATIVE, NEUTRAL
from dashboards.queries.expected import Expected
from dashboards.queries.incidents import Listed
from dashboards.queries.promotions import VersionChange
from dashboards.time_range import milliseconds

_MAX_SENTENCE_CHARACTERS = 160


def ordinary_and_not(
    expected: Sequence[Expected],
    incidents: Sequence[Listed],
    changes: Sequence[VersionChange] = (),
    *,
    zone: tzinfo,
) -> Overlay:
    """The ordinary range behind the bars, and marks for incidents and promotions.

    zone: the viewer's, whose time the incidents' sentences tell.
    The layers are there whether anything is to be drawn or not: the chart stays the same one.
    """
    rows: Rows = [*_band_rows(expected)]
    rows += [
        {
            "at": milliseconds(one.opened_at),
            "incident": _named(one),
            "sentence": one_line(sentence_in(one.alert, zone), characters=_MAX_SENTENCE_CHARACTERS),
        }
        for one in incidents
    ]
    rows += [{"at": change.at_ms, "version": change.version} for change in changes]
    words = [_named(one) for one in incidents]
    if expected:
        last = expected[-1]
        words.append(WORDS.told.format(low=f"{last.low:,.0f}", high=f"{last.high:,.0f}"))
    return Overlay(
        rows,
        behind=[_band()],
        above=[*_edges(), *_marks()],
        told=tuple(words),
    )


def _named(one: Listed) -> str:
    kind = INCIDENT_WORDS.kinds.get(one.kind, one.kind)
    return f"{one_line(one.brand, characters=60)} \u00b7 {kind}"


def _band_rows(expected: Sequence[Expected]) -> Rows:
    """A row for each start, and one where a stretch of known buckets ends: the steps end there.

    run: the stretch; areas of different ones are not joined over what is not known.
    """
    rows: Rows = []
    run = 0
    for number, one in enumerate(expected):
        rows.append({"at": one.start_ms, "low": one.low, "high": one.high, "run": run})
        follows = number + 1 < len(expected) and expected[number + 1].start_ms == one.end_ms
        if not follows:
            rows.append({"at": one.end_ms, "low": one.low, "high": one.high, "run": run})
            run += 1
    return rows


def _band() -> Spec:
    return {
        "transform": [{"filter": "isValid(datum.high)"}],
        "mark": {
            "type": "area",
            "color": NEUTRAL,
            "opacity": 0.3,
            "interpolate": "step-after",
            "aria": False,
            "tooltip": None,
        },
        "encoding": {
            "x": time_axis("at"),
            "y": {"field": "low", "type": "quantitative"},
            "y2": {"field": "high"},
            "detail": {"field": "run"},
        },
    }


def _edges() -> list[Spec]:
    """Thin lines over the bars, which hide the area."""
    return [
        {
            "transform": [{"filter": "isValid(datum.high)"}],
            "mark": {
                "type": "line",
                "color": NEUTRAL,
                "strokeWidth": 1,
                "interpolate": "step-after",
                "aria": False,
                "tooltip": None,
            },
            "encoding": {
                "x": time_axis("at"),
                "y": {"field": field, "type": "quantitative"},
                "detail": {"field": "run"},
            },
        }
        for field in ("low", "high")
    ]


def _marks() -> list[Spec]:
    """A red line with a flag where an incident opened; a grey one where the version changed."""
    incident = [
        {"field": "incident", "type": "nominal", "title": WORDS.incident},
        {"field": "sentence", "type": "nominal", "title": WORDS.sentence},
    ]
    version = [{"field": "version", "type": "nominal", "title": WORDS.version}]
    return [
        *mark_at("incident", incident, colour=NEGATIVE, shape="triangle-up"),
        *mark_at("version", version, colour=NEUTRAL, shape="diamond"),
    ]
