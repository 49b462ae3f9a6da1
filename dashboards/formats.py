"""Numbers, times and names as the page writes them in the reader's language."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

from babel.dates import format_datetime
from babel.numbers import format_compact_decimal

from dashboards.format_wording import FORMAT_WORDS as WORDS
from dashboards.language import CHINESE, ENGLISH, language
from schemas import country_names, language_names

MINUS: Final = "\u2212"


def count(number: int) -> str:
    """12,345; from a million on 1.23 M, or as the language has it."""
    if number < 1_000_000:
        return f"{number:,}"
    if language() == ENGLISH:
        return f"{number / 1_000_000:,.2f} M"
    return format_compact_decimal(number, fraction_digits=2, locale=language())


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
    steps = ((120, 1, WORDS.seconds), (7_200, 60, WORDS.minutes), (172_800, 3600, WORDS.hours))
    for limit, size, unit in steps:
        if seconds < limit:
            return unit.format(count=seconds // size)
    return WORDS.days.format(count=f"{seconds // 86_400:,}")


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
    this_year, another = WORDS.day, WORDS.day_of_year
    return [
        format_datetime(
            moment,
            this_year if moment.year == now.year else another,
            tzinfo=zone,
            locale=language(),
        )
        for moment in local
    ]


def listed(names: Iterable[str]) -> str:
    """Names in a row: one, another, a third."""
    return WORDS.comma.join(names)


def language_name(code: str) -> str:
    """The name of a language that posts are written in; its code where it has none."""
    chinese = language() == CHINESE
    named = language_names.chinese_language_name if chinese else language_names.language_name
    return named(code)


def country_name(code: str) -> str:
    """The name of a country in the page's language; its code where it has none."""
    return country_names.country_name(code, language())


def _signed(value: float, unit: str, *, digits: int) -> str:
    text = f"{abs(value):.{digits}f}{unit}"
    if float(f"{value:.{digits}f}") == 0:
        return text
    return f"{'+' if value > 0 else MINUS}{text}"
