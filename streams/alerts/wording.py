"""What happened, in one plain sentence."""

from collections.abc import Sequence

from schemas.alert import Kind, SeriesName
from streams.alerts.minute import Finding

_ORDER = (Kind.VOLUME, Kind.NEGATIVE, Kind.SILENCE)


def leading(findings: Sequence[Finding]) -> Finding:
    """The finding that tells most: volume before negative before silence, the brand's own first.

    findings: at least one.
    """

    def rank(finding: Finding) -> tuple[int, bool, bool, float, SeriesName]:
        signal = finding.signal
        own = finding.series == SeriesName(brand=finding.series.brand)
        rise = signal.seen - signal.expected
        return (_ORDER.index(finding.kind), not own, bool(signal.rule), -rise, finding.series)

    return min(findings, key=rank)


def sentence_of(findings: Sequence[Finding]) -> str:
    """What these findings of one brand say; at least one."""
    first = leading(findings)
    signal, name = first.signal, named(first.series)
    span = duration(signal.window_min)
    if signal.kind is Kind.SILENCE:
        text = f"{name}: no post for {span}; about {_count(signal.expected)} were to be expected"
        if signal.rule and signal.expected < 1:
            text = f"{name}: no post for {span}"
    elif signal.kind is Kind.NEGATIVE:
        text = (
            f"{name}: {_count(signal.seen)} negative posts in {span}, "
            f"{first.share:.0%} of all; {_due(signal.low, signal.high, rule=signal.rule)}"
        )
    else:
        text = (
            f"{name}: {_count(signal.seen)} posts in {span}; "
            f"{_due(signal.low, signal.high, rule=signal.rule)}"
        )
    if signal.rule:
        text += f" (rule: {signal.rule})"
    return text + _also(first, findings) + "."


def named(series: SeriesName) -> str:
    """A series for people."""
    narrower = series.topic or series.product
    if narrower:
        return f"{series.brand}, {narrower}"
    return f"{series.brand} in {series.lang}" if series.lang else series.brand


def duration(minutes: int) -> str:
    """A time for people."""
    if minutes < 120:
        return "1 minute" if minutes == 1 else f"{minutes} minutes"
    hours = minutes / 60
    return f"{hours:.0f} hours" if hours.is_integer() or hours > 10 else f"{hours:.1f} hours"


def _due(low: float, high: float, *, rule: str) -> str:
    if rule:
        return f"the limit is {_count(high)}"
    if high < 1:
        return "next to none are usual"
    return f"{_count(low)} to {_count(high)} are usual"


def _count(value: float) -> str:
    return f"{value:,.0f}"


def _also(first: Finding, findings: Sequence[Finding]) -> str:
    """The other parts of the brand that show it."""
    parts = [
        finding.series.topic or finding.series.product or finding.series.lang
        for finding in findings
        if finding.series != first.series
    ]
    found = [part for part in dict.fromkeys(parts) if part]
    return f"; it shows in {', '.join(found[:4])}" if found else ""
