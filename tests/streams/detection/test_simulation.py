"""The simulation that the detector is measured on."""

import numpy as np
import pytest

from streams.detection.simulation import SURE_NATS, base_rates, simulate, thinned


def test_the_same_seed_gives_the_same_series():
    """And another one another."""
    one, again, other = (simulate(seed=seed, base=3.0, days=10) for seed in (1, 1, 2))
    assert np.array_equal(one.posts, again.posts)
    assert one.surges == again.surges
    assert not np.array_equal(one.posts, other.posts)


@pytest.mark.parametrize("base", [0.05, 5.0, 2000.0])
def test_surges_are_where_they_are_said_to_be(base):
    """An ideal observer is sure within each; they keep apart from each other and from shows."""
    found = [simulate(seed=seed, base=base, days=12) for seed in range(3)]
    assert sum(len(one.surges) for one in found) >= 4
    for one in found:
        assert (one.negative <= one.posts).all()
        for surge, following in zip(one.surges, one.surges[1:], strict=False):
            assert surge.end < following.start
        for surge in one.surges:
            assert surge.start <= surge.sure < surge.end
            assert one.known[surge.start : surge.end].all()
            shows = [d for d in one.disturbances if d.kind != "blip"]
            assert not any(d.start < surge.end and surge.start < d.end for d in shows)


def test_a_loud_step_is_seen_at_once_and_a_faint_one_later():
    """What an ideal observer needs depends on how many posts there are."""

    def waits(base: float) -> float:
        surges = [s for seed in range(4) for s in simulate(seed=seed, base=base, days=9).surges]
        return float(np.median([s.sure - s.start for s in surges if s.shape != "negative"]))

    assert SURE_NATS > 0
    assert waits(500.0) < waits(0.5)


def test_thinned_is_the_same_brand_with_fewer_people():
    """In proportion; rates are spread evenly over their logarithms."""
    posts = simulate(seed=1, base=200.0, days=3).posts
    few = thinned(posts, 0.01, seed=4)
    assert few.sum() == pytest.approx(0.01 * posts.sum(), rel=0.05)
    assert (few <= posts).all()
    assert base_rates(3) == pytest.approx([0.05, 10.0, 2000.0])
