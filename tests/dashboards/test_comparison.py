"""Moods at the same mix of languages, drivers, and ratings against texts."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.comparison import LEAST_IN_LANGUAGE, drive, rated, same_mix
from dashboards.measures import Counts, net_sentiment
from dashboards.queries.comparison import Standing

counts = st.builds(Counts, st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))


def test_brands_of_equal_mood_in_each_language_are_equal_at_the_same_mix():
    """Simpson's paradox: the one that is spoken of in a grumpy language is no worse."""
    grumpy, cheerful = Counts(80, 10, 10), Counts(10, 10, 80)
    tenth = Counts(8, 1, 1), Counts(1, 1, 8)
    one = Standing("Aurora", langs={"de": grumpy, "en": tenth[1]})
    other = Standing("Boreal", langs={"de": tenth[0], "en": cheerful})
    plain = [net_sentiment(standing.total) for standing in (one, other)]
    assert plain[0]
    assert plain[1]
    assert plain[0].high < plain[1].low
    mix = same_mix([one, other])
    assert mix.nets["Aurora"].value == pytest.approx(mix.nets["Boreal"].value)
    assert mix.covered == 1


def test_only_languages_count_in_which_all_brands_are_spoken_of_enough():
    """The others are named by what is left, and their share of all is told."""
    enough = Counts(0, 0, LEAST_IN_LANGUAGE)
    one = Standing("Aurora", langs={"en": enough, "fr": Counts(90, 0, 0)})
    other = Standing("Boreal", langs={"en": enough, "fr": Counts(LEAST_IN_LANGUAGE - 1, 0, 0)})
    mix = same_mix([one, other])
    assert mix.langs == ("en",)
    assert mix.covered == pytest.approx(20 / 119)
    assert same_mix([one, Standing("Coral", langs={"th": enough})]).nets == {}
    assert same_mix([]).nets == {}


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    """1,000 samples of two languages with known moods: 92 % or more hold the true value."""
    chance = random.Random(4)
    moods = {"de": (0.5, 0.2, 0.3), "en": (0.2, 0.2, 0.6)}
    sizes = {"de": 40, "en": 25}
    held = 0
    for _ in range(1_000):
        langs = {}
        for lang, mood in moods.items():
            drawn = chance.choices((0, 1, 2), mood, k=sizes[lang])
            langs[lang] = Counts(*(drawn.count(kind) for kind in range(3)))
        # The other brand fixes the weights: 1,000 mentions in each language.
        other = Standing("Boreal", langs=dict.fromkeys(moods, Counts(0, 1_000, 0)))
        mix = same_mix([Standing("Aurora", langs=langs), other])
        weights = {lang: (1_000 + size) / 2_065 for lang, size in sizes.items()}
        truth = sum(weights[lang] * (mood[2] - mood[0]) for lang, mood in moods.items())
        held += mix.nets["Aurora"].low <= truth <= mix.nets["Aurora"].high
    assert 920 <= held <= 985


@given(st.dictionaries(st.sampled_from(("en", "de", "th")), counts, min_size=1))
def test_a_single_brand_keeps_its_mood(langs: dict[str, Counts]):
    """Its own mix is the mix of all."""
    kept = {lang: found for lang, found in langs.items() if found.total >= LEAST_IN_LANGUAGE}
    mix = same_mix([Standing("Aurora", langs=langs)])
    assert set(mix.langs) == set(kept)
    if kept:
        plain = net_sentiment(sum(kept.values(), Counts()))
        assert plain
        assert mix.nets["Aurora"].value == pytest.approx(plain.value)
        assert -1 <= mix.nets["Aurora"].low <= mix.nets["Aurora"].high <= 1


def test_topics_add_up():
    """With each mention about one topic, the parts are the whole."""
    topics = [Counts(3, 1, 5), Counts(10, 0, 2), Counts(0, 0, 1)]
    whole = sum(topics, Counts())
    net = net_sentiment(whole)
    assert net
    assert sum(drive(topic, whole) for topic in topics) == pytest.approx(net.value)
    assert drive(Counts(), Counts()) == 0


def test_ratings_against_texts():
    """Stars of one to five are judged; other scales only averaged."""
    found = rated({5.0: Counts(2, 0, 8), 1.0: Counts(9, 0, 1)})
    assert found
    assert (found.mean, found.mentions) == (3.0, 20)
    assert found.praised_but
    assert found.praised_but.value == pytest.approx(0.2)
    assert found.blamed_but
    assert found.blamed_but.value == pytest.approx(0.1)
    ten = rated({9.0: Counts(0, 1, 1)})
    assert ten
    assert ten.praised_but is None
    assert rated({}) is None
