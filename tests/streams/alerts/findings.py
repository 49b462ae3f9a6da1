"""Findings made by hand."""

from datetime import UTC, datetime, timedelta

from schemas.alert import Kind, SeriesName, Signal
from streams.alerts.minute import Finding

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def at(minute: int) -> datetime:
    """The end of a minute, counted from START."""
    return START + timedelta(minutes=minute)


def finding(  # noqa: PLR0913
    brand: str = "Acme",
    kind: Kind = Kind.VOLUME,
    *,
    minute: int = 0,
    seen: float = 100,
    expected: float = 50,
    window_min: int = 15,
    rule: str = "",
    share: float = 0.1,
    posts: float = 200,
    reach: float = 0,
    **part: str,
) -> Finding:
    """One series that is out of the ordinary. part: topic, lang or product."""
    signal = Signal(
        series=SeriesName(brand=brand, **part),
        kind=kind,
        at=at(minute),
        window_min=window_min,
        seen=float(seen),
        expected=float(expected),
        low=expected / 2,
        high=expected * 1.5,
        score=0.8,
        rule=rule,
    )
    return Finding(signal=signal, share=share, posts=posts, reach=reach)
