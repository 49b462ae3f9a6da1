"""A BERT encoder of random weights, small enough for tests, in Hugging Face's folder layout."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

Floats = NDArray[np.float32]
Weights = dict[str, Floats]

HIDDEN, LAYERS, HEADS, INNER = 64, 2, 2, 128
SPECIALS = ["<s>", "<pad>", "</s>", "<unk>"]
LETTERS = "▁abcdefghijklmnopqrstuvwxyzäöüéèабвгдежзиклмнопрстуфхцчшщыьэюя的一是不了好差质量价格快慢"
WORDS = ["▁the", "▁is", "▁good", "▁bad", "▁query", ":", "ing", "▁not", "▁шум", "质量"]


def pieces() -> list[tuple[str, float]]:
    """The vocabulary: text and log probability."""
    known = [(piece, -6.0 - index / 100) for index, piece in enumerate(WORDS)]
    letters = [(letter, -9.0 - index / 100) for index, letter in enumerate(LETTERS)]
    return [*((name, 0.0) for name in SPECIALS), *known, *letters, ("<mask>", 0.0)]


def tokenizer_description() -> dict[str, Any]:
    """A `tokenizer.json` like that of XLM-R."""
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": number, "content": name, "single_word": False, "lstrip": False,
                "rstrip": False, "normalized": False, "special": True,
            }
            for number, name in enumerate(SPECIALS)
        ],
        "normalizer": {"type": "NFKC"},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                {"SpecialToken": {"id": "<s>", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "</s>", "type_id": 0}},
            ],
            "pair": [
                {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}},
            ],
            "special_tokens": {
                name: {"id": name, "ids": [number], "tokens": [name]}
                for number, name in enumerate(SPECIALS)
            },
        },
        "decoder": None,
        "model": {"type": "Unigram", "unk_id": 3, "vocab": pieces()},
    }  # fmt: skip


def weights() -> Weights:
    """Random weights with Hugging Face's names."""
    random = np.random.default_rng(11)

    def matrix(rows: int, columns: int) -> Floats:
        return random.normal(0, 0.3, (rows, columns)).astype(np.float32)

    def norm(prefix: str) -> Weights:
        return {
            f"{prefix}.weight": random.normal(1, 0.1, HIDDEN).astype(np.float32),
            f"{prefix}.bias": random.normal(0, 0.1, HIDDEN).astype(np.float32),
        }

    def dense(prefix: str, rows: int, columns: int) -> Weights:
        return {
            f"{prefix}.weight": matrix(rows, columns),
            f"{prefix}.bias": random.normal(0, 0.1, rows).astype(np.float32),
        }

    made = {
        "embeddings.word_embeddings.weight": matrix(len(pieces()), HIDDEN),
        "embeddings.position_embeddings.weight": matrix(160, HIDDEN),
        "embeddings.token_type_embeddings.weight": matrix(1, HIDDEN),
        **norm("embeddings.LayerNorm"),
    }
    for layer in range(LAYERS):
        prefix = f"encoder.layer.{layer}."
        for name in ("query", "key", "value"):
            made |= dense(f"{prefix}attention.self.{name}", HIDDEN, HIDDEN)
        made |= dense(f"{prefix}attention.output.dense", HIDDEN, HIDDEN)
        made |= norm(f"{prefix}attention.output.LayerNorm")
        made |= dense(f"{prefix}intermediate.dense", INNER, HIDDEN)
        made |= dense(f"{prefix}output.dense", HIDDEN, INNER)
        made |= norm(f"{prefix}output.LayerNorm")
    return made


def write_tiny_base(folder: Path) -> Path:
    """Write the folder, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "architectures": ["BertModel"], "model_type": "bert", "vocab_size": len(pieces()),
        "hidden_size": HIDDEN, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
        "intermediate_size": INNER, "max_position_embeddings": 160, "type_vocab_size": 1,
        "layer_norm_eps": 1e-12, "hidden_act": "gelu", "pad_token_id": 1,
        "tokenizer_class": "PreTrainedTokenizerFast",
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer_description()))
    special = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    settings = {**special, "model_max_length": 128, "tokenizer_class": "PreTrainedTokenizerFast"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    save_file(weights(), folder / "model.safetensors", metadata={"format": "pt"})
    return folder
