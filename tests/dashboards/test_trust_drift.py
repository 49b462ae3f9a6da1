"""The population stability index."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.trust_drift import MAX_CATEGORIES, OTHERS, Band, shift, two_parts

counts = st.dictionaries(st.text(max_size=2), st.integers(1, 5000), max_size=20)


@given(counts, counts)
def test_it_is_a_symmetric_distance(now, before):
    """Never below nought, the same both ways, nought for the same shares."""
    found = shift(now, before)
    assert found.index >= -1e-12
    assert found.index == pytest.approx(shift(before, now).index)
    assert shift(now, now).index == pytest.approx(0)
    assert found.index == pytest.approx(sum(part.index for part in found.parts))


@given(counts, counts)
def test_every_post_has_one_category(now, before):
    """Shares sum to one, and there are no more categories than can be read."""
    found = shift(now, before)
    assert len(found.parts) <= MAX_CATEGORIES
    assert (found.now, found.before) == (sum(now.values()), sum(before.values()))
    if now:
        assert sum(part.now for part in found.parts) == pytest.approx(1)
    if before:
        assert sum(part.before for part in found.parts) == pytest.approx(1)
    assert found.foremost is None or found.foremost.name != OTHERS


def test_it_is_what_the_formula_says():
    """(0.6 - 0.5) ln(0.6 / 0.5) + (0.4 - 0.5) ln(0.4 / 0.5), but for the smoothing."""
    found = shift({"a": 60_000, "b": 40_000}, {"a": 50_000, "b": 50_000})
    assert found.index == pytest.approx(0.1 * math.log(1.2) - 0.1 * math.log(0.8), rel=1e-3)
    assert found.band is Band.STEADY


@pytest.mark.parametrize(
    ("now", "before", "band"),
    [
        ({}, {}, Band.FEW),
        ({"a": 150}, {"a": 10_000}, Band.FEW),
        ({"a": 2_000, "b": 8_000}, {"a": 3_500, "b": 6_500}, Band.SOME),
        ({"a": 2_000, "b": 8_000}, {"a": 6_000, "b": 4_000}, Band.MUCH),
        ({"a": 1_000, "new": 1_000}, {"a": 8_000}, Band.MUCH),
    ],
)
def test_bands(now, before, band):
    """The usual ones, and too few posts to say."""
    assert shift(now, before).band is band


def test_chance_stays_below_what_is_called_chance():
    """Of draws from one distribution about 95 in 100 have an index below it."""
    dice = random.Random(5)

    def drawn(size):
        found = dict.fromkeys("abcdef", 0)
        for name in dice.choices("abcdef", weights=[30, 25, 20, 15, 7, 3], k=size):
            found[name] += 1
        return found

    below = [
        found.index < found.chance for found in (shift(drawn(400), drawn(900)) for _ in range(300))
    ]
    assert 0.9 < sum(below) / len(below) < 0.99


def test_two_parts():
    """These categories against the rest."""
    assert two_parts({"und": 3, "": 1, "en": 6}, ("", "und")) == {"yes": 4, "no": 6}
