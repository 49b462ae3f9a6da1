"""How bad an incident is: points for what people would call bad, added up."""

from collections.abc import Sequence
from typing import Final

from schemas.alert import Kind, Severity
from streams.alerts.minute import Finding

# Points from these values on: (limit, points), the highest that holds.
_TIMES_EXPECTED: Final = ((3.0, 1), (8.0, 2))
_NEGATIVE_SHARE: Final = ((0.5, 1), (0.75, 2))
_REACH: Final = ((1_000_000.0, 1), (10_000_000.0, 2))
_LASTING_MIN: Final = ((60.0, 1), (360.0, 2))
_SERIOUS: Final = 2
_CRITICAL: Final = 4
# Fewer posts than these in an hour are never more than a notice: a handful is no storm.
_FEW_POSTS: Final = 10
_SHARE_POSTS: Final = 20


def severity_of(findings: Sequence[Finding], *, lasting_min: float) -> Severity:
    """The severity of an incident that shows these findings and has gone on for so long.

    findings: at least one. Posts over what was to be expected, the share of negative posts, reach
    and duration add up; a silence counts by its duration alone.
    """
    lasting = _points(lasting_min, _LASTING_MIN)
    if all(finding.kind is Kind.SILENCE for finding in findings):
        return _named(lasting)
    loud = [finding for finding in findings if finding.kind is not Kind.SILENCE]
    if max(finding.posts for finding in loud) < _FEW_POSTS:
        return Severity.NOTICE
    times = max(
        (
            finding.signal.seen / max(1.0, finding.signal.expected)
            for finding in loud
            if finding.kind is Kind.VOLUME
        ),
        default=1.0,
    )
    share = max((f.share for f in loud if f.posts >= _SHARE_POSTS), default=0.0)
    reach = max(finding.reach for finding in loud)
    points = (
        _points(times, _TIMES_EXPECTED)
        + _points(share, _NEGATIVE_SHARE)
        + _points(reach, _REACH)
        + lasting
    )
    return _named(points)


def _points(value: float, limits: Sequence[tuple[float, int]]) -> int:
    return max((points for limit, points in limits if value >= limit), default=0)


def _named(points: int) -> Severity:
    if points >= _CRITICAL:
        return Severity.CRITICAL
    return Severity.SERIOUS if points >= _SERIOUS else Severity.NOTICE


def worse(one: Severity, other: Severity) -> bool:
    """Whether one is worse than the other."""
    order = list(Severity)
    return order.index(one) > order.index(other)
