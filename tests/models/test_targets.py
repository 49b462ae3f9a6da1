"""Finding a target's tokens, and asking about it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.aspects import ASPECTS
from models.encoder import Encoding, unit_rows
from models.fake_encoder import FakeEncoder
from models.heads import LAYERS, target_head
from models.opinions import Opinions
from models.targets import OPINIONS, Dense, Pair, attention_heads, mentioned
from schemas.errors import ModelError

WIDTH = FakeEncoder.dimension


def dense(inputs: int, outputs: int, seed: int) -> Dense:
    dice = np.random.default_rng(seed)
    weight = dice.normal(0, 0.3, (inputs, outputs)).astype(np.float32)
    return Dense(weight, dice.normal(0, 0.3, outputs).astype(np.float32))


HEAD = target_head(
    dict(
        zip(
            LAYERS,
            [
                dense(2 * WIDTH, WIDTH, 1),
                dense(WIDTH, WIDTH, 2),
                dense(WIDTH, WIDTH, 3),
                dense(4 * WIDTH, WIDTH, 4),
                dense(WIDTH, len(OPINIONS), 5),
            ],
            strict=True,
        )
    )
)


def encoding(lengths: list[int]) -> Encoding:
    dice = np.random.default_rng(sum(lengths))
    states = [dice.normal(size=(length, WIDTH)).astype(np.float32) for length in lengths]
    embeddings = unit_rows(np.stack([rows.sum(axis=0) for rows in states]))
    return Encoding(embeddings, [""] * len(lengths), states, [[]] * len(lengths))


def test_tokens_of_a_phrase():
    """Every place where it stands, letter case aside, and half tokens as well."""
    text = "query: Akku gut, AKKULADER schlecht"
    offsets = [(0, 0), (0, 6), (7, 11), (12, 16), (17, 20), (20, 26), (27, 35), (0, 0)]
    assert mentioned(text, "akku", offsets) == (2, 4, 5)
    assert mentioned(text, "Preis", offsets) == ()
    assert mentioned(text, "", offsets) == ()


def test_letters_that_fold_to_two_do_not_shift_the_places():
    """Then only the phrase as it is written counts."""
    assert mentioned("ßß Akku", "Akku", [(0, 2), (3, 7)]) == (1,)


@given(st.text(max_size=30), st.text(max_size=5))
def test_any_text_and_phrase(text, phrase):
    """Places are those of tokens that share a letter with the phrase."""
    offsets = [(at, at + 1) for at in range(len(text))]
    places = mentioned(text, phrase, offsets)
    assert len(places) == len(set(places))
    assert all(0 <= place < len(text) for place in places)
    if phrase and phrase in text:
        assert text.index(phrase) in places


def test_a_pair_depends_on_itself_alone():
    """Neither the pairs beside it, nor their order, nor the length of other texts matter."""
    texts = encoding([3, 9, 1, 5])
    phrases = unit_rows(np.random.default_rng(7).normal(size=(3, WIDTH)).astype(np.float32))
    pairs = [Pair(0, 0), Pair(1, 2, (4, 5)), Pair(3, 1), Pair(1, 0), Pair(2, 2, (0,)), Pair(0, 1)]
    together = HEAD.probabilities(texts, phrases, pairs)
    assert together.sum(axis=1) == pytest.approx(1)
    alone = np.concatenate([HEAD.probabilities(texts, phrases, [pair]) for pair in pairs])
    assert np.abs(together - alone).max() < 1e-5
    backwards = HEAD.probabilities(texts, phrases, pairs[::-1])[::-1]
    assert np.abs(together - backwards).max() < 1e-5
    unmarked = HEAD.probabilities(texts, phrases, [Pair(1, 2)])[0]
    assert np.abs(together[1] - unmarked).max() > 1e-3


def test_answers_come_back_in_the_order_of_the_questions():
    """Also where a text is asked about nothing, and for all aspects."""
    encoder = FakeEncoder()
    opinions = Opinions(encoder, HEAD, least=0)
    read = encoder.read(["one", "two"])
    found = opinions.of_targets(read, [1, 0, 1], [["a", "b"], [], ["b"]])
    assert [[one.name for one in row] for row in found] == [["a", "b"], [], ["b"]]
    assert found[0][1] == found[2][0]
    assert [[one.name for one in row] for row in opinions.of_aspects(read)] == [list(ASPECTS)] * 2
    assert Opinions(encoder, HEAD, least=1.1).of_aspects(read) == [(), ()]


def test_a_model_without_the_head_refuses():
    """And says what to do."""
    with pytest.raises(ModelError, match="train"):
        Opinions(FakeEncoder(), None, least=0).of_aspects(FakeEncoder().read(["x"]))


@pytest.mark.parametrize(("dimension", "heads"), [(384, 6), (768, 12), (64, 1), (8, 1), (100, 1)])
def test_heads_fit_the_encoder(dimension, heads):
    """Of 64 numbers each, where that divides the width."""
    assert attention_heads(dimension) == heads
