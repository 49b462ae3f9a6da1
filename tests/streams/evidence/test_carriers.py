"""Which parts carry a rise or a fall."""

from hypothesis import given
from hypothesis import strategies as st

from streams.evidence.carriers import ALL, DIMENSIONS, carriers, usual_counts

DE, EN = ("lang", "de"), ("lang", "en")


def test_part_that_rose_carries_its_share():
    """Of 60 more than usual, 54 are German."""
    found = carriers({ALL: 110, DE: 64, EN: 46}, {ALL: 50.0, DE: 10.0, EN: 40.0})
    assert [(one.value, one.posts, one.usual, one.rise_share) for one in found] == [
        ("de", 64, 10.0, 0.9),
        ("en", 46, 40.0, 0.1),
    ]


def test_part_that_is_missing_carries_a_silence():
    """One source fell silent, the other did not."""
    now = {ALL: 10, ("source", "mastodon"): 10}
    usual = {ALL: 50.0, ("source", "mastodon"): 10.0, ("source", "reviews"): 40.0}
    (found,) = carriers(now, usual, falling=True)
    assert (found.value, found.posts, found.rise_share) == ("reviews", 0, 1.0)


def test_what_is_usual_is_not_nought_where_it_is_not_known():
    """On the first day the parts have a share of the posts, not of a rise."""
    (found,) = carriers({ALL: 40, DE: 30, EN: 1}, {})
    assert (found.value, found.usual, found.rise_share) == ("de", None, 0.75)


def test_usual_is_the_mean_of_known_days_without_the_loudest():
    """Days before the first post are not known; a day without posts counts as none."""
    days = {1: {ALL: 10, DE: 9}, 2: {}, 3: {ALL: 20}, 4: {ALL: 900, DE: 900}, 7: {}}
    assert usual_counts(days) == {ALL: 10.0, DE: 3.0}
    assert usual_counts({}) == {}
    assert usual_counts({1: {}}) == {}


PARTS = st.tuples(st.sampled_from(DIMENSIONS), st.sampled_from("abc"))


@given(
    st.dictionaries(PARTS, st.integers(0, 50)),
    st.dictionaries(PARTS, st.floats(0, 50)),
    st.booleans(),
)
def test_shares_are_shares_in_order(now, usual, falling):
    """Between 0 and 1, by dimension, the largest first."""
    found = carriers({**now, ALL: 60}, {**usual, ALL: 30.0}, falling=falling)
    assert all(0 < one.rise_share <= 1 for one in found)
    places = [(DIMENSIONS.index(one.dimension), -one.rise_share) for one in found]
    assert places == sorted(places)
