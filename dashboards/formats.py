"""Numbers and times as the page writes them, everywhere the same."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

MINUS: Final = "\u2212"


def count(number: int) -> str:
    """12,345; from a million on 1.23 M."""
    return f"{number:,}" if number < 1_000_000 else f"{number / 1_000_000:,.2f} M"


def percent(value: float) -> str:
    """0.1234 as 12.3%."""
    return f"{100 * value:.1f}%".replace("-", MINUS)


def signed_percent(value: float) -> str:
    """0.1234 as +12.3%; nought has no sign."""
    return _signed(100 * value, "%", digits=1)


def signed_points(value: float) -> str:
    """A difference of two shares, 0.1234, as +12.3."""
    return _signed(100 * value, "", digits=1)


def signed_growth(value: float) -> str:
    """A growth, 0.1234, as +12%; from tenfold on as x12.3."""
    return f"\u00d7{value + 1:,.1f}" if value >= 9 else _signed(100 * value, "%", digits=0)


def age(length: timedelta) -> str:
    """How long ago: 5 s, 3 min, 2 h, 4 days."""
    seconds = max(int(length.total_seconds()), 0)
    for limit, size, unit in ((120, 1, "s"), (7_200, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            return f"{seconds // size} {unit}"
    return f"{seconds // 86_400:,} days"


def clock(moment: datetime, zone: tzinfo) -> str:
    """The time of day for the viewer: 14:03:22."""
    return f"{moment.astimezone(zone):%H:%M:%S}"


def moment_labels(moments: Sequence[datetime], zone: tzinfo, *, today: datetime) -> list[str]:
    """Moments that are read together, for the viewer: 14:03 if all are of today, else 24 Nov 14:03.

    The year stands with those of another year.
    """
    now = today.astimezone(zone)
    local = [moment.astimezone(zone) for moment in moments]
    if all(moment.date() == now.date() for moment in local):
        return [f"{moment:%H:%M}" for moment in local]
    years = [f" {moment:%Y}" if moment.year != now.year else "" for moment in local]
    return [
        f"{moment.day} {moment:%b}{year} {moment:%H:%M}"
        for moment, year in zip(local, years, strict=True)
    ]


def _signed(value: float, unit: str, *, digits: int) -> str:
    text = f"{abs(value):.{digits}f}{unit}"
    if float(f"{value:.{digits}f}") == 0:
        return text
    return f"{'+' if value > 0 else MINUS}{text}"
