"""Tries rules and sensitivities on stored history, with the very classes of the monitor. Pure.

Nothing is told and nothing is kept.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from schemas.alert import Alert, Verdict
from schemas.alert_rules import AlertRules, Sensitivity, WatchedRule
from schemas.backtest import BacktestRequest, BacktestResult, RuleScore, TriedIncident
from schemas.errors import SettingsError
from schemas.scoped_rules import parse_scoped_rule
from schemas.sentence import sentence
from streams.alerts.core import Core
from streams.alerts.minute import Minute
from streams.alerts.recovery import teach

WARM_UP_DAYS: Final = 28
_RULE_WARM_UP_DAYS: Final = 1
# Two incidents of a brand are the same one if no more than this lies between them.
_NEAR: Final = timedelta(minutes=30)

Minutes = Callable[[int, int], Iterable[Minute]]


def rules_for(request: BacktestRequest, rules: AlertRules) -> AlertRules:
    """What is to be tried. Raises SettingsError for a rule or a word that is none."""
    if not request.rules and not request.sensitivity:
        return rules
    if request.sensitivity not in {"", *(word.value for word in Sensitivity)}:
        words = "calm, balanced, watchful or off"
        raise SettingsError(f"sensitivity {request.sensitivity!r} is none; write {words}")
    tried = tuple(_rule(text) for text in request.rules)
    sensitivity = Sensitivity(request.sensitivity or "off")
    return replace(rules, sensitivity=sensitivity, by_brand={}, rules=tried)


def _rule(text: str) -> WatchedRule:
    try:
        return parse_scoped_rule(text)
    except ValueError as error:
        raise SettingsError(f"rule {text!r} {error}") from error


def backtest(
    request: BacktestRequest,
    rules: AlertRules,
    brands: Sequence[str],
    minutes: Minutes,
    did: Sequence[Alert],
) -> BacktestResult:
    """Run what is asked for over the minutes.

    rules, brands: the watchlist's. minutes: reads from (included) to (not) in seconds since 1970.
    did: the incidents of that time as they stand. Raises SettingsError.
    """
    chosen = _chosen(request, brands)
    found = incidents_over(request, rules, brands, minutes)
    old = [alert for alert in did if alert.brand in chosen]
    return compared(found.alerts, old, minutes=found.minutes, series=found.series)


@dataclass(frozen=True, slots=True)
class Found:
    """What would have opened, as it stood at the end, and from how much that was decided."""

    alerts: tuple[Alert, ...]
    minutes: int
    series: int


def incidents_over(
    request: BacktestRequest, rules: AlertRules, brands: Sequence[str], minutes: Minutes
) -> Found:
    """The incidents that the rules would have opened over the minutes; see `backtest`."""
    chosen = _chosen(request, brands)
    tried = rules_for(request, rules)
    core = Core(tried, chosen)
    since_s, until_s = (int(at.timestamp()) // 60 * 60 for at in (request.since, request.until))
    detects = any(tried.sensitivity_of(brand) is not Sensitivity.OFF for brand in chosen)
    warm_up_days = WARM_UP_DAYS if detects else _RULE_WARM_UP_DAYS
    teach(core, minutes(since_s - warm_up_days * 86_400, since_s))
    told: dict[str, Alert] = {}
    count = 0
    for minute in minutes(since_s, until_s):
        count += 1
        for event in core.take_minute(minute, minute.end).events:
            told[event.key] = event
    return Found(tuple(told.values()), count, core.watch.series)


def _chosen(request: BacktestRequest, brands: Sequence[str]) -> list[str]:
    return [brand for brand in brands if not request.brands or brand in request.brands]


def compared(
    would: Sequence[Alert], did: Sequence[Alert], *, minutes: int, series: int
) -> BacktestResult:
    """Both lists side by side, by time, each with its counterpart, and the score of each rule."""
    beside = {alert.key: _beside(alert, did) for alert in would}
    found = {other.key for other in beside.values() if other is not None}
    tried = [_tried(alert, beside[alert.key]) for alert in would]
    return BacktestResult(
        would=tuple(sorted(tried, key=lambda item: (item.opened_at, item.brand))),
        did=tuple(
            sorted(
                (_tried(alert, alert) for alert in did),
                key=lambda item: (item.opened_at, item.brand),
            )
        ),
        missed=tuple(alert.key for alert in did if alert.key not in found),
        scores=_scores(tried),
        minutes=minutes,
        series=series,
    )


def _beside(alert: Alert, others: Iterable[Alert]) -> Alert | None:
    """The incident of the same brand that went on at the same time, the nearest in its opening."""
    near = [
        other
        for other in others
        if other.brand == alert.brand
        and other.opened_at <= (alert.resolved_at or alert.updated_at) + _NEAR
        and alert.opened_at <= (other.resolved_at or other.updated_at) + _NEAR
    ]
    return min(near, key=lambda other: abs(other.opened_at - alert.opened_at), default=None)


def _tried(alert: Alert, counterpart: Alert | None) -> TriedIncident:
    return TriedIncident(
        brand=alert.brand,
        kind=alert.kind,
        severity=alert.severity,
        opened_at=alert.opened_at,
        resolved_at=alert.resolved_at,
        sentence=alert.sentence or (sentence(alert) if alert.signals else ""),
        chinese=sentence(alert, language="zh") if alert.signals else "",
        rules=tuple(sorted({signal.rule for signal in alert.signals})),
        key=counterpart.key if counterpart is not None else "",
        verdict=counterpart.verdict if counterpart is not None else Verdict.NONE,
    )


def _scores(tried: Sequence[TriedIncident]) -> tuple[RuleScore, ...]:
    scores = []
    for rule in sorted({rule for item in tried for rule in item.rules}):
        own = [item for item in tried if rule in item.rules]
        confirmed = sum(item.verdict is Verdict.INCIDENT for item in own)
        refuted = sum(item.verdict is Verdict.NO_INCIDENT for item in own)
        judged = confirmed + refuted
        scores.append(
            RuleScore(
                rule=rule,
                incidents=len(own),
                confirmed=confirmed,
                refuted=refuted,
                precision=confirmed / judged if judged else None,
            )
        )
    return tuple(scores)
