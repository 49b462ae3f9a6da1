"""Training the sentiment head: weights, and a head that tells what it was shown."""

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="the extra `train` is not installed")

from models.encoder import unit_rows
from models.scorer import HEADS, read_heads
from models.training.background import background
from models.training.card import model_card, topic_tables
from models.training.datasets import Example, LabelledSet
from models.training.embedded import Embedded
from models.training.sentiment_head import (
    Places,
    example_weights,
    figures,
    train_head,
    write_folder,
    write_heads,
)
from models.training.topic_figures import Tally
from schemas.scores import SENTIMENTS

SOURCE = LabelledSet("made up", "CC0", ships=True, limit=9, read=lambda _folder, _part: iter(()))
DIMENSION = 32


def shown(counts: dict[str, int], *, seed: int = 1) -> Embedded:
    """Examples whose embeddings tell their sentiment."""
    random = np.random.default_rng(seed)
    labels = [name for name, count in counts.items() for _ in range(count)]
    examples = [
        Example("x", "en", label, "hotel", (f"a{number % 2}",))
        for number, label in enumerate(labels)
    ]
    rows = random.normal(size=(len(labels), DIMENSION)) / 4
    rows[np.arange(len(labels)), [SENTIMENTS.index(label) for label in labels]] += 2
    return Embedded(SOURCE, examples, unit_rows(rows.astype(np.float32)))


def test_rare_sentiments_weigh_more():
    """By the root of their rarity within a language."""
    weights = example_weights(shown({"negative": 1, "neutral": 4, "positive": 4}))
    assert weights[0] == pytest.approx(3)
    assert weights[1:] == pytest.approx(1.5)


def test_the_head_learns_and_comes_back_from_its_file(tmp_path):
    """What is written is what was trained, and good at what it was shown."""
    train, held_out = shown(dict.fromkeys(SENTIMENTS, 80)), shown(dict.fromkeys(SENTIMENTS, 40))
    head = train_head([train], [held_out])
    (figure,) = figures(head, [held_out])
    assert figure.macro_f1 > 0.95
    assert figure.calibration_error < 0.1
    usual = background([train])
    write_heads(tmp_path / HEADS, head, usual)
    again, background_again = read_heads(tmp_path)
    assert again.weight == pytest.approx(head.weight)
    assert again.temperature == pytest.approx(head.temperature)
    assert background_again.languages == ("en",)
    assert background_again.contrast == pytest.approx(usual.contrast, rel=1e-2, abs=1e-2)


def test_the_card_names_licences_figures_and_limits(tmp_path):
    """Of the folder that was written."""
    for file in ("encoder.onnx", "tokenizer.json"):
        (tmp_path / file).write_bytes(b"x")
    train = shown(dict.fromkeys(SENTIMENTS, 80))
    head = train_head([train], [train])
    places = Places(tmp_path, tmp_path, tmp_path / "out", tmp_path, tmp_path)
    manifest = write_folder(places, head, background([train]), dimension=DIMENSION)
    topics = topic_tables({"price": Tally(3, 1, 2)}, {"en": Tally(3, 1, 2)})
    card = model_card(manifest, [SOURCE], figures(head, [train]), topics)
    assert "- made up: CC0" in card
    assert "| made up | en | 240 | 100.0 |" in card
    assert card.count("| 5 | 0.75 | 0.60 |") == 3
    assert "## Limits" in card
