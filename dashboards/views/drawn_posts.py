"""Posts as cards for whoever looks: in the words, and with the translator, of this reader."""

from collections.abc import Iterable

from dashboards import formats
from dashboards.config import load_config
from dashboards.feed import Card, cards
from dashboards.language import language
from dashboards.queries.posts import FeedPost


def drawn_posts(posts: Iterable[FeedPost]) -> list[Card]:
    """The posts as `draw_feed` takes them."""
    return cards(
        posts,
        lang_name=formats.language_name,
        translator=load_config().translate_url,
        reader=language(),
    )
