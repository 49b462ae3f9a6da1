import urllib.parse
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from dashboards.exploring import compared, explored, rated_within
from dashboards.filters import (
    COMPARE,
    EXPLORE,
    NOW,
    FeedFilter,
    Pick,
    Scope,
    View,
    from_address,
    to_address,
)
from dashboards.narrowing import SORTS, Listing, Narrowing
from dashboards.time_range import CUSTOM, RANGE_NAMES
from schemas.scores import SENTIMENTS

names = st.lists(st.text(min_size=1, max_size=30).filter(str.strip), max_size=4, unique=True).map(
    tuple
)
moments = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    datetime(2050, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(microsecond=0))


@st.composite
def scopes(draw) -> Scope:
    """A scope as the page's widgets can make it."""
    range_name = draw(st.sampled_from(RANGE_NAMES))
    ends = sorted(draw(st.tuples(moments, moments).filter(lambda pair: pair[0] != pair[1])))
    since, until = ends if range_name == CUSTOM else (None, None)
    return Scope(draw(names), draw(names), draw(names), range_name, since, until)


picks = st.one_of(
    st.none(),
    st.builds(
        Pick,
        st.sampled_from(("brand", "topic", "lang", "source")),
        st.text(min_size=1, max_size=50),
        st.sampled_from(("", *SENTIMENTS)),
    ),
    st.just(Pick("time", "1773230400000-1773230460000", "negative")),
)
feeds = st.builds(
    FeedFilter,
    st.lists(st.sampled_from(SENTIMENTS), unique=True).map(
        lambda chosen: tuple(name for name in SENTIMENTS if name in chosen)
    ),
    names,
    st.text(max_size=60).map(str.strip),
    picks,
)


# Of what a mention may come without, "" is a choice as well, and no name is mistaken for it.
lacking = st.lists(
    st.one_of(st.sampled_from(("", "~", "~~", "~x")), st.text(min_size=1, max_size=20)).filter(
        lambda name: not name or bool(name.strip())
    ),
    max_size=4,
    unique=True,
).map(tuple)
ratings = st.one_of(st.none(), st.sampled_from((0.0, 0.5, 4.0)))
narrowings = st.builds(
    Narrowing,
    lacking,
    lacking,
    lacking,
    st.sampled_from(((), ("fear",), ("anger", "joy"))),
    ratings,
    st.one_of(st.none(), st.sampled_from((4.0, 5.0, 10.0))),
    st.integers(0, 10**9),
    st.one_of(st.none(), st.integers(0, 80)),
    st.one_of(st.none(), st.integers(80, 10**6)),
    st.one_of(st.none(), st.integers(0, 50)),
    st.one_of(st.none(), st.integers(50, 100)),
)


@st.composite
def views(draw) -> View:
    """A view of any page; what a page has no use for is not there."""
    page = draw(st.sampled_from((NOW, EXPLORE, COMPARE)))
    view = View(draw(scopes()), draw(feeds), page)
    if page != NOW:
        view = replace(view, feed=replace(view.feed, pick=None))
        view = replace(view, narrowing=draw(narrowings))
    if page == COMPARE:
        return replace(view, same_mix=draw(st.booleans()))
    if page == EXPLORE:
        listing = Listing(draw(st.sampled_from(SORTS)), draw(st.booleans()))
        return replace(view, listing=listing)
    return view


@given(views())
def test_an_address_says_the_whole_view(view: View):
    """What was written to the address is read from it, through a real query string too."""
    address = to_address(view)
    assert from_address(address) == view
    query = urllib.parse.urlencode(address, doseq=True, errors="surrogatepass")
    read = urllib.parse.parse_qs(query, keep_blank_values=True, errors="surrogatepass")
    assert from_address(read) == view


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "range",
                "from",
                "to",
                "brand",
                "lang",
                "source",
                "sentiment",
                "topic",
                "q",
                "pick",
                "page",
                "product",
                "country",
                "author",
                "rating",
                "reach",
                "sort",
                "copies",
                "mix",
                "emotion",
            ]
        ),
        st.lists(st.text(max_size=300), max_size=80),
    )
)
def test_any_address_is_read(address):
    """An address from anywhere gives a bounded view, and one that can be written again."""
    view = from_address(address)
    assert len(view.scope.brands) <= 50
    assert len(view.feed.text) <= 500
    assert from_address(to_address(view)) == view


def test_an_address_that_asks_for_nonsense_gives_the_default():
    """Unknown ranges, reversed periods and strange picks are left out."""
    assert from_address({"range": ["century"]}) == View()
    backwards = {
        "range": ["custom"],
        "from": ["2026-03-02T00:00:00Z"],
        "to": ["2026-03-01T00:00:00Z"],
    }
    assert from_address(backwards) == View()
    for year in ("1989", "2079"):
        assert from_address({"range": ["custom"], "from": [f"{year}-01-01T00:00:00Z"]}) == View()
    for pick in (
        "author::x",
        "time::1-",
        "time::9-3",
        "time:negative:a-b",
        "brand:loud:x",
        "brand::",
    ):
        assert from_address({"pick": [pick]}) == View()


def test_a_plain_view_needs_no_parameters():
    """The address of the page as it opens is bare."""
    assert to_address(View()) == {}


@given(views(), picks)
def test_what_was_picked_is_a_filter_on_explore(view: View, pick: Pick | None):
    """And the address says it like any other."""
    target = explored(replace(view, feed=replace(view.feed, pick=pick)))
    assert target.page == EXPLORE
    assert target.feed.pick is None
    if pick and pick.sentiment:
        assert target.feed.sentiments == (pick.sentiment,)
    if pick and pick.dimension == "brand":
        assert target.scope.brands == (pick.value,)
    if pick and pick.dimension == "time":
        assert target.scope.range_name == CUSTOM


@given(views(), picks)
def test_what_is_chosen_is_chosen_on_compare(view: View, pick: Pick | None):
    """And what was picked is a filter; a brand stands beside the others there."""
    target = compared(replace(view, feed=replace(view.feed, pick=pick)))
    assert target.page == COMPARE
    assert target.scope.brands == view.scope.brands
    assert target.feed.text == view.feed.text
    mood = (pick.sentiment,) if pick and pick.sentiment else view.feed.sentiments
    assert target.feed.sentiments == mood
    assert from_address(to_address(replace(target, listing=Listing()))).narrowing == view.narrowing


@given(narrowings, st.sampled_from(((0, None), (4, 5), (1, 2))))
def test_ratings_are_looked_at_within_those_chosen(
    narrowing: Narrowing, ends: tuple[float, float | None]
):
    """Whatever is rated so by both is there, and nothing else."""
    least, most = ends
    found = rated_within(View(narrowing=narrowing), least, most).narrowing

    def within(value: float, low: float | None, high: float | None) -> bool:
        return (low is None or value >= low) and (high is None or value <= high)

    for value in (0.0, 0.25, 1.0, 2.0, 3.0, 4.0, 4.5, 5.0, 10.0):
        wanted = within(value, least, most) and within(
            value, narrowing.least_rating, narrowing.most_rating
        )
        assert within(value, found.least_rating, found.most_rating) == wanted


def test_an_address_of_explore_that_makes_no_sense_is_left_out():
    """Ratings the wrong way round, unknown orders, and reach that is no number."""
    wrong = {"page": ["explore"], "rating": ["5~1"], "sort": ["loudest"], "reach": ["-1"]}
    assert from_address(wrong) == View(page=EXPLORE)
    assert from_address({"page": ["explore"], "rating": ["nan~inf"]}) == View(page=EXPLORE)
    assert from_address({"page": ["nowhere"], "product": ["x"]}) == View()
