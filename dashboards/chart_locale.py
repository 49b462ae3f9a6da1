"""Numbers and times in charts, which the browser writes, in the reader's language."""

from typing import Any, Final

from babel import Locale

from dashboards.format_wording import FORMAT_WORDS as WORDS
from dashboards.language import ENGLISH, language

_WEEKDAYS: Final = (6, 0, 1, 2, 3, 4, 5)


def time_label() -> str:
    """The Vega expression of a label on a time axis: the day at midnight, else the time."""
    return (
        "hours(datum.value) + minutes(datum.value) + seconds(datum.value) === 0 "
        f"? timeFormat(datum.value, '{WORDS.chart_day}') "
        ": seconds(datum.value) ? timeFormat(datum.value, '%H:%M:%S') "
        ": timeFormat(datum.value, '%H:%M')"
    )


def locale_config() -> dict[str, Any]:
    """The part of Vega's `config` that names days and months; d3-time begins weeks on Sunday."""
    if language() == ENGLISH:
        return {}
    locale = Locale.parse(language())
    days = {width: locale.days["format"][width] for width in ("wide", "abbreviated")}
    months = {width: locale.months["format"][width] for width in ("wide", "abbreviated")}
    return {
        "locale": {
            "time": {
                "dateTime": f"{WORDS.chart_second}",
                "date": f"{WORDS.chart_day}",
                "time": "%H:%M:%S",
                "periods": ["AM", "PM"],
                "days": [days["wide"][day] for day in _WEEKDAYS],
                "shortDays": [days["abbreviated"][day] for day in _WEEKDAYS],
                "months": [months["wide"][month] for month in range(1, 13)],
                "shortMonths": [months["abbreviated"][month] for month in range(1, 13)],
            }
        }
    }
