"""The suppression list knows whom and what it has, and says nothing of who they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.erasure import (
    SuppressionKind,
    SuppressionList,
    normal_author,
    suppression_hash,
)

SALT, OTHER = bytes(32), bytes(range(32))


def listed(*entries: tuple[SuppressionKind, tuple[str, ...]], salt: bytes = SALT):
    own = [(SuppressionKind.SALT, salt.hex())]
    return SuppressionList.of(
        own + [(kind, suppression_hash(kind, *parts, salt=salt)) for kind, parts in entries]
    )


@pytest.mark.parametrize("author", ["Ada", "ada", " @ADA ", "\uff21da", "\uff20Ada"])
def test_an_author_is_known_in_every_notation(author):
    found = listed((SuppressionKind.AUTHOR, ("Ada",)))
    assert found.has("anywhere", "1", author)
    assert not found.has("anywhere", "1", "Adam")
    assert not found.has("anywhere", "1", "")


def test_an_author_of_one_source_is_nobody_elsewhere():
    found = listed((SuppressionKind.AUTHOR_AT, ("mastodon", "Ada")))
    assert found.has("mastodon", "1", "ada")
    assert not found.has("web", "1", "ada")


def test_a_post_is_known_by_source_and_id():
    found = listed((SuppressionKind.POST, ("web", "1")))
    assert found.has("web", "1", "")
    assert not found.has("web", "1 ", "")
    assert not found.has("we", "b1", "")
    assert not found.has("WEB", "1", "")


def test_two_keys_are_both_tried():
    """Two erasures that began at once may have made one each."""
    both = SuppressionList.of(
        [
            (SuppressionKind.SALT, SALT.hex()),
            (SuppressionKind.SALT, OTHER.hex()),
            *(
                (SuppressionKind.AUTHOR, suppression_hash(SuppressionKind.AUTHOR, name, salt=salt))
                for name, salt in (("Ada", SALT), ("Bob", OTHER))
            ),
        ]
    )
    assert both.has("x", "1", "ada")
    assert both.has("x", "1", "bob")
    assert not both.has("x", "1", "eve")


def test_nobody_is_on_an_empty_list():
    assert not SuppressionList()
    assert not SuppressionList().has("x", "1", "Ada")
    assert not listed()


@given(st.text(max_size=40))
def test_normal_is_normal(author):
    once = normal_author(author)
    assert normal_author(once) == once or once.startswith("@")


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_hash_tells_kinds_parts_and_keys_apart(source, name):
    hashes = {
        suppression_hash(SuppressionKind.POST, source, name, salt=SALT),
        suppression_hash(SuppressionKind.POST, source, name, salt=OTHER),
        suppression_hash(SuppressionKind.AUTHOR_AT, source, name, salt=SALT),
        suppression_hash(SuppressionKind.AUTHOR, name, salt=SALT),
    }
    assert len(hashes) == 4
