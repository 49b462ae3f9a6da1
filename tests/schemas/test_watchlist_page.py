"""The page about the watchlist tells the truth."""

import re
from pathlib import Path

from schemas.watchlist import BRAND_KEYS, parse_watchlist
from schemas.watchlist_advice import advice

PAGE = (Path(__file__).parents[2] / "docs" / "watchlist.md").read_text("utf-8")


def test_example_can_be_used():
    """The example is a watchlist without mistakes, and every field is explained."""
    example = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert example
    watchlist = parse_watchlist(example[1])
    assert [brand.name for brand in watchlist.brands] == ["Apple", "7-Eleven"]
    assert advice(watchlist) == []
    assert all(f"| `{key}` |" in PAGE for key in BRAND_KEYS)
