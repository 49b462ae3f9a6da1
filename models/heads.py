"""The heads of a model folder, in `heads.safetensors`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from models.sentiment import SentimentHead
from models.targets import Dense, TargetHead
from models.topics import Background
from schemas.errors import ModelError

HEADS: Final = "heads.safetensors"
LAYERS: Final = ("query", "key", "value", "hidden", "out")
"""Of the target head."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Heads:
    """What reads a text's encoding.

    emotions, offensive, irony: layers whose outputs go through a logistic function; None where the
    model has none.  emotions_from: the probability from which on each emotion is claimed, (8,).
    meaning: brings an embedding back to the space in which texts about the same thing are near,
    shape (dimension, dimension); None where the embedding itself is that.
    aspects: the probability that a text is about an aspect, from which on it is claimed.
    """

    sentiment: SentimentHead
    background: Background
    meaning: Floats | None = None
    emotions: Dense | None = None
    emotions_from: Floats | None = None
    offensive: Dense | None = None
    irony: Dense | None = None
    targets: TargetHead | None = None
    aspects: float = 0.5


def probabilities(layer: Dense, embeddings: Floats) -> Floats:
    """Of each output by itself: float32, shape (n, outputs)."""
    shares: Floats = (1 / (1 + np.exp(-layer(embeddings)))).astype(np.float32)
    return shares


def write_heads(path: Path, heads: Heads) -> None:
    """Write the heads' tensors: what is small in float32, the rest in float16."""
    sentiment, usual = heads.sentiment, heads.background
    tensors: dict[str, NDArray[Any]] = {
        "sentiment.weight": sentiment.weight,
        "sentiment.bias": sentiment.bias,
        "sentiment.languages": _words(sentiment.languages),
        "sentiment.temperatures": sentiment.temperatures,
        "topics.languages": _words(usual.languages),
        "topics.means": usual.means.astype(np.float16),
        "topics.mean": usual.mean.astype(np.float16),
        "topics.contrast": usual.contrast.astype(np.float16),
        "topics.sample": usual.sample.astype(np.float16),
    }
    for name in ("emotions", "offensive", "irony"):
        layer: Dense | None = getattr(heads, name)
        if layer is not None:
            tensors |= {f"{name}.weight": layer.weight, f"{name}.bias": layer.bias}
    if heads.emotions_from is not None:
        tensors["emotions.from"] = heads.emotions_from
    if heads.meaning is not None:
        tensors["meaning"] = heads.meaning.astype(np.float16)
    if heads.targets is not None:
        for name in LAYERS:
            layer = getattr(heads.targets, name)
            tensors[f"targets.{name}.weight"] = layer.weight.astype(np.float16)
            tensors[f"targets.{name}.bias"] = layer.bias
        tensors["targets.temperature"] = np.array([heads.targets.temperature], np.float32)
        tensors["targets.aspects"] = np.array([heads.aspects], np.float32)
    save_file({name: np.ascontiguousarray(value) for name, value in tensors.items()}, path)
    path.chmod(0o644)  # the library makes it readable for its owner only


def read_heads(folder: Path) -> Heads:
    """The heads of a model folder.  Raises ModelError."""
    path = folder / HEADS
    try:
        tensors = {name: _single(value) for name, value in load_file(path).items()}
        return Heads(
            SentimentHead(
                tensors["sentiment.weight"],
                tensors["sentiment.bias"],
                _split(tensors["sentiment.languages"]),
                tensors["sentiment.temperatures"],
            ),
            Background(
                _split(tensors["topics.languages"]),
                tensors["topics.means"],
                tensors["topics.mean"],
                tensors["topics.contrast"],
                tensors["topics.sample"],
            ),
            tensors.get("meaning"),
            _layer(tensors, "emotions"),
            tensors.get("emotions.from"),
            _layer(tensors, "offensive"),
            _layer(tensors, "irony"),
            _target_head(tensors),
            float(tensors.get("targets.aspects", np.full(1, 0.5))[0]),
        )
    except (OSError, KeyError, SafetensorError) as error:
        raise ModelError(f"{path} cannot be read ({error}); export the model again") from error


def _layer(tensors: Mapping[str, Any], name: str) -> Dense | None:
    if f"{name}.weight" not in tensors:
        return None
    return Dense(tensors[f"{name}.weight"], tensors[f"{name}.bias"])


def _target_head(tensors: Mapping[str, Any]) -> TargetHead | None:
    layers = {name: _layer(tensors, f"targets.{name}") for name in LAYERS}
    found = {name: layer for name, layer in layers.items() if layer is not None}
    if len(found) < len(LAYERS):
        return None
    return target_head(found, float(tensors["targets.temperature"][0]))


def target_head(layers: Mapping[str, Dense], temperature: float = 1.0) -> TargetHead:
    """The target head of these LAYERS."""
    query, key, value, hidden, out = (layers[name] for name in LAYERS)
    return TargetHead(query, key, value, hidden, out, temperature=temperature)


def _single(value: NDArray[Any]) -> NDArray[Any]:
    return value.astype(np.float32) if value.dtype == np.float16 else value


def _words(names: tuple[str, ...]) -> NDArray[np.uint8]:
    return np.frombuffer(" ".join(names).encode(), np.uint8)


def _split(names: NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(names.tobytes().decode().split())
