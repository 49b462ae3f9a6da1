"""Texts in other spellings: what is said stays, and so do the labels."""

import random
import unicodedata

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from models.training.augmentation import Rewriter, rewritten
from models.training.batches import Drawn, Mixture, Phrases, tokenise
from models.training.labelled import Labelled, Opinion

TEXT = "L’été chez ACME était très beau, não é ruim"


def ways_of(text, phrases=(), tries=60) -> set[str]:
    return {rewritten(text, phrases, random.Random(seed)) for seed in range(tries)}


def test_each_way_is_taken():
    """Lower and upper case, no accents, and slips."""
    found = ways_of(TEXT)
    assert {TEXT.lower(), TEXT.upper()} < found
    assert "L’ete chez ACME etait tres beau, nao e ruim" in found
    assert len(found) >= 8


def test_marks_of_other_scripts_are_no_accents():
    """Without them other words would stand there."""
    for text in ("हिन्दी", "สวัสดี", "й ё"):
        plain = {one for one in ways_of(text) if one not in {text.upper(), text.lower(), text}}
        slips = {unicodedata.normalize("NFC", one) for one in plain}
        assert all(len(one) != len(text) or sorted(one) == sorted(text) for one in slips)


@given(
    st.lists(st.sampled_from(["Ünlü Co", "ß", "A.B", "质量", "x"]), max_size=3),
    st.text(max_size=20),
    st.integers(),
)
def test_phrases_stay_as_they_are_written(phrases, other, seed):
    """So that their places are still found."""
    text = f" {other} ".join(phrases)
    found = rewritten(text, phrases, random.Random(seed))
    for phrase in phrases:
        assert found.count(phrase) >= 1


def test_a_share_of_the_texts_is_rewritten():
    """With its labels, its lessons, and the new places of its targets."""
    words = {word: at for at, word in enumerate(["[UNK]", "the", "Inn", "is", "good", "THE", "IS"])}
    tokenizer = Tokenizer(WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    row = Labelled("the Inn is good", "en", "posts", sentiment=2, opinions=(Opinion("Inn", 3),))
    (tokens,) = tokenise(tokenizer, [row], prefix="")
    rewriter = Rewriter(tokenizer, "", share=0.5)
    found = [rewriter(tokens, random.Random(seed)) for seed in range(400)]
    assert 150 < sum(one is tokens for one in found) < 250
    assert {one.row for one in found} == {row}
    assert all(len(one.mentions[0]) == 1 for one in found)
    assert all(one.ids[one.mentions[0][0]] == words["Inn"] for one in found)
    assert any(words["THE"] in one.ids for one in found)


def test_a_mixture_rewrites_what_it_draws():
    """Anew each time."""
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0, "good": 1, "GOOD": 2}, unk_token="[UNK]"))
    rows = tokenise(tokenizer, [Labelled("good", "en", "posts", sentiment=2)], prefix="")
    group, phrases = Drawn(rows, 1), Phrases(tokenizer, rows, prefix="")
    rewriting = Rewriter(tokenizer, "", share=1.0)
    for mixture in (
        Mixture([group], phrases, batch_tokens=512, seed=1, rewriting=rewriting),
        Mixture([group], phrases, batch_tokens=512, seed=1, rewriting=rewriting).of_worker(2),
    ):
        batch = next(iter(mixture))
        shares = np.bincount(batch["ids"][:, 0], minlength=3) / len(batch["ids"])
        assert 0.15 < shares[2] < 0.35
        assert shares[1] > 0.5
