"""What is ordinary for the brand that is looked at, and what is said where it is not known."""

import html
from dataclasses import dataclass

import streamlit as st

from dashboards import addresses, formats, shared_expected, shared_incidents, view_state
from dashboards.expected_wording import EXPECTED_WORDS as WORDS
from dashboards.feed import one_line
from dashboards.incident_wording import INCIDENT_WORDS
from dashboards.queries.expected import Expected, Series, series_of
from dashboards.queries.incidents import Listed
from dashboards.queries.watching import Watch
from dashboards.views import navigation
from dashboards.views.note import note
from schemas.errors import StoreError

_MAX_NAMED = 5


@dataclass(frozen=True, slots=True)
class Ordinary:
    """series: None where several are looked at. watch: of the monitor; None where it is known."""

    series: Series | None
    expected: list[Expected]
    incidents: list[Listed]
    watch: Watch | None


def read_ordinary() -> Ordinary:
    """Read it; nothing while ClickHouse is away, which other parts say."""
    scope, window = view_state.view().scope, view_state.window()
    series = series_of(scope)
    try:
        incidents = shared_expected.incidents_of(scope.brands, window)
        found = shared_expected.expected_range(series, window) if series else []
        watch = shared_incidents.watch() if series and not found else None
    except StoreError:
        return Ordinary(series, [], [], None)
    return Ordinary(series, found, incidents, watch)


def tell_ordinary(found: Ordinary) -> None:
    """What the grey range is, or why there is none; and the way to the incidents."""
    # Always there: what comes below keeps its place.
    with st.container(key="ordinary"):
        note(_told(found))
        if found.incidents:
            st.html(_links(found.incidents[-_MAX_NAMED:]))


def _told(found: Ordinary) -> str:
    if found.series is None:
        return WORDS.choose
    names = [one_line(found.series.brand, characters=60)]
    if found.series.lang:
        names.append(formats.language_name(found.series.lang))
    series = ", ".join(names)
    if found.expected:
        return WORDS.band.format(series=series)
    told = WORDS.not_yet.format(series=series)
    watch = found.watch
    if watch is None:
        return told
    if watch.state == "away":
        reason = WORDS.away
    elif watch.state == "learning":
        reason = WORDS.learning
    elif found.series.brand in watch.unknown or watch.state == "unknown":
        reason = INCIDENT_WORDS.watch_unknown_brands.format(names=names[0])
    else:
        reason = WORDS.not_yet_known
    return f"{told} {reason}"


def _links(incidents: list[Listed]) -> str:
    times = formats.moment_labels(
        [one.opened_at for one in incidents], view_state.zone(), today=view_state.now()
    )
    items = []
    for one, time in zip(incidents, times, strict=True):
        brand = html.escape(one_line(one.brand, characters=60))
        kind = html.escape(INCIDENT_WORDS.kinds.get(one.kind, one.kind))
        severity = html.escape(INCIDENT_WORDS.severities.get(one.severity, one.severity))
        text = f"{html.escape(time)} <bdi>{brand}</bdi>"
        link = addresses.linked(text, {navigation.INCIDENT: one.key})
        items.append(f"{link} {kind}, {severity}")
    joined = " \u00b7 ".join(items)
    return f'<p class="gs-note">{html.escape(WORDS.opened)} {joined}</p>'
