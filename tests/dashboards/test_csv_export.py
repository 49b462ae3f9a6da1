import csv
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.csv_export import HEADER, safe_cell, to_csv
from tests.dashboards import hostile
from tests.dashboards.test_feed import feed_post

NUMBERS = {"score", "rating", "reach", "posted_at"}


def read(data: bytes) -> list[dict[str, str]]:
    """The rows as a spreadsheet reads them."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def check_cell(cell: str) -> None:
    """No spreadsheet takes the cell for a formula."""
    stripped = cell.lstrip(" \u00a0\u3000\u200b\ufeff")
    assert not stripped.startswith(
        ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
    )
    assert "\0" not in cell


@given(st.text(st.characters(codec="utf-8"), max_size=100))
def test_no_cell_is_a_formula(text: str):
    """Whatever the text is; and all of it is there."""
    cell = safe_cell(text)
    check_cell(cell)
    assert cell.removeprefix("'") == text.replace("\0", "\u2400").removeprefix("'")


def test_hostile_posts_are_data_in_every_column():
    """Two hundred hostile posts: as many rows come out, and none has a formula."""
    posts = [
        feed_post(
            **dict.fromkeys(("text", "author", "brand", "product", "source", "url"), text),
            post_id=text,
            topics=(text,),
        )
        for text in hostile.texts()
    ]
    rows = read(to_csv(posts))
    assert len(rows) == len(posts) == 200
    for row in rows:
        for name in set(HEADER) - NUMBERS:
            check_cell(row[name])


def test_a_row_has_every_column():
    """Numbers stay numbers, also negative ones, and times are in UTC."""
    (row,) = read(to_csv([feed_post(score=-0.25, rating=4.5, reach=7, topics=("price", "app"))]))
    assert row["score"] == "-0.25"
    assert row["rating"] == "4.5"
    assert row["topics"] == "price, app"
    assert row["posted_at"] == "2026-03-11T00:00:00.000+00:00"


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_table_has_a_header_and_a_row_a_post(count: int):
    """An empty feed gives a table of a header."""
    assert len(read(to_csv([feed_post()] * count))) == count


def test_long_posts_take_the_room_of_the_file():
    """Ten thousand of the longest posts are 320 MB: the page has room for the file, hardly more."""
    posts = [feed_post(text="x" * 32_000) for _ in range(300)]
    tracemalloc.start()
    try:
        size = len(to_csv(posts))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1.5 * size
