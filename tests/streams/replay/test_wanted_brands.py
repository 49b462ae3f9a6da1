"""Rows of some brands, scored as they are scored beside all others."""

from hypothesis import given
from hypothesis import strategies as st

from models.scorer import load_scorer
from schemas.mention import COLUMN_NAMES
from streams.preparation import prepare
from streams.replay.wanted_brands import WantedBrands
from streams.scoring import score_batches
from tests.streams.test_preparation import NOW, batch, good, match

BRAND = COLUMN_NAMES.index("brand")


def test_a_post_that_names_none_names_nobody():
    """One that names a wanted brand keeps the others, for the model compares them."""
    wanted = WantedBrands(frozenset({"Acme"}))

    def found(_):
        return [{"Acme": "One", "Bolt": ""}, {"Bolt": ""}, {}]

    assert wanted.matching(found)([]) == [{"Acme": "One", "Bolt": ""}, {}, {}]
    assert WantedBrands().matching(found) is found


@given(
    texts=st.lists(st.sampled_from(["Apple", "Samsung", "Apple Samsung", "nobody"]), max_size=8),
    names=st.sets(st.sampled_from(["Apple", "Samsung"]), min_size=1),
)
def test_the_rows_are_those_that_a_replay_of_all_brands_has(texts, names):
    """Neither more nor less nor other ones, and as many as are counted."""
    wanted = WantedBrands(frozenset(names))
    if not texts:
        return
    every, some = (
        prepare(batch(*map(good, texts)), of, now=NOW) for of in (match, wanted.matching(match))
    )
    rows = [scored_rows([part]) for part in (every, some)]
    kept = [row for row in zip(*rows[0], strict=True) if row[BRAND] in names]
    assert list(zip(*wanted.rows(rows[1]), strict=True)) == kept
    assert wanted.mentions(some) == len(kept)


def scored_rows(prepared):
    scorer = load_scorer("stub")
    return score_batches(
        prepared, scorer, lambda texts: ["xx"] * len(texts), now=lambda: NOW
    ).columns
