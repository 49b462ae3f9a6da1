"""What an erased post can be known again by, wherever its bytes lie. No I/O."""

import json
from collections.abc import Iterable
from typing import Final

import msgspec

from streams.erasure.work_store import ErasedPost

# Shorter ones stand in other posts too.
_MIN_BYTES: Final = 8
_PIECE_CHARACTERS: Final = 48


def needles_of(posts: Iterable[ErasedPost]) -> list[str]:
    """Texts to look for: ids, addresses, names, and a piece of each text; each once.

    What is too short to tell one post from another is left out.
    """
    found: dict[str, None] = {}
    for post in posts:
        pieces = [post.text[:_PIECE_CHARACTERS].strip()]
        if len(post.text) > 2 * _PIECE_CHARACTERS:
            # The end as well: of a text that was cut at its beginning, or quoted in part.
            pieces.append(post.text[-_PIECE_CHARACTERS:].strip())
        for text in (post.author, post.post_id, post.url, *pieces):
            if len(text.encode("utf-8", "surrogatepass")) >= _MIN_BYTES:
                found[text] = None
    return list(found)


def spellings(needle: str) -> list[bytes]:
    """The bytes that a text may lie on disk as: itself, and as it stands in JSON."""
    plain = needle.encode("utf-8", "surrogatepass")
    in_json = msgspec.json.encode(needle)[1:-1] if needle.isprintable() else plain
    ascii_json = json.dumps(needle)[1:-1].encode()
    return list(dict.fromkeys((plain, in_json, ascii_json)))
