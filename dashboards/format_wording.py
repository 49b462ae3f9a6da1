"""How numbers and times are written in each language."""

from typing import Final

from dashboards.language import Words


class FormatWording(Words):
    """Patterns: of times as CLDR has them, of those in charts as d3-time-format has them."""

    comma: str = ", "
    semicolon: str = "; "
    seconds: str = "{count} s"
    minutes: str = "{count} min"
    hours: str = "{count} h"
    days: str = "{count} days"
    day: str = "d MMM HH:mm"
    day_of_year: str = "d MMM y HH:mm"
    # Vega expressions and formats.
    chart_count: str = "format(datum.value, '~s')"
    chart_day: str = "%a %-d %b"
    chart_minute: str = "%a %-d %b %H:%M"
    chart_second: str = "%a %-d %b %H:%M:%S"


FORMAT_WORDS: Final = FormatWording()
