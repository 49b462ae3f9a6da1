"""Agreement of two versions: known cases, and what must hold for any."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.measures import Counts, net_sentiment
from schemas.scores import SENTIMENTS
from streams.versions.agreement import Estimate, agreement, most_different, parts

PAIRS = [(first, second) for first in SENTIMENTS for second in SENTIMENTS]
COUNTS = st.lists(st.integers(0, 10_000), min_size=9, max_size=9)


def test_a_textbook_kappa():
    """Cohen's own kind of example: 0.7 seen, 0.41 by chance."""
    told = agreement(
        {
            ("negative", "negative"): 44,
            ("negative", "neutral"): 5,
            ("negative", "positive"): 1,
            ("neutral", "negative"): 7,
            ("neutral", "neutral"): 20,
            ("neutral", "positive"): 3,
            ("positive", "negative"): 9,
            ("positive", "neutral"): 5,
            ("positive", "positive"): 6,
        }
    )
    assert told is not None
    assert told.kappa is not None
    assert told.same.value == pytest.approx(0.70)
    assert told.kappa.value == pytest.approx((0.70 - 0.41) / 0.59)
    assert told.kappa.high - told.kappa.value == pytest.approx(
        1.959964 * math.sqrt(0.7 * 0.3 / 100) / 0.59
    )
    assert told.first.value == pytest.approx((20 - 50) / 100)
    assert told.second.value == pytest.approx((10 - 60) / 100)
    assert told.shift.value == pytest.approx(-0.20)


def test_nothing_and_one_thing():
    """Without mentions nothing is claimed; beyond chance nothing where both say one thing."""
    assert agreement({}) is None
    told = agreement({("neutral", "neutral"): 9})
    assert told is not None
    assert told.kappa is None
    assert told.same.value == 1
    assert told.shift == Estimate(0, 0, 0)


@given(COUNTS)
def test_every_number_lies_in_its_interval_and_the_page_says_the_same(counts: list[int]):
    """Also for few mentions and for lopsided ones."""
    told = agreement(dict(zip(PAIRS, counts, strict=True)))
    if told is None:
        assert sum(counts) == 0
        return
    intervals = [told.same, told.first, told.second, told.shift]
    for found in [*intervals, told.kappa] if told.kappa else intervals:
        assert found.low <= found.value <= found.high
    assert told.shift.value == pytest.approx(told.second.value - told.first.value)
    rows = [sum(line) for line in told.counts]
    page = net_sentiment(Counts(*rows))
    assert page is not None
    assert (page.value, page.low, page.high) == pytest.approx(
        (told.first.value, told.first.low, told.first.high)
    )


@given(COUNTS)
def test_the_other_way_round_changes_the_sign_alone(counts: list[int]):
    """Agreement and kappa have no direction; the change of net sentiment has."""
    pairs = dict(zip(PAIRS, counts, strict=True))
    told = agreement(pairs)
    other = agreement({(second, first): count for (first, second), count in pairs.items()})
    if told is None or other is None:
        return
    assert told.same == other.same
    assert told.shift.value == pytest.approx(-other.shift.value)
    assert (told.first, told.second) == (other.second, other.first)


def test_parts_are_summed_and_a_rare_one_does_not_come_first_by_chance():
    """Two of three differing says less than 300 of 1000."""
    rows = [
        ("lang", "en", "neutral", "neutral", 700),
        ("lang", "en", "neutral", "negative", 200),
        ("lang", "en", "neutral", "negative", 100),
        ("lang", "xx", "neutral", "neutral", 1),
        ("lang", "xx", "neutral", "negative", 2),
        ("brand", "Aurora", "neutral", "neutral", 5),
    ]
    found = parts(rows)
    assert [part.value for part in found] == ["en", "Aurora", "xx"]
    assert [part.value for part in most_different(found, "lang", most=5)] == ["en", "xx"]
    assert found[0].agreement.counts[1] == (300, 700, 0)
