"""Copies are folded, and what only looks alike is not."""

from hypothesis import given
from hypothesis import strategies as st

from dashboards.queries.posts import PostKey
from dashboards.voices import SKETCH_SIZE, Sketched, common, fold


def sketched(number: int, sketch: tuple[int, ...], alone: str = "") -> Sketched:
    return Sketched(PostKey(number, "forum", f"post-{number}", "Aurora"), sketch, alone)


def test_copies_join_the_first_post_they_are_close_to():
    """Three quarters in common is a copy, a third is none; order is kept."""
    whole = tuple(range(1, 33))
    most = (*range(1, 29), 100, 101, 102, 103)
    third = (*range(1, 12), *range(200, 221))
    voices = fold([sketched(1, whole), sketched(2, third), sketched(3, most), sketched(4, whole)])
    assert [(voice.key.post_id, voice.copies) for voice in voices] == [("post-1", 3), ("post-2", 1)]


def test_short_texts_are_copies_of_the_same_author_only():
    """A short text says too little to be told from another's."""
    posts = [sketched(1, (), "ok\nann"), sketched(2, (), "ok\nbob"), sketched(3, (), "ok\nann")]
    assert [voice.copies for voice in fold(posts)] == [2, 1]


@given(st.lists(st.sets(st.integers(0, 60), min_size=1, max_size=SKETCH_SIZE), max_size=30))
def test_every_post_is_in_one_voice(sketches: list[set[int]]):
    """Nobody is lost or counted twice, and a post is always a copy of itself."""
    posts = [sketched(number, tuple(sorted(found))) for number, found in enumerate(sketches)]
    assert sum(voice.copies for voice in fold(posts)) == len(posts)
    assert len(fold([*posts, *posts])) == len(fold(posts))
    for post in posts:
        assert common(post.sketch, post.sketch) == 1
