"""Rows become posts."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import IngestError, InvalidPostError
from schemas.post import decode_post
from streams.ingest.mapping import FieldMapping, RowMapper, parse_assignments

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ROW = {"text": "Good", "posted_at": "2026-03-31", "source": "shop"}


def post_of(row, *, number=1, **mapping):
    """The post of a row under a mapping."""
    mapper = RowMapper(FieldMapping(**mapping), file_name="f.csv", now=NOW)
    post_id, record = mapper.post(row, number=number)
    post = decode_post(record, now=NOW)
    assert post.post_id == post_id
    return post


def test_columns_and_constants():
    """Columns are renamed, constants are set, other columns are left alone."""
    post = post_of(
        {"id": 7, "body": "Gut", "when": 1774965900, "stars": "4,5", "x": "y", "user": {"n": "A"}},
        columns={"post_id": "id", "text": "body", "posted_at": "when", "rating": "stars",
                 "author": "user.n"},
        constants={"source": "amazon", "lang": "de"},
        kind="review",
    )  # fmt: skip
    assert (post.post_id, post.text, post.rating, post.author) == ("7", "Gut", 4.5, "A")
    assert (post.source, post.lang, post.kind) == ("amazon", "de", "review")
    assert post.posted_at == datetime(2026, 3, 31, 14, 5, tzinfo=UTC)


def test_empty_cells_are_missing():
    """Empty, blank and not-a-number cells leave an optional field out."""
    post = post_of({**ROW, "rating": "", "author": " ", "reach": None, "post_id": float("nan")})
    assert (post.rating, post.author, post.reach) == (None, None, None)
    assert post.post_id.startswith("content:")


def test_whole_numbers_stay_whole():
    """A data frame's 12.0 in an id column is the id 12; numbers of every make are read."""
    post = post_of({**ROW, "post_id": 12.0, "rating": Decimal("3.5"), "reach": 1000.0})
    assert (post.post_id, post.rating, post.reach) == ("12", 3.5, 1000)


def test_column_can_be_left_out():
    """An empty mapping drops a column that would spoil the row."""
    row = {**ROW, "country": "Germany"}
    with pytest.raises(InvalidPostError, match="country='Germany'"):
        post_of(row)
    assert post_of(row, columns={"country": ""}).country is None


def test_ids_of_content():
    """Equal rows have one id, wherever they stand; any column that counts makes another."""
    assert post_of(ROW, number=1).post_id == post_of(ROW, number=9).post_id
    assert post_of(ROW).post_id != post_of({**ROW, "rating": 3}).post_id
    assert post_of(ROW).post_id == post_of({**ROW, "not_a_field": 3}).post_id
    assert post_of(ROW).post_id == post_of({**ROW, "posted_at": "2026-03-31T00:00Z"}).post_id


def test_ids_of_rows():
    """Equal rows stay two posts where the row's number names them."""
    assert post_of(ROW, number=9, ids="row").post_id == "row:f.csv:9"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "a\udcff"}, "text"),
        ({"text": ["a"]}, "text"),
        ({"posted_at": "soon"}, "posted_at"),
        ({"posted_at": "2031-01-01"}, "posted_at"),
        ({"rating": "five"}, "rating"),
        ({"rating": True}, "rating"),
        ({"reach": "many"}, "reach"),
        ({"reach": -1}, "reach"),
        ({"source": ""}, "source"),
        ({"kind": "essay"}, "kind"),
        ({"text": "x" * 1_000_001}, "$"),
    ],
)
def test_bad_cell_names_its_field(change, field):
    """A row that is no post says which field is at fault, and what to do."""
    with pytest.raises(InvalidPostError) as caught:
        post_of({**ROW, **change})
    assert caught.value.field == field
    assert caught.value.remedy


def test_mistakes_in_the_mapping_come_at_once():
    """Unknown fields and doubled ones are told together, with the nearest name."""
    with pytest.raises(IngestError, match=r"(?s)'txt' \(did you mean 'text'\?\).*source is both"):
        FieldMapping(columns={"txt": "a", "source": "b"}, constants={"source": "c"})


def test_missing_columns_are_told_before_the_start():
    """A column that a file does not have is named, with those that it has."""
    mapping = FieldMapping(columns={"text": "revew"})
    assert mapping.missing_columns(["review", "posted_at"]) == [
        "--map text=revew: the file has no column 'revew' (did you mean 'review'?)",
        "no column is called 'source': add --map source=COLUMN or --set source=VALUE",
        "its columns: review, posted_at",
    ]
    assert FieldMapping().missing_columns(["text", "posted_at", "source", "x"]) == []


def test_assignments():
    """FIELD=VALUE; the value may have a sign of equality."""
    assert parse_assignments(["text=a=b", "lang = de"], flag="--set") == {
        "text": "a=b",
        "lang": "de",
    }
    for wrong in (["text"], ["=a"], ["a=1", "a=2"]):
        with pytest.raises(IngestError, match="--set"):
            parse_assignments(wrong, flag="--set")


cells = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from([*ROW, "post_id", "rating", "reach", "lang", "url"]), cells))
def test_any_row_is_a_post_or_explained(row):
    """Whatever the cells hold: a valid record, or a field and a remedy."""
    mapper = RowMapper(FieldMapping(), file_name="f", now=NOW)
    try:
        post_id, record = mapper.post({**ROW, **row}, number=1)
    except InvalidPostError as error:
        explained = bool(error.remedy and error.field)
    else:
        explained = json.loads(record)["post_id"] == post_id
    assert explained
