"""Bars with a name each: what their numbers say, and what a click on them gives."""

from dashboards.group_charts import by_group, by_topic
from dashboards.measures import Counts
from dashboards.queries.overview import Group, Others


def groups(*counts: int) -> list[Group]:
    """Groups of so many positive mentions each."""
    return [
        Group(f"name {number}", Counts(positive=count), Counts())
        for number, count in enumerate(counts)
    ]


def test_others_are_part_of_the_whole():
    """Those that are known by their number alone, too."""
    chart = by_group(groups(*[5] * 12), title="x", others=Others(1_400, Counts(600, 600, 740)))
    texts = [row["text"] for row in chart.rows if row["text"]]
    assert texts[0] == "0.2%  \u00b7  5"
    assert texts[-1] == "97.8%  \u00b7  1,955"
    assert (chart.rows[-1]["shown"], chart.rows[-1]["name"]) == ("1,403 others", "")
    rest = by_topic(groups(*[5] * 12), others=Others(3, Counts(7, 0, 1))).rows[-2:]
    assert [(row["shown"], row["count"]) for row in rest] == [("6 others", 7), ("6 others", 16)]


def test_parts_of_what_holds_several_times_are_of_all_mentions():
    """A mention may show joy and surprise, or neither."""
    chart = by_group(groups(3_067, 2_000), title="x", whole=5_660)
    assert [row["text"] for row in chart.rows if row["text"]] == [
        "54.2%  \u00b7  3,067",
        "35.3%  \u00b7  2,000",
    ]
