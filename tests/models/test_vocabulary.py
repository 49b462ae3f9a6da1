"""Which pieces of a vocabulary are kept."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from models.export.vocabulary import (
    SPECIALS,
    choose_pieces,
    piece_counts,
    piece_script,
    pruned_tokenizer,
)
from tests.models.tiny_base import pieces, tokenizer_description


def full() -> Tokenizer:
    return Tokenizer.from_str(json.dumps(tokenizer_description()))


SINGLE = [number for number, (piece, _) in enumerate(pieces()) if len(piece) == 1]
LEAST = len(SPECIALS) + len(SINGLE)


@given(st.integers(LEAST, len(pieces()) - 1))
def test_budget_is_kept_and_letters_stay(budget):
    """No more pieces than allowed; specials and single characters always, in rising order."""
    kept = choose_pieces(pieces(), {}, budget=budget, least_count=1)
    assert len(kept) <= budget
    assert kept[:4] == [0, 1, 2, 3]
    assert kept == sorted(set(kept))
    assert set(SINGLE) <= set(kept)


def test_used_pieces_stay():
    """What the texts use survives, what they do not use goes first."""
    counts = piece_counts(full(), ["not good", "not bad"])
    kept = choose_pieces(pieces(), counts, budget=LEAST + 3, least_count=1)
    names = {pieces()[number][0] for number in kept}
    assert {"▁not", "▁good", "▁bad"} <= names
    assert "▁шум" not in names


def test_too_small_a_budget_is_an_error():
    """What has to stay is never dropped in silence."""
    with pytest.raises(ValueError, match="raise it"):
        choose_pieces(pieces(), {}, budget=10, least_count=1)


def test_every_script_gets_its_share():
    """A script that no text shows keeps pieces."""
    vocabulary = [(name, 0.0) for name in SPECIALS]
    vocabulary += [(f"▁word{letter}", -5.0) for letter in "abcdefghijklmnopqrst"]
    vocabulary += [(f"▁слово{letter}", -15.0) for letter in "абвгд"]
    kept = choose_pieces(vocabulary, {}, budget=14, least_count=1)
    scripts = [piece_script(vocabulary[number][0]) for number in kept]
    assert scripts.count("CYRILLIC") >= 2
    assert scripts.count("LATIN") >= 6


@given(st.text("abcdefgh good not the 质量", max_size=60))
def test_pruned_tokenizer_spells_the_same_text(text):
    """Pieces go, letters do not: the tokens still spell what they spelt."""
    description = tokenizer_description()
    kept = choose_pieces(pieces(), {}, budget=LEAST, least_count=1)
    pruned = Tokenizer.from_str(pruned_tokenizer(description, kept))

    def spelt(tokenizer):
        return "".join(tokenizer.encode(text, add_special_tokens=False).tokens)

    assert spelt(pruned) == spelt(full())
    assert pruned.get_vocab_size() == len(kept)


def test_scripts_are_told_apart():
    """By the letters, not by the marks around them."""
    assert piece_script("▁word") == "LATIN"
    assert piece_script("слово") == "CYRILLIC"
    assert piece_script("质量") == "CJK"
    assert piece_script("!?") == "COMMON"
