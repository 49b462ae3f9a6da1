import gzip
from functools import cache
from pathlib import Path
from typing import Final, Literal

import msgspec

POSTS_FILE: Final = Path(__file__).with_name("posts.jsonl.gz")
WATCHLIST_FILE: Final = Path(__file__).with_name("watchlist.yaml")


class DemoPost(msgspec.Struct, frozen=True, kw_only=True):
    """A real post or review, without a time.

    id: data set, part and row. label: the polarity that the data set's people gave it.
    brand: an invented brand; "" where the text names its brand itself. stars: as given, if given.
    """

    id: str
    source: str
    kind: Literal["review", "social", "news"]
    lang: str
    label: Literal["negative", "neutral", "positive", "mixed"]
    text: str
    brand: str = ""
    stars: float | None = None


@cache
def demo_posts() -> tuple[DemoPost, ...]:
    """The shipped posts, in their fixed order."""
    decoder = msgspec.json.Decoder(DemoPost)
    return tuple(decoder.decode_lines(gzip.decompress(POSTS_FILE.read_bytes())))
