"""The shipped posts and the watchlist fit each other."""

from collections import Counter
from datetime import UTC, datetime

from compose.demo.posts import POSTS_FILE, WATCHLIST_FILE, demo_posts
from compose.demo.programme import SURGE_BRAND
from schemas.matching import Matcher
from schemas.post import Post
from schemas.watchlist import load_watchlist


def test_thousands_of_posts_in_many_languages():
    """Several thousand distinct posts in more than five languages, in a small file."""
    posts = demo_posts()
    languages = Counter(post.lang for post in posts)
    assert len(posts) > 4000
    assert sum(count >= 100 for count in languages.values()) >= 8
    assert len({post.id for post in posts}) == len({post.text for post in posts}) == len(posts)
    assert POSTS_FILE.stat().st_size < 1_500_000


def test_nearly_every_post_names_a_watched_brand():
    """Every brand of the watchlist is talked about, and few posts are about none."""
    watchlist = load_watchlist(WATCHLIST_FILE)
    matcher = Matcher(watchlist)
    found: Counter[str] = Counter()
    for post in demo_posts():
        brand = post.brand or None
        at = datetime(2026, 1, 1, tzinfo=UTC)
        (names,) = matcher.match([Post(text=post.text, posted_at=at, source="s", brand=brand)])
        found.update(names.keys() or ["(none)"])
        assert brand is None or brand in names
    assert found["(none)"] < 0.01 * len(demo_posts())
    assert set(found) == {brand.name for brand in watchlist.brands} | {"(none)"}


def test_bad_news_is_about_an_invented_brand():
    """There are enough bad reviews for a surge, and no text names the brand."""
    bad = [p for p in demo_posts() if p.brand == SURGE_BRAND and p.label == "negative"]
    assert len(bad) > 300
    assert not any(SURGE_BRAND.lower() in post.text.lower() for post in demo_posts())


def test_no_text_points_to_a_person():
    """No handles, addresses or telephone numbers."""
    assert not any("@" in post.text or "http" in post.text for post in demo_posts())
