"""Answers are shared between those who see the same brands, and with nobody else."""

import re
from pathlib import Path

import pytest

from dashboards import answers
from dashboards.answers import shared_answer

asked: list[tuple[str, int]] = []
who = ["ana"]


@shared_answer(ttl=60, max_entries=1)
def posts(number: int) -> str:
    asked.append((who[0], number))
    return f"posts {number} for {who[0]}"


@shared_answer(ttl=60, max_entries=1)
def topics(number: int) -> str:
    return f"topics {number} for {who[0]}"


@pytest.fixture(autouse=True)
def readers(monkeypatch):
    monkeypatch.setattr(answers, "reader", lambda: who[0])
    posts.clear()
    topics.clear()
    asked.clear()


def test_two_readers_never_share_an_answer():
    """Even where they ask the same; each is asked for once."""
    for name in ("ana", "ben", "ana", "ben"):
        who[0] = name
        assert posts(1) == f"posts 1 for {name}"
    assert asked == [("ana", 1), ("ben", 1)]
    posts.clear()
    assert posts(1) == "posts 1 for ben"
    assert len(asked) == 3


def test_two_questions_never_share_an_answer():
    """Their arguments may be the same."""
    assert posts(1).startswith("posts")
    assert topics(1).startswith("topics")


def test_nothing_else_is_kept_for_several_viewers():
    """Whatever comes from the store and is kept has its reader in the key."""
    folder = Path(answers.__file__).parent
    found = [
        path.name
        for path in folder.rglob("*.py")
        if re.search(r"cache_data\(", path.read_text("utf-8")) and path.name != "answers.py"
    ]
    assert found == []
