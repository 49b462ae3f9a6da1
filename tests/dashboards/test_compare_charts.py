"""Heat maps of brands, as they are specified for the browser."""

import pytest

from dashboards.compare_charts import Cell, heat
from dashboards.measures import Counts

COUNTS = Counts(10, 0, 30)


@pytest.mark.parametrize("value_title", ["Adds, in points", ""])
def test_a_tooltip_tells_row_and_column(value_title: str):
    """Each of its fields has a title of its own: of two under one title the browser shows one."""
    chart = heat(
        [Cell("price", "Aurora", 0.5, "+50.0", COUNTS)],
        title="What drives it",
        rows={"price": "price"},
        columns={"Aurora": "Aurora"},
        titles=("Topic", "Brand"),
        signed=True,
        value_title=value_title,
    )
    for layer in chart.spec["layer"]:
        told = {field["title"]: field["field"] for field in layer["encoding"]["tooltip"]}
        assert len(told) == len(layer["encoding"]["tooltip"])
        assert (told["Topic"], told["Brand"]) == ("shown_row", "shown_column")
        assert (told.get(value_title) == "text") == bool(value_title)
