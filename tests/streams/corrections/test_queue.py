"""The queue offers what teaches most, and not the same thing twice."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.corrections.queue import Candidate, labelling_queue, reach_weight, uncertainty

UNSURE, SURE = (0.34, 0.33, 0.33), (0.98, 0.01, 0.01)


def candidate(text: str, probabilities=UNSURE, *, reach: int = 0, lang: str = "en") -> Candidate:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    return Candidate("Acme", "web", text[:40], at, lang, text, reach, "negative", probabilities)


def texts(candidates: list[Candidate], size: int) -> list[str]:
    return [pick.candidate.text for pick in labelling_queue(candidates, size=size)]


def test_the_unsure_come_before_the_sure():
    assert texts([candidate("a sure one", SURE), candidate("who knows")], 1) == ["who knows"]


def test_what_many_see_comes_before_what_few_see():
    few, many = candidate("seen by few"), candidate("read by all", reach=100_000)
    assert texts([few, many], 1) == ["read by all"]


def test_a_copy_waits_behind_something_new():
    """However unsure the model is about it."""
    copies = [candidate(f"great, my third broken kettle this year {mark}") for mark in "!?."]
    other = candidate("is that a feature", (0.6, 0.3, 0.1))
    assert texts([*copies, other], 2) == [copies[0].text, other.text]


def test_languages_take_turns():
    english = [candidate(f"{word} {word} {word}") for word in ("alpha", "bravo", "candle")]
    german = candidate("das weiss keiner", lang="de")
    assert german.text in texts([*english, german], 2)


@pytest.mark.parametrize(("p", "expected"), [((1, 0, 0), 0.0), ((1 / 3, 1 / 3, 1 / 3), 1.0)])
def test_uncertainty_spans_zero_to_one(p, expected):
    assert uncertainty(p) == pytest.approx(expected)


def test_reach_counts_by_powers_of_ten():
    assert reach_weight(0) == 1
    assert reach_weight(999_999) == pytest.approx(7)


@given(
    st.lists(
        st.tuples(
            st.text(max_size=30),
            st.integers(1, 98),
            st.integers(0, 10**9),
            st.sampled_from(["en", "de", "ja"]),
        ),
        max_size=12,
    ),
    st.integers(1, 15),
)
def test_each_comes_once_the_best_first(rows, size):
    """Whatever the candidates are; worth is the product of its three parts."""
    found = [
        candidate(text, (p / 100, (99 - p) / 100, 0.01), reach=reach, lang=lang)
        for text, p, reach, lang in rows
    ]
    picks = labelling_queue(found, size=size)
    assert len(picks) == min(size, len(found))
    worths = [pick.worth for pick in picks]
    assert worths == sorted(worths, reverse=True)
    left = list(found)
    for pick in picks:
        left.remove(pick.candidate)
        assert pick.worth == pytest.approx(pick.uncertainty * pick.reach * pick.novelty)
        assert 0 <= pick.novelty <= 1
