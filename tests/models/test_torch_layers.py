"""Packed texts are read as padded ones are, by every encoder that is packed."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="`make test-backends` installs it")
transformers = pytest.importorskip("transformers", reason="`make test-backends` installs it")

from models.torch_layers import PackedLayers, PaddedLayers, load_layers  # noqa: E402

# Together far longer than the encoders' places.
ROWS = [[5, 9, 11, 6], [7], [12, 13, 14, 15, 16, 17, 18, 19, 20, 21], [5, 5]] * 20
SIZES = {
    "vocab_size": 40,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 64,
}


def folder_of(kind: str, folder: Path) -> Path:
    """An encoder of that kind with random weights."""
    torch.manual_seed(3)
    config = transformers.AutoConfig.for_model(kind, **SIZES)
    model = transformers.AutoModel.from_config(config)
    # Far from zero, or every answer would be alike.
    for weights in model.parameters():
        if weights.dim() > 1:
            torch.nn.init.normal_(weights, std=0.6)
    model.save_pretrained(folder)
    return folder


def padded(folder: Path) -> PaddedLayers:
    return PaddedLayers(transformers.AutoModel.from_pretrained(str(folder)).eval())


@pytest.mark.parametrize("kind", ["bert", "roberta", "xlm-roberta"])
def test_these_are_packed_and_answer_the_same(kind, tmp_path):
    """Position numbers begin where each of them begins them; texts do not see each other."""
    layers, dimension = load_layers(folder_of(kind, tmp_path), device="cpu", dtype=torch.float32)
    assert isinstance(layers, PackedLayers)
    states = layers.states(ROWS)
    assert states.shape == (sum(map(len, ROWS)), dimension)
    assert torch.allclose(states, padded(tmp_path).states(ROWS), atol=1e-5)


@pytest.mark.parametrize("kind", ["mpnet", "deberta-v2"])
def test_what_cannot_be_packed_is_padded(kind, tmp_path):
    """Their attention knows distances between words, or is their own."""
    layers, _ = load_layers(folder_of(kind, tmp_path), device="cpu", dtype=torch.float32)
    assert isinstance(layers, PaddedLayers)
    assert torch.allclose(layers.states(ROWS), padded(tmp_path).states(ROWS), atol=1e-5)


def test_a_text_does_not_see_its_neighbours(tmp_path):
    """So that the tests above could fail: the same text beside others, and alone."""
    layers, _ = load_layers(folder_of("bert", tmp_path), device="cpu", dtype=torch.float32)
    together, alone = layers.states(ROWS), layers.states(ROWS[2:3])
    assert torch.allclose(together[5:15], alone, atol=1e-5)
    assert not torch.allclose(together[:1], together[4:5], atol=0.1)
