"""The exported graph against the same encoder in plain float32."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx", reason="the extra `export` is not installed")

from msgspec.structs import replace
from safetensors.numpy import load_file

from models.export.folder import read_base, write_encoder
from models.export.hugging_face import write_hugging_face
from models.export.quantisation import dequantise_blocks, quantise_blocks, row_codes, row_scales
from models.heads import HEADS as HEADS_FILE
from models.heads import read_heads, write_heads
from models.manifest import read_manifest, write_manifest
from models.onnx_encoder import GRAPH, TOKENIZER, OnnxEncoder, packed_inputs
from models.scorer import SHIPPED
from tests.models.tiny_base import (
    HEADS,
    HIDDEN,
    LAYERS,
    Floats,
    Weights,
    weights,
    write_tiny_base,
)

TEXTS = ["the good is not bad", "not", "abcdefg hij " * 6, "质量一不好", ""]


def reference(rows: list[list[int]], known: Weights) -> Floats:
    """BERT, mean over tokens, unit length: one text at a time, as the paper says."""
    return np.stack([_encode(row, known) for row in rows])


def _encode(row: list[int], known: Weights) -> Floats:
    hidden = (
        known["embeddings.word_embeddings.weight"][row]
        + known["embeddings.position_embeddings.weight"][: len(row)]
        + known["embeddings.token_type_embeddings.weight"][0]
    )
    hidden = _norm(hidden, known, "embeddings.LayerNorm")
    for layer in range(LAYERS):
        prefix = f"encoder.layer.{layer}."
        q, k, v = (
            _dense(hidden, known, f"{prefix}attention.self.{name}").reshape(len(row), HEADS, -1)
            for name in ("query", "key", "value")
        )
        logits = np.einsum("ihd,jhd->hij", q, k) / math.sqrt(HIDDEN // HEADS)
        shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        mixed = np.einsum("hij,jhd->ihd", shares, v).reshape(len(row), HIDDEN)
        change = _dense(mixed, known, f"{prefix}attention.output.dense")
        hidden = _norm(hidden + change, known, f"{prefix}attention.output.LayerNorm")
        inner = _dense(hidden, known, f"{prefix}intermediate.dense")
        inner = inner * 0.5 * (1 + np.vectorize(math.erf)(inner / math.sqrt(2)))
        change = _dense(inner, known, f"{prefix}output.dense")
        hidden = _norm(hidden + change, known, f"{prefix}output.LayerNorm")
    mean: Floats = hidden.mean(axis=0)
    unit: Floats = mean / np.linalg.norm(mean)
    return unit


def _dense(rows, known, name):
    return rows @ known[f"{name}.weight"].T + known[f"{name}.bias"]


def _norm(rows, known, name):
    centred = rows - rows.mean(axis=-1, keepdims=True)
    scaled = centred / np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + 1e-12)
    return scaled * known[f"{name}.weight"] + known[f"{name}.bias"]


def rounded_weights() -> Weights:
    """The weights as the graph keeps them, so that only the arithmetic is compared."""
    return {name: _rounded(name, value) for name, value in weights().items()}


def _rounded(name: str, value: Floats) -> Floats:
    if "word" in name:
        return dequantise_blocks(quantise_blocks(value))
    if "layer" in name and value.ndim == 2:
        steps = row_scales(value)
        return row_codes(value, steps) * steps[:, None]
    return value


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    base = write_tiny_base(tmp_path_factory.mktemp("base"))
    out: Path = tmp_path_factory.mktemp("out")
    pieces = len(weights()["embeddings.word_embeddings.weight"]) - 1
    write_encoder(read_base(base), [], out, pieces=pieces)
    return out


def test_graph_answers_as_the_reference(folder):
    """Int8 arithmetic keeps the direction of every embedding."""
    encoder = OnnxEncoder(folder, prefix="", max_tokens=128)
    rows = [encoding.ids for encoding in encoder._tokenizer.encode_batch(TEXTS)]
    likeness = (encoder.encode(TEXTS) * reference(rows, rounded_weights())).sum(axis=1)
    assert likeness.min() > 0.995


def test_a_model_folder_becomes_a_hugging_face_folder(folder, tmp_path):
    """With the weights that the graph computes with, each under its name."""
    write_heads(folder / HEADS_FILE, read_heads(SHIPPED))
    of_shipped, _ = read_manifest(SHIPPED)
    files = dict.fromkeys((GRAPH, TOKENIZER, HEADS_FILE), "")
    write_manifest(folder, replace(of_shipped, dimension=HIDDEN, files=files))
    write_hugging_face(folder, tmp_path)
    found, expected = load_file(tmp_path / "model.safetensors"), rounded_weights()
    assert set(found) == set(expected)
    for name, value in found.items():
        if "position" in name or "token_type" in name:
            continue  # the graph keeps their sum
        wanted = expected[name][: len(value)]  # `<mask>`, the last piece, is not kept
        assert value == pytest.approx(wanted, abs=1e-3), name
    kinds = expected["embeddings.token_type_embeddings.weight"][0]
    places = expected["embeddings.position_embeddings.weight"][:128]
    assert found["embeddings.position_embeddings.weight"] == pytest.approx(places + kinds)
    config = read_base(tmp_path).config
    assert (config["num_hidden_layers"], config["num_attention_heads"]) == (LAYERS, HEADS)
    manifest, _ = read_manifest(tmp_path)
    assert set(manifest.files) == {"config.json", "model.safetensors", TOKENIZER, HEADS_FILE}
    pooling = json.loads((tmp_path / "1_Pooling" / "config.json").read_text())
    assert pooling["pooling_mode_mean_tokens"]


def test_packed_inputs_name_every_token_once():
    """Rows, places and lengths of three texts."""
    feed = packed_inputs([[5, 6, 7], [8], [9, 10]])
    assert feed["input_ids"].tolist() == [5, 6, 7, 8, 9, 10]
    assert feed["position_ids"].tolist() == [0, 1, 2, 0, 0, 1]
    assert feed["pad_index"].tolist() == [[0, 1, 2], [3, 0, 0], [4, 5, 0]]
    assert feed["unpad_index"].tolist() == [0, 1, 2, 3, 6, 7]
    assert feed["lengths"].tolist() == [3, 1, 2]
