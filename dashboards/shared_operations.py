"""Answers for the page Operations, shared between viewers as in shared.py."""

from dataclasses import dataclass

from dashboards.answers import shared_answer
from dashboards.queries import audit, operations, rollups
from dashboards.queries.operations import Flow, Place, Replay, Route
from dashboards.shared import store
from dashboards.store import TableMissingError
from schemas.audit import Deed

TTL_S = 4


@dataclass(frozen=True, slots=True)
class Health:
    """All of the page. unsettled: minutes that the rollups have yet to count; None: not ready."""

    flow: Flow
    minutes: list[tuple[int, int]]
    places: list[Place]
    routes: list[Route]
    replays: list[Replay]
    unsettled: int | None


@shared_answer(ttl=TTL_S, max_entries=2)
def health(now_ms: int) -> Health:
    """How the parts are at that moment."""
    ask = store().rows
    return Health(
        flow=operations.read_flow(ask(operations.flow_query(now_ms))),
        minutes=operations.read_minutes(ask(operations.minutes_query(now_ms)), now_ms=now_ms),
        places=operations.read_places(ask(operations.places_query(now_ms))),
        routes=_routes(now_ms),
        replays=_replays(),
        unsettled=_unsettled(),
    )


@shared_answer(ttl=TTL_S, max_entries=1)
def deeds() -> list[Deed]:
    """Who did what; nothing for those who may not see it."""
    try:
        return audit.read_audit(store().rows(audit.audit_query()))
    except TableMissingError:
        return []


def _routes(now_ms: int) -> list[Route]:
    try:
        return operations.read_routes(store().rows(operations.routes_query(now_ms)))
    except TableMissingError:
        return []


def _replays() -> list[Replay]:
    try:
        return operations.read_replays(store().rows(operations.replays_query()))
    except TableMissingError:
        return []


def _unsettled() -> int | None:
    try:
        [(ready, unsettled)] = store().rows(rollups.ready_query())
    except TableMissingError:
        return None
    return int(unsettled) if ready else None
