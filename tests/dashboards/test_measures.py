import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.measures import Counts, change, growth, growth_is_clear, net_sentiment, share

counts = st.builds(Counts, *[st.integers(0, 10_000)] * 3)


@given(counts)
def test_net_sentiment_lies_in_its_interval(found: Counts):
    """The value is the definition's, and lies within an interval within [-1, 1]."""
    net = net_sentiment(found)
    if not found.total:
        assert net is None
        return
    assert net is not None
    assert net.value == (found.positive - found.negative) / found.total
    assert -1 <= net.low <= net.value <= net.high <= 1


@pytest.mark.parametrize(
    ("negative", "neutral", "positive"), [(0.2, 0.3, 0.5), (0.05, 0.9, 0.05), (0.6, 0.3, 0.1)]
)
@pytest.mark.parametrize("size", [20, 200])
def test_the_interval_of_net_sentiment_covers_the_truth(negative, neutral, positive, size):
    """95 of 100 samples have the true value in theirs; more where nearly all are neutral."""
    samples = np.random.default_rng(5).multinomial(size, [negative, neutral, positive], 4000)
    estimates = [net_sentiment(Counts(*map(int, sample))) for sample in samples]
    covered = sum(e is not None and e.low <= positive - negative <= e.high for e in estimates)
    assert 0.93 <= covered / 4000 <= (0.99 if neutral < 0.8 else 0.999)


@given(st.integers(0, 5000), st.integers(1, 5000))
def test_a_share_lies_in_its_interval(part: int, rest: int):
    """The interval lies within [0, 1], however few or many the mentions."""
    found = share(part, part + rest)
    assert found is not None
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_the_interval_of_a_share_is_wilsons():
    """10 of 40: Wilson's interval as in the tables."""
    found = share(10, 40)
    assert found is not None
    assert found.value == 0.25
    assert found.low == pytest.approx(0.1419, abs=2e-4)
    assert found.high == pytest.approx(0.4019, abs=2e-4)
    assert share(0, 0) is None


def test_an_equal_mood_is_no_clear_change_and_another_one_is():
    """The same counts differ by nothing; opposite ones differ clearly."""
    same = change(net_sentiment(Counts(30, 40, 30)), net_sentiment(Counts(31, 39, 30)))
    other = change(net_sentiment(Counts(10, 40, 90)), net_sentiment(Counts(90, 40, 10)))
    assert same is not None
    assert not same.clear
    assert other is not None
    assert other.clear
    assert other.difference.value == pytest.approx(160 / 140)
    assert change(net_sentiment(Counts()), net_sentiment(Counts(1, 1, 1))) is None


def test_chance_is_rarely_called_a_clear_change():
    """Two samples of one mood are called different in about 5 of 100 cases, not more."""
    rng = np.random.default_rng(11)
    first, second = (rng.multinomial(150, [0.3, 0.3, 0.4], 3000) for _ in range(2))
    called = 0
    for one, two in zip(first, second, strict=True):
        found = change(net_sentiment(Counts(*map(int, one))), net_sentiment(Counts(*map(int, two))))
        called += found is not None and found.clear
    assert called / 3000 <= 0.065


def test_growth_is_against_the_period_before():
    """From 40 to 50 is a quarter more; from nothing there is no growth to speak of."""
    assert growth(50, 40) == 0.25
    assert growth(50, 0) is None


def test_counts_that_differ_by_chance_are_not_called_clear():
    """Counts of one Poisson process are called different in about 5 of 100 cases."""
    rng = np.random.default_rng(3)
    pairs = rng.poisson(60, (5000, 2))
    called = sum(growth_is_clear(int(now), int(before)) for now, before in pairs)
    assert 0.03 <= called / 5000 <= 0.07
    assert growth_is_clear(200, 100)


def test_counts_add_up():
    """Counts add by sentiment."""
    assert Counts(1, 2, 3) + Counts(10, 20, 30) == Counts(11, 22, 33)
    assert Counts(1, 2, 3).total == 6
    assert Counts(10, 10, 9).few
    assert not Counts(10, 10, 10).few
    assert math.isclose(Counts(0, 0, 1).total, 1)
