"""Accuracy, confusion and calibration from people's labels."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards import trust_labels
from dashboards.trust_labels import Answers, Tally
from schemas.scores import SENTIMENTS

answers = st.builds(
    lambda lang, label, said, checked, sure: Answers(
        "v", lang, label, said, checked, min(int(sure * 10), 9), 1, sure
    ),
    st.sampled_from(["en", "de", "und"]),
    st.sampled_from(SENTIMENTS),
    st.sampled_from(SENTIMENTS),
    st.booleans(),
    st.floats(1 / 3, 1),
)
lists = st.lists(answers, max_size=60)


@given(lists)
def test_every_label_counts_once_everywhere(given_answers):
    """Languages, confusion and bins hold the same labels as the whole."""
    whole = trust_labels.tally(given_answers)
    by_lang = trust_labels.by_language(given_answers).values()
    assert Tally(sum(t.right for t in by_lang), sum(t.labels for t in by_lang)) == whole
    found = trust_labels.confusion(given_answers)
    assert sum(found.values()) == whole.labels
    assert sum(found.get((name, name), 0) for name in SENTIMENTS) == whole.right
    bins = trust_labels.reliability(given_answers)
    assert sum(each.tally.labels for each in bins) == whole.labels
    assert [each.confidence for each in bins] == sorted(each.confidence for each in bins)


@given(lists)
def test_the_calibration_error_is_a_gap_and_bounds_the_whole_one(given_answers):
    """It is within [0, 1], and no less than the gap of all labels together."""
    bins = trust_labels.reliability(given_answers)
    error = trust_labels.calibration_error(bins)
    whole = trust_labels.tally(given_answers)
    if error is None:
        assert not whole.labels
        return
    sure = sum(each.confidence for each in given_answers) / whole.labels
    assert abs(sure - whole.right / whole.labels) - 1e-9 <= error <= 1


@given(st.integers(1, 500), st.integers(0, 500))
def test_accuracy_has_an_interval_and_few_labels_say_so(right, wrong):
    """Wilson's interval holds the share; below 30 labels there are too few."""
    found = Tally(right, right + wrong)
    accuracy = found.accuracy
    assert accuracy is not None
    assert accuracy.low <= accuracy.value <= accuracy.high
    assert found.few == (right + wrong < 30)


def test_a_model_that_knows_how_sure_it_is_has_no_error():
    """Seven of ten right at a probability of 0.7."""
    rows = [
        Answers(
            "v", "en", "positive", said, checked=False, bin=7, count=count, confidence=0.7 * count
        )
        for said, count in (("positive", 7), ("negative", 3))
    ]
    bins = trust_labels.reliability(rows)
    assert trust_labels.calibration_error(bins) == pytest.approx(0)
    assert trust_labels.confusion(rows) == {
        ("positive", "positive"): 7,
        ("positive", "negative"): 3,
    }
    assert not any(trust_labels.confusion([]).get(pair) for pair in product(SENTIMENTS, SENTIMENTS))
