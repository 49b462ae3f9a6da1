"""Texts in which two brands fare differently, made of patterns."""

import json
from pathlib import Path

import pytest

from models.training.contrasts import contrasts, write_contrasts

PATTERNS = {
    "en": {
        "good": ["{x} is fine", "I like {x}"],
        "bad": ["{x} is broken", "{x} is late"],
        "plain": ["{x} has a shop here"],
        "but": ["{1}, but {2}", "{1}. {2}."],
        "and": ["{1} and {2}"],
        "better": ["{a} beats {b}", "{b} is worse than {a}"],
    }
}
NAMES = {"": ["Acme", "Bolt", "Curio"], "en": ["Dash"]}


def made(seed: int = 1) -> list[dict[str, object]]:
    return list(contrasts(PATTERNS, NAMES, texts=60, seed=seed))


def test_the_same_seed_makes_the_same_different_texts():
    """As many as asked for, none of them twice."""
    assert made() == made() != made(seed=2)
    assert len({row["text"] for row in made()}) == 60


def test_each_opinion_follows_from_the_words_about_its_brand():
    """Whatever the other brand in the text gets."""
    by_text = {str(row["text"]): row["label"] for row in made()}
    for text, label in by_text.items():
        assert isinstance(label, list)
        for opinion in label:
            brand = opinion["term"]
            assert brand in text
            good = any(sign in text for sign in (f"{brand} is fine", f"like {brand}"))
            good |= f"{brand} beats" in text or f"than {brand}" in text
            plain = f"{brand} has a shop" in text
            expected = "positive" if good else "neutral" if plain else "negative"
            assert opinion["polarity"] == expected, text
    assert any("but" in text for text in by_text)
    assert any("beats" in text for text in by_text)
    assert any(". I" in text for text in by_text if ". " in text)


def test_held_out_texts_have_brands_of_their_own(tmp_path: Path):
    """In every language of the patterns that are shipped."""
    write_contrasts(tmp_path, texts=40)
    rows = {
        part: [json.loads(line) for line in (tmp_path / f"{part}.jsonl").open(encoding="utf-8")]
        for part in ("train", "val")
    }
    brands = {
        part: {opinion["term"] for row in found for opinion in row["label"]}
        for part, found in rows.items()
    }
    assert not brands["train"] & brands["val"]
    langs = {row["lang"] for row in rows["train"]}
    assert langs == {row["lang"] for row in rows["val"]}
    assert len(langs) > 20
    assert not [row for row in rows["train"] if "{" in row["text"]]


@pytest.mark.parametrize("polarity", ["positive", "neutral", "negative"])
def test_no_polarity_is_missing(tmp_path: Path, polarity: str):
    """Of each language."""
    write_contrasts(tmp_path, texts=60)
    found = {
        row["lang"]
        for row in map(json.loads, (tmp_path / "train.jsonl").open(encoding="utf-8"))
        for opinion in row["label"]
        if opinion["polarity"] == polarity
    }
    assert len(found) > 20
