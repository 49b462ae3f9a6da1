"""The page "Operations": whether posts come in and are scored, and how the parts are."""

from datetime import UTC, datetime
from typing import Final

import streamlit as st

from dashboards import charts, formats, shared_incidents, shared_operations, view_state
from dashboards.feed import one_line
from dashboards.incident_wording import INCIDENT_WORDS
from dashboards.operations_wording import OPERATIONS_WORDS as WORDS
from dashboards.part_wording import told_by_part
from dashboards.queries.operations import MAX_REPLAYS, Delay, Flow
from dashboards.shared_operations import Health
from dashboards.time_range import milliseconds
from dashboards.views import states, told_chart
from dashboards.views.audit import audit
from dashboards.views.breakdown import card_title
from dashboards.views.freshness import freshness
from dashboards.views.headline import Tile, draw_tiles
from dashboards.views.note import note
from dashboards.views.page_top import page_top
from dashboards.views.table import plain_table
from dashboards.wording import WORDS as PAGE_WORDS

REFRESH_S: Final = 5
_MAX_DETAIL_CHARACTERS: Final = 160
Rows = list[list[str]]


def operations_page(*, demo: bool) -> None:
    """Draw the page."""
    view_state.pause(paused=False)
    with page_top(demo=demo):
        st.fragment(freshness, run_every=REFRESH_S)()
    st.fragment(_health, run_every=REFRESH_S, key="operations")()


def _health() -> None:
    with states.faults_shown():
        now = datetime.now(UTC)
        found = shared_operations.health(milliseconds(now) // 5_000 * 5_000)
        draw_tiles(_tiles(found.flow, now))
        with st.container(border=True, key="card-rate"):
            card_title(WORDS.over_time, WORDS.over_time_help)
            told_chart.draw(charts.by_minute(found.minutes), "chart-rate")
        left, right = st.columns(2)
        with left.container(border=True, key="card-parts", height="stretch"):
            card_title(WORDS.parts, WORDS.parts_help)
            plain_table([WORDS.part, WORDS.state, WORDS.detail], _parts(found), name=WORDS.parts)
            note(WORDS.dead_letters)
        with right.container(border=True, key="card-places", height="stretch"):
            card_title(WORDS.places, WORDS.places_help)
            plain_table(
                [WORDS.place, WORDS.offset, WORDS.received, WORDS.mentions],
                _places(found, now),
                name=WORDS.places,
            )
        _routes_and_replays(found, now)
        audit()


def _routes_and_replays(found: Health, now: datetime) -> None:
    with st.container(border=True, key="card-routes"):
        card_title(WORDS.routes, WORDS.routes_help)
        heads = [WORDS.route, WORDS.delivered, WORDS.waiting, WORDS.failed, WORDS.last]
        plain_table(
            [*heads, WORDS.problem], _routes(found, now), name=WORDS.routes, empty=WORDS.no_routes
        )
    with st.container(border=True, key="card-replays"):
        card_title(WORDS.replays, WORDS.replays_help.format(count=MAX_REPLAYS))
        heads = [WORDS.replay, WORDS.who, WORDS.state, WORDS.done, WORDS.records, WORDS.mentions]
        plain_table(
            [*heads, WORDS.bad, WORDS.detail],
            _replays(found),
            name=WORDS.replays,
            empty=WORDS.no_replays,
        )


def _tiles(flow: Flow, now: datetime) -> list[Tile]:
    scored = flow.newest_score and formats.age(now - flow.newest_score)
    return [
        Tile(
            label=WORDS.rate,
            help=WORDS.rate_help,
            value=f"{flow.last_five / 5:,.1f}",
            notes=(WORDS.rate_note.format(hour=formats.count(flow.last_hour)),),
        ),
        Tile(
            label=WORDS.newest,
            help=WORDS.newest_help,
            value=formats.age(now - flow.newest_post) if flow.newest_post else PAGE_WORDS.no_value,
            notes=(WORDS.newest_note.format(age=scored) if scored else WORDS.nothing,),
        ),
        _delay_tile(WORDS.scoring, WORDS.scoring_help, flow.scoring),
        _delay_tile(WORDS.arrival, WORDS.arrival_help, flow.arrival),
    ]


def _delay_tile(label: str, told: str, delay: Delay | None) -> Tile:
    if delay is None:
        return Tile(label=label, help=told, value=PAGE_WORDS.no_value, notes=(WORDS.nothing,))
    return Tile(
        label=label,
        help=told,
        value=_seconds(delay.median_s),
        notes=(WORDS.p95.format(value=_seconds(delay.p95_s)),),
    )


def _parts(found: Health) -> Rows:
    watch = shared_incidents.watch()
    unknown = formats.listed(one_line(name, characters=40) for name in watch.unknown[:5])
    scores = bool(found.flow.last_five)
    behind = found.unsettled is None or found.unsettled > 0
    return [
        [WORDS.store, WORDS.store_ok, ""],
        [WORDS.worker, WORDS.worker_ok if scores else WORDS.worker_idle, ""],
        [
            WORDS.monitor,
            INCIDENT_WORDS.watch_states[watch.state],
            one_line(told_by_part(watch.detail), characters=_MAX_DETAIL_CHARACTERS) or unknown,
        ],
        [
            WORDS.rollups,
            WORDS.rollups_behind if behind else WORDS.rollups_ok,
            WORDS.rollups_note.format(count=formats.count(found.unsettled))
            if found.unsettled
            else "",
        ],
    ]


def _places(found: Health, now: datetime) -> Rows:
    return [
        [
            f"{one_line(place.topic, characters=60)}:{place.partition}",
            f"{place.offset:,}",
            WORDS.ago.format(age=formats.age(now - place.received)),
            formats.count(place.mentions),
        ]
        for place in found.places
    ]


def _routes(found: Health, now: datetime) -> Rows:
    return [
        [
            one_line(route.name, characters=60),
            formats.count(route.delivered),
            formats.count(route.waiting),
            formats.count(route.failed),
            WORDS.ago.format(age=formats.age(now - route.last_delivered))
            if route.last_delivered
            else PAGE_WORDS.no_value,
            one_line(route.detail, characters=_MAX_DETAIL_CHARACTERS),
        ]
        for route in found.routes
    ]


def _replays(found: Health) -> Rows:
    times = formats.moment_labels(
        [each.created_at for each in found.replays], view_state.zone(), today=view_state.now()
    )
    return [
        [
            f"{time} {one_line(each.asked or each.id, characters=80)}",
            one_line(each.who, characters=40),
            one_line(told_by_part(each.event) or WORDS.planned, characters=40),
            formats.percent(each.done),
            formats.count(each.read),
            formats.count(each.mentions),
            formats.count(each.bad),
            one_line(each.detail, characters=_MAX_DETAIL_CHARACTERS),
        ]
        for time, each in zip(times, found.replays, strict=True)
    ]


def _seconds(value: float) -> str:
    return WORDS.seconds.format(value=f"{value:.1f}" if value < 100 else f"{value:,.0f}")
