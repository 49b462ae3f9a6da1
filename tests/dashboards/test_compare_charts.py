"""Heat maps of brands, as they are specified for the browser."""

import re

import pytest

from dashboards.charts import Chart
from dashboards.compare_charts import Cell, heat
from dashboards.measures import Counts
from dashboards.report.pictures import drawn
from dashboards.report.sheet import Picture

COUNTS = Counts(10, 0, 30)


def heat_of(brands: list[str], text: str, *, value_title: str = "") -> Chart:
    """A row of a topic, with the same figure for each brand."""
    return heat(
        [Cell("price", brand, 0.5, text, COUNTS) for brand in brands],
        title="What drives it",
        rows={"price": "price"},
        columns={brand: brand for brand in brands},
        titles=("Topic", "Brand"),
        signed=True,
        value_title=value_title,
    )


@pytest.mark.parametrize("value_title", ["Adds, in points", ""])
def test_a_tooltip_tells_row_and_column(value_title: str):
    """Each of its fields has a title of its own: of two under one title the browser shows one."""
    chart = heat_of(["Aurora"], "+50.0", value_title=value_title)
    for layer in chart.spec["layer"]:
        told = {field["title"]: field["field"] for field in layer["encoding"]["tooltip"]}
        assert len(told) == len(layer["encoding"]["tooltip"])
        assert (told["Topic"], told["Brand"]) == ("shown_row", "shown_column")
        assert (told.get(value_title) == "text") == bool(value_title)


def test_narrow_columns_are_named_and_no_figures_overlap():
    """Names are shortened, none is left out; a figure without room is not seen."""
    names = [f"{letter}reutzfeldt" for letter in "ABCDEFGHIJ"]
    narrow, wide = drawn(
        [Picture("", heat_of(brands, "+100.0%")) for brands in (names, names[:2])], zone="UTC"
    )
    for name in names:
        assert re.search(f">{name[0]}[a-z]*\u2026<", narrow)
    for svg, seen in ((narrow, False), (wide, True)):
        [figure, *others] = re.findall(r"<text [^>]*>\+100\.0%</text>", svg)
        assert ('opacity="0"' not in figure) == seen
        assert len(others) == (1 if seen else 9)
