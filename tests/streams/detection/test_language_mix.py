"""Posts weighed by how negative their language usually is."""

import numpy as np
import pytest

from streams.detection.language_mix import LanguageMix

POSTS = np.array([[80.0], [20.0]])
OTHERS = POSTS[::-1]


def learned() -> LanguageMix:
    """A mild language of a tenth and a harsh one of two fifths, seen for a day."""
    mix = LanguageMix.empty(languages=2, series=1)
    for _ in range(1440):
        mix.learn(POSTS * [[0.1], [0.4]], POSTS, step_s=60)
    return mix


def test_before_anything_is_seen_all_languages_count_alike():
    """Every post weighs 1."""
    mix = LanguageMix.empty(languages=2, series=1)
    assert mix.usual(POSTS) == pytest.approx([100.0])
    assert mix.usual(OTHERS) == pytest.approx([100.0])


def test_the_usual_mix_weighs_as_much_as_its_posts():
    """And another one as much more as it is harsher: 0.34 of 100 instead of 0.16."""
    mix = learned()
    assert mix.usual(POSTS) == pytest.approx([100.0], rel=0.01)
    assert mix.usual(OTHERS) == pytest.approx([100.0 * 0.34 / 0.16], rel=0.01)


def test_a_language_never_seen_weighs_as_all_together():
    """It has no share of its own yet."""
    mix = LanguageMix.empty(languages=3, series=1)
    for _ in range(1440):
        mix.learn(np.array([[8.0], [8.0], [0.0]]), np.array([[80.0], [20.0], [0.0]]), step_s=60)
    assert mix.usual(np.array([[0.0], [0.0], [50.0]])) == pytest.approx([50.0])


def test_what_is_long_past_is_forgotten():
    """By half in two weeks."""
    mix = learned()
    before = mix.posts.sum()
    for _ in range(14):
        mix.learn(np.zeros((2, 1)), np.zeros((2, 1)), step_s=86400)
    assert mix.posts.sum() == pytest.approx(before / 2)
