"""The compiled kernel: finds it, binds it, and asks it whether it adds up."""

import ctypes
import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.kernel.build import VARIANTS, library
from models.kernel.weights import (
    DenseWeights,
    EncoderWeights,
    UnknownGraphError,
    fits_deep,
    packed,
    read_weights,
)

LOG: Final = logging.getLogger(__name__)
ALIGN: Final = 64
ROWS: Final = 48  # a multiple of the rows that every variant multiplies together
LARGEST_ERROR: Final = 0.05  # of a product, beside its largest value; 7 bits cost about 0.01
Address = ctypes.c_void_p


class _Dense(ctypes.Structure):
    _fields_ = [
        ("inputs", ctypes.c_int32), ("outputs", ctypes.c_int32),
        ("codes", Address), ("deep", Address),
        ("steps", Address), ("sums", Address), ("bias", Address),
    ]  # fmt: skip


class _Norm(ctypes.Structure):
    _fields_ = [("scale", Address), ("bias", Address)]


class _Layer(ctypes.Structure):
    _fields_ = [
        ("projection", _Dense), ("attended", _Dense), ("inner", _Dense), ("outer", _Dense),
        ("first", _Norm), ("second", _Norm),
    ]  # fmt: skip


class _Encoder(ctypes.Structure):
    _fields_ = [
        ("hidden", ctypes.c_int32), ("layers", ctypes.c_int32), ("heads", ctypes.c_int32),
        ("epsilon", ctypes.c_float),
        ("words", Address), ("word_scales", Address), ("positions", Address),
        ("norm", _Norm), ("layer", ctypes.POINTER(_Layer)),
    ]  # fmt: skip


def load_kernel(graph: Path) -> "Kernel | None":
    """The fastest kernel for this machine and an encoder's graph.

    None if nothing was compiled for this machine, or the graph is of another kind.
    """
    for path in filter(Path.exists, map(library, VARIANTS)):
        try:
            bound = ctypes.CDLL(str(path))
        except OSError as error:
            LOG.warning("%s cannot be loaded (%s)", path, error)
            continue
        if not bound.runs_here():
            continue
        try:
            kernel = Kernel(bound, read_weights(graph))
        except UnknownGraphError as error:
            LOG.info("ONNX Runtime computes this graph: %s", error)
            return None
        if kernel.adds_up():
            return kernel
        LOG.warning("%s computes wrongly on this machine and is left out", path)
    return None


class Kernel:
    """An encoder on the compiled kernel.  Safe to call from several threads."""

    def __init__(self, library: ctypes.CDLL, weights: EncoderWeights) -> None:
        self._library = library
        self._library.spare_bytes.restype = ctypes.c_size_t
        self._kept: list[NDArray[Any]] = []
        self.dimension: int = weights.positions.shape[1]
        self._pieces = len(weights.words)
        self._first = weights.layers[0].projection
        self._places = len(weights.positions)
        layers = (_Layer * len(weights.layers))(
            *(
                _Layer(
                    *map(self._dense, (one.projection, one.attended, one.inner, one.outer)),
                    self._norm(*one.norms[:2]),
                    self._norm(*one.norms[2:]),
                )
                for one in weights.layers
            )
        )
        self._encoder = _Encoder(
            self.dimension, len(weights.layers), weights.heads, weights.epsilon,
            self._at(weights.words), self._at(weights.word_scales), self._at(weights.positions),
            self._norm(*weights.norm), layers,
        )  # fmt: skip
        self._own = threading.local()

    def states(self, rows: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """The last layer's states of all tokens, one text after the other: (tokens, dimension)."""
        ids = np.concatenate([np.asarray(row, np.int64) for row in rows])
        starts = np.zeros(len(rows) + 1, np.int32)
        np.cumsum([len(row) for row in rows], out=starts[1:])
        longest = max(map(len, rows))
        if longest > self._places or ids.max() >= self._pieces or ids.min() < 0:
            raise ValueError("a token or a place that the encoder does not know")
        states = np.empty((len(ids), self.dimension), np.float32)
        self._library.encode(
            ctypes.byref(self._encoder), self._pointer(ids), self._pointer(starts), len(rows),
            self._pointer(states), self._pointer(self._spare(len(ids), longest)),
        )  # fmt: skip
        return states

    def product(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Rows, a multiple of 48 of them, times the first layer's projection."""
        first = self._encoder.layer[0].projection
        found = np.empty((len(rows), first.outputs), np.float32)
        self._library.product(
            ctypes.byref(first), self._pointer(rows), len(rows),
            self._pointer(found), self._pointer(self._spare(len(rows), 1)),
        )  # fmt: skip
        return found

    def adds_up(self) -> bool:
        """Whether such a product comes out as NumPy says."""
        rows = np.random.default_rng(1).normal(size=(ROWS, self.dimension)).astype(np.float32)
        expected = rows @ (self._first.codes * self._first.steps) + self._first.bias
        error: float = np.abs(self.product(rows) - expected).max()
        return error < LARGEST_ERROR * float(np.abs(expected).max())

    def _spare(self, tokens: int, longest: int) -> NDArray[np.uint8]:
        """Room for this thread, kept between calls."""
        needed = self._library.spare_bytes(ctypes.byref(self._encoder), tokens, longest) + ALIGN
        spare: NDArray[np.uint8] | None = getattr(self._own, "spare", None)
        if spare is None or len(spare) < needed:
            spare = np.zeros(needed, np.uint8)
            self._own.spare = spare
        return spare[-spare.ctypes.data % ALIGN :]

    def _dense(self, weights: DenseWeights) -> _Dense:
        blocks = packed(weights.codes, self._library.lanes())
        deep = fits_deep(blocks).astype(np.uint8)
        sums = weights.codes.sum(axis=0).astype(np.float32)
        return _Dense(
            *weights.codes.shape,
            *map(self._at, (blocks, deep, weights.steps, sums, weights.bias)),
        )

    def _norm(self, scale: NDArray[np.float32], bias: NDArray[np.float32]) -> _Norm:
        return _Norm(self._at(scale), self._at(bias))

    def _at(self, array: NDArray[Any]) -> Any:  # noqa: ANN401 - ctypes
        """Where the array lies; it is kept for as long as the kernel."""
        array = np.ascontiguousarray(array)
        self._kept.append(array)
        return self._pointer(array)

    @staticmethod
    def _pointer(array: NDArray[Any]) -> Any:  # noqa: ANN401 - ctypes
        return Address(array.ctypes.data)
