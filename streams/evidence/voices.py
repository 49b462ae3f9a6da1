"""Posts folded into voices: one copied post is one voice, however often it was copied."""

from collections import defaultdict
from collections.abc import Iterable

from streams.evidence.near_duplicates import leaders
from streams.evidence.posts import ReadPost, Voice


def fold(posts: Iterable[ReadPost]) -> list[Voice]:
    """The voices of posts, in the order of their first posts; the order of the input is no matter.

    Every post is in exactly one voice.
    """
    ordered = sorted(posts, key=lambda post: (post.posted_at, post.source, post.post_id))
    found = leaders([post.text for post in ordered], [post.author for post in ordered])
    groups: defaultdict[int, list[ReadPost]] = defaultdict(list)
    for leader, post in zip(found, ordered, strict=True):
        groups[leader].append(post)
    return [Voice(tuple(group)) for group in groups.values()]
