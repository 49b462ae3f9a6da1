"""What a run draws its batches from."""

import itertools
from collections import Counter

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import Unigram

from models.training.batches import Mixture, Phrases, Tokens, drawn
from models.training.labelled import Labelled

NUMBERS = {"en": 5, "de": 6, "th": 7}


def texts(source, **counts) -> list[Tokens]:
    return [
        Tokens(Labelled(f"{lang} {at}", lang, source), np.array([0, NUMBERS[lang], 2]), ())
        for lang, count in counts.items()
        for at in range(count)
    ]


SETS = {"reviews": texts("reviews", en=800, de=150, th=50), "posts": texts("posts", en=100)}
SHARES = {"reviews": 0.5, "posts": 2.0}


@pytest.mark.parametrize(
    ("balance", "of_reviews"),
    [(0.0, [400, 75, 25]), (1.0, [500 / 3] * 3), (0.5, [298.0, 129.0, 74.5])],
)
def test_languages_of_a_set_are_drawn_by_a_power_of_their_numbers(balance, of_reviews):
    """Each set keeps its share whatever its languages get."""
    groups = drawn(SETS, SHARES, language_balance=balance)
    *reviews, posts = [group.count for group in groups]
    assert reviews == pytest.approx(of_reviews, rel=0.01)
    assert posts == 200
    assert {row.row.lang for row in groups[2].texts} == {"th"}


def test_batches_come_as_they_are_drawn():
    """Over a few thousand texts, in every process."""
    phrases = Phrases(Tokenizer(Unigram()), [], prefix="")
    groups = drawn(SETS, SHARES, language_balance=1.0)
    mixture = Mixture(groups, phrases, batch_tokens=96, seed=1)
    assert mixture.texts == pytest.approx(700)
    for one in (mixture, mixture.of_worker(1)):
        batches = itertools.islice(one, 4096 // 32)
        found = Counter(int(row[1]) for batch in batches for row in batch["ids"])
        for lang, count in (("en", 500 / 3 + 200), ("de", 500 / 3), ("th", 500 / 3)):
            assert found[NUMBERS[lang]] / found.total() == pytest.approx(count / 700, abs=0.03)
