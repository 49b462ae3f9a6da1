"""What the kernel reads of an encoder's graph, taken from the ONNX file itself.

The file is a protocol buffer; its few fields that matter are read here, so that running needs no
`onnx` package.  Names and layout are those of models/export/graph.py.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

STEP: Final = 4
DEPTH: Final = 4
LEVELS: Final = 127
MOST_SUM: Final = 32767 // LEVELS
WIDTH: Final = 32  # what all widths are a multiple of
MOST_CODE: Final = 63

# Field numbers in onnx.proto.
GRAPH, NODE, INITIALIZER = 7, 1, 5
NODE_KIND, NODE_ATTRIBUTE = 4, 5
ATTRIBUTE_NAME, ATTRIBUTE_FLOAT, ATTRIBUTE_INT = 1, 2, 3
TENSOR_DIMS, TENSOR_TYPE, TENSOR_NAME, TENSOR_RAW = 1, 2, 8, 9
INT4: Final = 22
KINDS: Final[dict[int, Any]] = {
    1: np.float32, 2: np.uint8, 3: np.int8, 6: np.int32, 7: np.int64, 10: np.float16,
    INT4: np.uint8,
}  # fmt: skip

Floats = NDArray[np.float32]
Arrays = dict[str, NDArray[Any]]


class UnknownGraphError(Exception):
    """The graph is not one that the kernel computes."""


@dataclass(frozen=True, slots=True)
class DenseWeights:
    """A matrix of int8 codes (inputs, outputs), at most 63 from zero.

    steps, bias: float32, of each output.
    """

    codes: NDArray[np.int8]
    steps: Floats
    bias: Floats


@dataclass(frozen=True, slots=True)
class LayerWeights:
    """Queries, keys and values in one; what follows the attention; the two of the inner network.

    norms: scale and bias of the two normalisations.
    """

    projection: DenseWeights
    attended: DenseWeights
    inner: DenseWeights
    outer: DenseWeights
    norms: tuple[Floats, Floats, Floats, Floats]


@dataclass(frozen=True, slots=True)
class EncoderWeights:
    """An encoder.

    words: uint8, two 4-bit codes to a byte, shape (pieces, hidden / 2).  word_scales: float32,
    (pieces, hidden / 32).  positions: float32, (places, hidden).
    """

    words: NDArray[np.uint8]
    word_scales: Floats
    positions: Floats
    norm: tuple[Floats, Floats]
    layers: list[LayerWeights]
    heads: int
    epsilon: float


def read_weights(path: Path) -> EncoderWeights:
    """The weights in a graph.  Raises UnknownGraphError."""
    try:
        arrays, attributes = _parts(memoryview(path.read_bytes()))
        return _weights(arrays, int(attributes["num_heads"]), float(attributes["epsilon"]))
    except (KeyError, ValueError, IndexError, TypeError, StopIteration, struct.error) as error:
        raise UnknownGraphError(f"{path}: {error!r}") from error


def packed(codes: NDArray[np.int8], lanes: int) -> NDArray[np.int8]:
    """A matrix (inputs, outputs) as (outputs / lanes, inputs / 4, lanes, 4), for the kernel."""
    inputs, outputs = codes.shape
    blocks = codes.reshape(inputs // STEP, STEP, outputs // lanes, lanes)
    return np.ascontiguousarray(blocks.transpose(2, 0, 3, 1))


def fits_deep(blocks: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Of each packed block, whether four products of pairs always fit into 16 bits.

    AVX2 adds the products of two neighbouring bytes in 16 bits, of unsigned bytes up to 127 here.
    The sum stays within 127 times the positive weights, and the negative ones.
    """
    count, steps, lanes, _ = blocks.shape
    together = blocks.reshape(count, steps // DEPTH, DEPTH, lanes, 2, 2).astype(np.int16)
    above = np.maximum(together, 0).sum(axis=(2, 5))
    below = np.maximum(-together, 0).sum(axis=(2, 5))
    fits: NDArray[np.bool_] = np.maximum(above, below).max(axis=(1, 2, 3)) <= MOST_SUM
    return fits


def dense_weights(codes: NDArray[np.int8], steps: Floats, bias: Floats) -> DenseWeights:
    """The matrix, if the kernel can multiply it.  Raises ValueError."""
    if codes.shape[0] % WIDTH or codes.shape[1] % WIDTH:
        raise ValueError(f"a matrix of {codes.shape}")
    if codes.max(initial=0) > MOST_CODE or codes.min(initial=0) < -MOST_CODE:
        raise ValueError("weights of more than 7 bits")
    return DenseWeights(codes, steps, bias)


def _weights(arrays: Arrays, heads: int, epsilon: float) -> EncoderWeights:
    layers: list[LayerWeights] = []
    while (prefix := f"encoder.layer.{len(layers)}.") + "attention.self.codes" in arrays:
        layers.append(_layer(arrays, prefix))
    hidden = arrays["positions"].shape[1]
    if not layers or hidden % WIDTH or (hidden // heads) % WIDTH:
        raise ValueError(f"{len(layers)} layers of {hidden}")
    return EncoderWeights(
        arrays["words.codes"].reshape(-1, hidden // 2),
        arrays["words.scales"].astype(np.float32),
        arrays["positions"],
        (arrays["embeddings.LayerNorm.weight"], arrays["embeddings.LayerNorm.bias"]),
        layers,
        heads,
        epsilon,
    )


def _layer(arrays: Arrays, prefix: str) -> LayerWeights:
    def dense(name: str, bias: str) -> DenseWeights:
        return dense_weights(
            arrays[f"{prefix}{name}.codes"],
            arrays[f"{prefix}{name}.steps"],
            arrays[f"{prefix}{bias}"],
        )

    first, second = (f"{prefix}{name}output.LayerNorm." for name in ("attention.", ""))
    return LayerWeights(
        dense("attention.self", "attention.bias"),
        dense("attention.output.dense", "attention.output.dense.bias"),
        dense("intermediate", "intermediate.bias"),
        dense("output.dense", "output.dense.bias"),
        (
            arrays[first + "weight"], arrays[first + "bias"],
            arrays[second + "weight"], arrays[second + "bias"],
        ),
    )  # fmt: skip


def _parts(model: memoryview) -> tuple[Arrays, dict[str, float]]:
    """The graph's constants by name, and its nodes' numbers by name."""
    arrays: Arrays = {}
    attributes: dict[str, float] = {}
    for field, part in _fields(next(value for key, value in _fields(model) if key == GRAPH)):
        if field == INITIALIZER:
            name, array = _tensor(part)
            arrays[name] = array
        elif field == NODE:
            for key, attribute in _fields(part):
                if key == NODE_ATTRIBUTE:
                    attributes |= _attribute(attribute)
    return arrays, attributes


def _tensor(tensor: memoryview) -> tuple[str, NDArray[Any]]:
    dims: list[int] = []
    name, kind, raw = "", 0, memoryview(b"")
    for key, value in _fields(tensor):
        if key == TENSOR_DIMS:
            dims += [value] if isinstance(value, int) else _integers(value)
        elif key == TENSOR_TYPE:
            kind = value
        elif key == TENSOR_NAME:
            name = str(value, "utf-8")
        elif key == TENSOR_RAW:
            raw = value
    array = np.frombuffer(raw, KINDS[kind])
    return name, array if kind == INT4 else array.reshape(dims)


def _attribute(attribute: memoryview) -> dict[str, float]:
    found = dict(_fields(attribute))
    name = str(found[ATTRIBUTE_NAME], "utf-8")
    if ATTRIBUTE_FLOAT in found:
        return {name: struct.unpack("<f", found[ATTRIBUTE_FLOAT])[0]}
    return {name: found[ATTRIBUTE_INT]} if ATTRIBUTE_INT in found else {}


def _fields(message: memoryview) -> Iterator[tuple[int, Any]]:
    """Field numbers and values of a protocol buffer: integers, or the bytes."""
    at = 0
    while at < len(message):
        key, at = _integer(message, at)
        kind = key & 7
        if kind == 0:
            value: Any
            value, at = _integer(message, at)
        else:
            size = {1: 8, 5: 4}.get(kind)
            if size is None:
                size, at = _integer(message, at)
            value, at = message[at : at + size], at + size
        yield key >> 3, value


def _integers(values: memoryview) -> list[int]:
    found, at = [], 0
    while at < len(values):
        value, at = _integer(values, at)
        found.append(value)
    return found


def _integer(message: memoryview, at: int) -> tuple[int, int]:
    """A number in base 128, the least digit first, and where it ends."""
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
