"""Threshold rules: what a person wrote, and no more."""

import numpy as np
import pytest

from schemas.errors import SettingsError
from streams.detection.rules import RuleWatch, parse_rule

NAN = float("nan")


def alerts(text: str, posts: list[float], negative: list[float] | None = None, *, step_s: int = 60):
    """The rows at which the rule's incident opens, in one series."""
    watch = RuleWatch(parse_rule(text), series=1, step_s=step_s)
    given = negative or [NAN] * len(posts)
    return [
        row
        for row, (count, bad) in enumerate(zip(posts, given, strict=True))
        if watch.step(np.array([step_s * row]), np.array([count]), np.array([bad]))[0]
    ]


def test_posts_in_a_window():
    """At the row where the sum reaches the threshold, once."""
    assert alerts("posts >= 30 in 3m", [9, 9, 9, 10, 11, 50, 0, 0, 0]) == [4]
    assert alerts("posts >= 30 in 3m", [9, 9, 9, 10, 9, 10]) == []


def test_posts_of_a_row():
    """Without a window the row counts, whatever its length."""
    assert alerts("value >= 10", [9, 10], step_s=3600) == [1]


def test_a_share_of_enough_posts():
    """Fewer posts than asked for make no share; `negative` that is not known makes none either."""
    rule = "negative >= 40% in 2m with 20 posts"
    assert alerts(rule, [5, 5, 30], [5, 5, 15]) == [2]
    assert alerts(rule, [30, 30], [11, 11]) == []
    assert alerts(rule, [30, 30], [NAN, 30]) == [1]


def test_silence():
    """So many minutes of nothing; what is not known is no silence, and ends none."""
    assert alerts("silence >= 3m", [4, 0, 0, 0, 0]) == [3]
    assert alerts("silence >= 3m", [4, 0, NAN, NAN, NAN, 0, 0]) == [6]
    assert alerts("silence >= 3m", [4, 0, 0, 1, 0, 0]) == []


def test_an_incident_ends_before_the_next_begins():
    """It is told again only hours after half an hour of calm."""
    posts = [50.0] + [0.0] * 20 + [50.0] + [0.0] * 300 + [50.0]
    assert alerts("posts >= 50", posts) == [0, 322]


def test_series_do_not_mix():
    """Each has its own sums, and a place among many."""
    watch = RuleWatch(parse_rule("posts >= 30 in 2m"), series=3, step_s=60)
    negative = np.full(3, NAN)
    for row, told in enumerate(([], [1], [])):
        fresh = watch.step(np.full(3, 60 * row), np.array([10.0, 16.0, NAN]), negative)
        assert np.flatnonzero(fresh).tolist() == told


@pytest.mark.parametrize(
    "text",
    [
        *("", "posts", "posts < 5", "posts >= 5%", "posts >= 0", "posts >= 5 in 2d"),
        *("negative >= 40", "negative >= 140%", "silence >= 5", "silence >= 25h", "likes >= 5"),
    ],
)
def test_what_is_no_rule_is_refused(text):
    """With how to write one."""
    with pytest.raises(SettingsError, match="'posts >= 500 in 15m'"):
        parse_rule(text)
