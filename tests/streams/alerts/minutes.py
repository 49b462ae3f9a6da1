"""Minutes made by hand: quiet brands, and what happens to them."""

import time
from collections.abc import Mapping

from schemas.alert import SeriesName
from streams.alerts.minute import Minute, SourceCount

# Yesterday at nine: ClickHouse lets go of what is old by its own clock.
START_S = int(time.time()) // 86_400 * 86_400 - 15 * 3600


def minute(  # noqa: PLR0913
    number: int,
    posts: Mapping[str, int],
    *,
    negative: int = 0,
    source: str = "forum",
    lang: str = "en",
    topic: str = "",
) -> Minute:
    """The minute of that number; posts: by brand, all from one source and in one language."""
    counts = {}
    for brand, count in posts.items():
        if not count:
            continue
        parts = [{}, {"lang": lang}, *([{"topic": topic}] if topic else [])]
        for part in parts:
            counts[SeriesName(brand=brand, **part)] = (count, min(negative, count))
    sources = tuple(SourceCount(brand, source, count) for brand, count in posts.items() if count)
    return Minute(START_S + 60 * number, counts, sources, dict.fromkeys(posts, 10))
