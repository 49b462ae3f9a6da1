"""Which languages the model was measured in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.trust_coverage import Grade, by_language, coverage, pooled, share_of
from schemas.model_figures import HeldOut

shares = st.floats(0, 1)
figures = st.builds(
    HeldOut,
    source=st.sampled_from(["one", "two", "three"]),
    lang=st.sampled_from(["en", "pt", "pt-BR", "sw"]),
    texts=st.integers(1, 2000),
    accuracy=shares,
    macro_f1=shares,
    calibration_error=shares,
    trained=st.booleans(),
)


def figure(lang="en", texts=500, macro_f1=0.7, *, trained=True):
    return HeldOut(
        source="set", lang=lang, texts=texts, accuracy=macro_f1, macro_f1=macro_f1,
        calibration_error=0.05, trained=trained,
    )  # fmt: skip


@given(st.lists(figures, min_size=1, max_size=8))
def test_pooled_figures_lie_between_those_of_the_sets(group):
    """Each text counts once."""
    found = pooled(group)
    assert found.texts == sum(each.texts for each in group)
    assert 0 <= found.unseen <= found.texts
    for name in ("macro_f1", "calibration_error"):
        values = [getattr(each, name) for each in group]
        assert min(values) - 1e-9 <= getattr(found, name) <= max(values) + 1e-9
    assert found.accuracy.low <= found.accuracy.value <= found.accuracy.high


@given(
    st.dictionaries(st.sampled_from(["en", "pt", "sw", "und", "", "xx"]), st.integers(0, 50)),
    st.lists(figures, max_size=8),
)
def test_every_post_is_in_one_grade(posts, found_figures):
    """The shares of the grades sum to one where there are posts."""
    found = coverage(posts, by_language(found_figures))
    assert sum(share_of(found, grade) for grade in Grade) == pytest.approx(float(bool(found)))
    assert sum(each.posts for each in found) == sum(posts.values())
    assert [each.posts for each in found] == sorted((each.posts for each in found), reverse=True)


def test_grades():
    """Enough texts and a fair macro-F1, less of either, nothing, and no language at all."""
    measured = by_language(
        [figure("en"), figure("hi", macro_f1=0.35), figure("sv", texts=45), figure("pt-BR")]
    )
    posts = {"en": 5, "hi": 4, "sv": 3, "pt": 2, "xx": 1, "und": 1}
    grades = {each.lang: each.grade for each in coverage(posts, measured)}
    assert grades == {
        "en": Grade.GOOD,
        "hi": Grade.POOR,
        "sv": Grade.THIN,
        "pt": Grade.GOOD,
        "xx": Grade.NEVER,
        "und": Grade.UNKNOWN,
    }


def test_nothing_cannot_be_pooled():
    """It says so."""
    with pytest.raises(ValueError, match="there are none"):
        pooled([])
