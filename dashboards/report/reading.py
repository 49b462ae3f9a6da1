"""Reads what a view shows, with the page's own questions, and makes its report."""

from datetime import UTC, datetime, tzinfo

from dashboards import (
    shared,
    shared_compare,
    shared_expected,
    shared_explore,
    shared_incidents,
)
from dashboards.expected_charts import ordinary_and_not
from dashboards.filters import COMPARE, EXPLORE, Scope, View, window_of
from dashboards.queries.choice import choice_of
from dashboards.queries.expected import series_of
from dashboards.queries.posts import Page
from dashboards.queries.timeline import frame_of
from dashboards.report.contents import (
    MAX_QUOTES,
    Frame,
    compare_sheet,
    explore_sheet,
    incident_sheet,
    now_sheet,
)
from dashboards.report.sheet import Sheet
from dashboards.report.typesetting import pdf
from dashboards.search.parser import parse
from dashboards.search.tree import SearchError
from dashboards.time_range import Window, milliseconds
from dashboards.views.compare import MAX_BRANDS, USUAL_BRANDS
from schemas.errors import ReportError


def report_of(view: View, window: Window, *, zone: tzinfo) -> bytes:
    """The view as a PDF of one page. zone: a named one. Raises ReportError or StoreError."""
    try:
        parse(view.feed.text)
    except SearchError as error:
        raise ReportError(f"the search cannot be understood: {error}") from error
    frame = Frame(view, window, zone, datetime.now(UTC))
    if view.page == EXPLORE:
        sheet = _explore(frame)
    elif view.page == COMPARE:
        most = MAX_BRANDS if view.scope.brands else USUAL_BRANDS
        sheet = compare_sheet(frame, shared_compare.standings(choice_of(view), window)[:most])
    else:
        sheet = _now(frame)
    return pdf(sheet, zone=str(zone))


def incident_report(key: str, *, zone: tzinfo) -> bytes:
    """One incident as a PDF of one page. Raises ReportError or StoreError."""
    found = shared_incidents.history(key)
    if found is None:
        raise ReportError(f"incident {key!r} is not stored; see `groundswell alerts list`")
    now = datetime.now(UTC)
    minute = now.replace(second=0, microsecond=0)
    points = shared_incidents.points(frame_of(found.alert, now=minute))
    frame = Frame(View(), window_of(Scope(), now=now, zone=zone), zone, now)
    return pdf(incident_sheet(frame, found, points), zone=str(zone))


def _now(frame: Frame) -> Sheet:
    view, window = frame.view, frame.window
    numbers = shared.numbers(view.scope, window)
    posts = shared.feed_posts(view.feed, view.scope, window, Page(limit=MAX_QUOTES))
    series = series_of(view.scope)
    overlay = ordinary_and_not(
        shared_expected.expected_range(series, window) if series else [],
        shared_expected.incidents_of(view.scope.brands, window),
        shared.version_changes(milliseconds(window.since), milliseconds(window.until)),
        zone=frame.zone,
    )
    return now_sheet(frame, numbers, posts, overlay)


def _explore(frame: Frame) -> Sheet:
    view, window = frame.view, frame.window
    choice = choice_of(view)
    posts, _ = shared_explore.listed_posts(choice, window, view.listing, limit=MAX_QUOTES)
    found = shared_explore.broken_down(choice, window)
    return explore_sheet(frame, found, [post for post, _ in posts])
