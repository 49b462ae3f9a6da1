"""Answers for the page Trust, shared between viewers as in shared.py."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from dashboards.answers import shared_answer
from dashboards.queries import trust_drift, trust_labels, trust_versions
from dashboards.queries.trust_drift import Span, Spread
from dashboards.queries.trust_labels import LabelEvent, Queue
from dashboards.queries.trust_versions import Promoted, RestatedDay, Scored
from dashboards.shared import rollups_ready, several_versions, store
from dashboards.store import TableMissingError
from dashboards.time_range import Window, custom_window, from_milliseconds, milliseconds
from dashboards.trust_labels import Answers
from schemas.model_figures import HeldOut

LABELS_TTL_S: Final = 20
# Distributions of weeks do not change in minutes.
SLOW_TTL_S: Final = 300
LABEL_DAYS: Final = 365
LABEL_WEEKS: Final = 12
QUEUE_DAYS: Final = 7
_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 24 * _HOUR_MS


@dataclass(frozen=True, slots=True)
class Versions:
    """The model versions: promotions newest first, what each scored, and the figures of each."""

    promotions: list[Promoted]
    scored: list[Scored]
    figures: Mapping[str, list[HeldOut]]

    @property
    def active(self) -> str:
        """The version that people see; "" where none is in use."""
        return self.promotions[0].version if self.promotions else ""


@shared_answer(ttl=LABELS_TTL_S, max_entries=1)
def answers() -> list[Answers]:
    """The labels of the last year against what each version had said."""
    since_ms = _today_ms() - LABEL_DAYS * _DAY_MS
    return trust_labels.read_answers(store().rows(trust_labels.answers_query(since_ms=since_ms)))


@shared_answer(ttl=LABELS_TTL_S, max_entries=1)
def weeks() -> dict[date, dict[str, int]]:
    """Labels of each of the last weeks, those without any too."""
    monday = datetime.now(UTC).date()
    monday -= timedelta(days=monday.weekday())
    all_weeks = [monday - timedelta(weeks=back) for back in reversed(range(LABEL_WEEKS))]
    first = datetime(all_weeks[0].year, all_weeks[0].month, all_weeks[0].day, tzinfo=UTC)
    query = trust_labels.weeks_query(since_ms=milliseconds(first))
    found = trust_labels.read_weeks(store().rows(query))
    return {week: found.get(week, {}) for week in all_weeks}


@shared_answer(ttl=LABELS_TTL_S, max_entries=10)
def events(most: int) -> list[LabelEvent]:
    """What people did last, the newest first."""
    return trust_labels.read_events(store().rows(trust_labels.events_query(most=most)))


def random_queue(seed: int) -> Queue:
    """Posts of the last days without a label, drawn at random."""
    return _random_queue(seed, _hour_ms())


def unsure_queue() -> Queue:
    """Posts of the last days that the model is least sure of."""
    return _unsure_queue(_hour_ms())


@shared_answer(ttl=SLOW_TTL_S, max_entries=100)
def _random_queue(seed: int, until_ms: int) -> Queue:
    query = trust_labels.random_query(
        since_ms=until_ms - QUEUE_DAYS * _DAY_MS, until_ms=until_ms, seed=seed
    )
    return trust_labels.read_queue(store().rows(query))


@shared_answer(ttl=SLOW_TTL_S, max_entries=2)
def _unsure_queue(until_ms: int) -> Queue:
    query = trust_labels.unsure_query(since_ms=until_ms - QUEUE_DAYS * _DAY_MS, until_ms=until_ms)
    return trust_labels.read_queue(store().rows(query))


def versions() -> Versions:
    """All that is known of the model versions."""
    return _versions(_hour_ms())


@shared_answer(ttl=LABELS_TTL_S, max_entries=2)
def _versions(until_ms: int) -> Versions:
    ask = store().rows
    span = Span.ending(until_ms)
    return Versions(
        trust_versions.read_promotions(ask(trust_versions.promotions_query())),
        trust_versions.read_scored(
            ask(trust_versions.scored_query(since_ms=span.since, until_ms=span.until))
        ),
        _figures(),
    )


def _figures() -> dict[str, list[HeldOut]]:
    try:
        return trust_versions.read_figures(store().rows(trust_versions.figures_query()))
    except TableMissingError:
        return {}


@shared_answer(ttl=SLOW_TTL_S, max_entries=50)
def restated(brand: str, old: str, new: str, window: Window) -> list[RestatedDay]:
    """A brand's days under two versions."""
    query = trust_versions.restated_query(window, brand=brand, old=old, new=new)
    return trust_versions.read_restated(store().rows(query), window)


def spreads() -> dict[str, Spread]:
    """How posts and scores are distributed, this week and the four weeks before."""
    found = _spreads(_hour_ms())
    if not found["lang"].now:
        _spreads.clear()  # The first posts are to be seen when they come.
    return found


@shared_answer(ttl=SLOW_TTL_S, max_entries=2)
def _spreads(until_ms: int) -> dict[str, Spread]:
    span = Span.ending(until_ms)
    since, until = from_milliseconds(span.since), from_milliseconds(span.until)
    several = several_versions(custom_window(since, until, zone=UTC))
    counted = list(
        store().rows(
            trust_drift.counted_query(span, several_versions=several, use_rollups=rollups_ready())
        )
    )
    langs = trust_drift.read_spreads(counted)["lang"]
    posts = sum(langs.now.values()) + sum(langs.before.values())
    read = store().rows(trust_drift.read_query(span, posts=posts, several_versions=several))
    return trust_drift.read_spreads([*counted, *read])


def forget_labels() -> None:
    """Read labels again at once: the viewer has just given one."""
    for read in (answers, weeks, events):
        read.clear()


def _hour_ms() -> int:
    """The end of the present hour: for so long, viewers ask the same questions."""
    return (milliseconds(datetime.now(UTC)) // _HOUR_MS + 1) * _HOUR_MS


def _today_ms() -> int:
    return milliseconds(datetime.now(UTC)) // _DAY_MS * _DAY_MS
