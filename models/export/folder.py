"""An encoder's part of a model folder: the graph and the tokenizer."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from models.export.graph import BertShape, encoder_model
from models.export.quantisation import BLOCK
from models.export.vocabulary import SPECIALS, choose_pieces, piece_counts, pruned_tokenizer
from schemas.errors import ModelError

PIECES: Final = 140_000
LEAST_COUNT: Final = 8  # uses of a piece in the texts at hand that make it stay
MAX_TOKENS: Final = 128
KINDS: Final = ("bert", "roberta", "xlm-roberta")
SUPPORTED: Final = (
    f"supported are encoders of the kinds {', '.join(KINDS)} with hidden_act 'gelu', a hidden_size "
    f"that is a multiple of {BLOCK}, places for all tokens that are read, and a unigram tokenizer "
    f"that begins with {' '.join(SPECIALS)}: such as intfloat/multilingual-e5-small, and XLM-R"
)
WORDS: Final = "embeddings.word_embeddings.weight"


XLM_R_MARKS: Final[Mapping[str, str]] = {
    "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Base:
    """An encoder as Hugging Face keeps it, such as multilingual-e5-small.

    weights: by Hugging Face's names.  config: its `config.json`.  tokenizer: its `tokenizer.json`.
    marks: which of the tokenizer's pieces stand for a text's begin, padding, and so on.
    """

    weights: Mapping[str, NDArray[np.float32]]
    config: Mapping[str, Any]
    tokenizer: str
    marks: Mapping[str, str] = field(default_factory=lambda: XLM_R_MARKS)


def read_base(folder: Path) -> Base:
    """A Hugging Face folder: `config.json`, `model.safetensors` and `tokenizer.json`."""
    return Base(
        load_file(folder / "model.safetensors"),
        json.loads((folder / "config.json").read_text(encoding="utf-8")),
        (folder / "tokenizer.json").read_text(encoding="utf-8"),
    )


def shape_of(config: Mapping[str, Any], max_tokens: int) -> BertShape:
    """The shape of an encoder, from its `config.json`.

    Raises ModelError if the graph cannot compute it, or it has no places for as many tokens.
    """
    kind, activation = config.get("model_type"), config.get("hidden_act")
    if kind not in KINDS:
        raise ModelError(f"it is of the kind {kind!r}; {SUPPORTED}")
    if activation != "gelu" or config["hidden_size"] % BLOCK:
        raise ModelError(
            f"it has hidden_act={activation!r} and hidden_size={config['hidden_size']}; {SUPPORTED}"
        )
    # The RoBERTa family counts positions from behind the padding's number.
    first = 0 if kind == "bert" else config["pad_token_id"] + 1
    places = config["max_position_embeddings"] - first
    if places < max_tokens:
        raise ModelError(f"it reads {places} tokens of a text, less than {max_tokens}; {SUPPORTED}")
    return BertShape(
        hidden=config["hidden_size"],
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        epsilon=config["layer_norm_eps"],
        max_tokens=max_tokens,
        first_place=first,
    )


def check_tokenizer(description: Mapping[str, Any]) -> None:
    """Raise ModelError if a `tokenizer.json` is none whose pieces can be cut to those in use."""
    kind, pieces = description["model"].get("type"), description["model"].get("vocab", ())
    if kind != "Unigram" or tuple(piece for piece, _ in pieces[: len(SPECIALS)]) != SPECIALS:
        raise ModelError(f"its tokenizer is {kind!r} with pieces of its own; {SUPPORTED}")


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
    graph reads of a text.  Raises ModelError if the graph cannot compute such an encoder.
    """
    description = json.loads(base.tokenizer)
    check_tokenizer(description)
    vocabulary = description["model"]["vocab"]
    kept = choose_pieces(
        vocabulary,
        piece_counts(Tokenizer.from_str(base.tokenizer), texts),
        budget=min(pieces, len(vocabulary)),
        least_count=LEAST_COUNT,
    )
    shape = shape_of(base.config, max_tokens)
    weights = {**base.weights, WORDS: base.weights[WORDS][kept]}
    out.mkdir(parents=True, exist_ok=True)
    (out / "tokenizer.json").write_text(pruned_tokenizer(description, kept), encoding="utf-8")
    onnx.save(encoder_model(weights, shape), out / "encoder.onnx")
