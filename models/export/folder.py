"""An encoder's part of a model folder: the graph and the tokenizer."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from models.export.graph import BertShape, encoder_model
from models.export.vocabulary import choose_pieces, piece_counts, pruned_tokenizer

PIECES: Final = 140_000
LEAST_COUNT: Final = 8  # uses of a piece in the texts at hand that make it stay
MAX_TOKENS: Final = 128
WORDS: Final = "embeddings.word_embeddings.weight"


@dataclass(frozen=True, slots=True)
class Base:
    """A BERT encoder with a unigram tokenizer, such as multilingual-e5-small.

    weights: by Hugging Face's names.  config: its `config.json`.  tokenizer: its `tokenizer.json`.
    """

    weights: Mapping[str, NDArray[np.float32]]
    config: Mapping[str, Any]
    tokenizer: str


def read_base(folder: Path) -> Base:
    """A Hugging Face folder: `config.json`, `model.safetensors` and `tokenizer.json`."""
    return Base(
        load_file(folder / "model.safetensors"),
        json.loads((folder / "config.json").read_text(encoding="utf-8")),
        (folder / "tokenizer.json").read_text(encoding="utf-8"),
    )


def write_encoder(
    base: Base,
    texts: Iterable[str],
    out: Path,
    *,
    pieces: int = PIECES,
    max_tokens: int = MAX_TOKENS,
) -> None:
    """Write `encoder.onnx` and `tokenizer.json`.

    texts: say which pieces of the vocabulary are in use.  pieces: to keep.  max_tokens: that the
    graph reads of a text.
    """
    description = json.loads(base.tokenizer)
    vocabulary = description["model"]["vocab"]
    kept = choose_pieces(
        vocabulary,
        piece_counts(Tokenizer.from_str(base.tokenizer), texts),
        budget=min(pieces, len(vocabulary)),
        least_count=LEAST_COUNT,
    )
    shape = BertShape(
        hidden=base.config["hidden_size"],
        layers=base.config["num_hidden_layers"],
        heads=base.config["num_attention_heads"],
        epsilon=base.config["layer_norm_eps"],
        max_tokens=max_tokens,
    )
    weights = {**base.weights, WORDS: base.weights[WORDS][kept]}
    out.mkdir(parents=True, exist_ok=True)
    (out / "tokenizer.json").write_text(pruned_tokenizer(description, kept), encoding="utf-8")
    onnx.save(encoder_model(weights, shape), out / "encoder.onnx")
