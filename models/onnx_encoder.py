"""The default backend: a packed ONNX graph (models/export/graph.py) on CPU threads.

The compiled kernel (models/kernel) computes it where there is one for the machine, else ONNX
Runtime.
"""

import ctypes
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.encoder import Encoding, as_read, token_batches, unit_rows
from models.kernel.library import load_kernel
from schemas.errors import ModelError

BATCH_TOKENS: Final = 512
"""Tokens that go through the layers together: few enough to stay in a core's cache."""
GRAPH: Final = "encoder.onnx"
TOKENIZER: Final = "tokenizer.json"

# What becomes of a batch: its rows, their states one text after the other, and where each begins.
Fill = Callable[[list[int], NDArray[np.float32], NDArray[np.int64]], None]


class Layers(Protocol):
    """Computes an encoder's layers."""

    @property
    def dimension(self) -> int:
        """Numbers in a state."""

    def states(self, rows: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """The last layer's states of all tokens, one text after the other: (tokens, dimension)."""


class OnnxEncoder:
    """Encodes a graph; each thread carries one batch through all layers.

    folder: holds the graph and the tokenizer.  prefix: stands before every text.
    threads: batches at a time; None for one per core that this process may use.
    compiled: whether the kernel may compute, where there is one for the graph and the machine.
    Safe to call from several threads.
    """

    def __init__(
        self,
        folder: Path,
        *,
        prefix: str,
        max_tokens: int,
        threads: int | None = None,
        compiled: bool = True,
    ) -> None:
        self.name = f"onnx:{folder.name}"
        self._prefix = prefix
        self._max_tokens = max_tokens
        self._tokenizer = load_tokenizer(folder / TOKENIZER, max_tokens=max_tokens)
        graph = folder / GRAPH
        kernel = load_kernel(graph) if compiled and graph.exists() else None
        self._layers: Layers = kernel or RuntimeLayers(graph)
        _return_freed_memory()
        self.gives_states = True
        self.dimension = self._layers.dimension
        self._pool = ThreadPoolExecutor(threads or usable_cores(), thread_name_prefix="encode")

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embeddings, as models.encoder.Encoder says."""
        # The fast way leaves out the offsets.
        prefixed = as_read(texts, prefix=self._prefix, max_tokens=self._max_tokens)
        tokens = self._tokenizer.encode_batch_fast(prefixed)
        rows = [encoding.ids for encoding in tokens]
        embeddings = np.empty((len(rows), self.dimension), np.float32)

        def fill(batch: list[int], states: NDArray[np.float32], starts: NDArray[np.int64]) -> None:
            embeddings[batch] = _means(states, starts)

        self._in_batches(rows, fill)
        return embeddings

    def read(self, texts: Sequence[str]) -> Encoding:
        """States, as models.encoder.Encoder says."""
        prefixed = as_read(texts, prefix=self._prefix, max_tokens=self._max_tokens)
        tokens = self._tokenizer.encode_batch(prefixed)
        embeddings = np.empty((len(tokens), self.dimension), np.float32)
        found: list[NDArray[np.float32]] = [embeddings] * len(tokens)

        def fill(batch: list[int], states: NDArray[np.float32], starts: NDArray[np.int64]) -> None:
            embeddings[batch] = _means(states, starts)
            for row, part in zip(batch, np.split(states, starts[1:]), strict=True):
                found[row] = part

        self._in_batches([encoding.ids for encoding in tokens], fill)
        return Encoding(embeddings, prefixed, found, [encoding.offsets for encoding in tokens])

    def _in_batches(self, rows: Sequence[Sequence[int]], fill: Fill) -> None:
        def run(batch: list[int]) -> None:
            of_batch = [rows[row] for row in batch]
            lengths = np.array([len(row) for row in of_batch], np.int64)
            fill(batch, self._layers.states(of_batch), np.cumsum(lengths) - lengths)

        for _ in self._pool.map(run, token_batches(list(map(len, rows)), budget=BATCH_TOKENS)):
            pass  # an exception in a thread is raised here


def _means(states: NDArray[np.float32], starts: NDArray[np.int64]) -> NDArray[np.float32]:
    """Unit vectors along the mean state of each text; the sum points there as well."""
    return unit_rows(np.add.reduceat(states, starts, axis=0))


def packed_inputs(rows: Sequence[Sequence[int]]) -> dict[str, NDArray[Any]]:
    """The graph's inputs for the token numbers of some texts; models/export/graph.py names them."""
    lengths = np.array([len(row) for row in rows], np.int32)
    places = np.arange(lengths.max(), dtype=np.int64)
    is_token = places < lengths[:, None]
    tokens = int(lengths.sum())
    pad_index = np.zeros(is_token.shape, np.int64)
    pad_index[is_token] = np.arange(tokens)
    return {
        "input_ids": np.concatenate([np.asarray(row, np.int64) for row in rows]),
        "position_ids": np.broadcast_to(places, is_token.shape)[is_token],
        "pad_index": pad_index,
        "unpad_index": np.flatnonzero(is_token).astype(np.int64),
        "lengths": lengths,
    }


def load_tokenizer(path: Path, *, max_tokens: int) -> Tokenizer:
    """A `tokenizer.json`, set to cut at max_tokens and not to pad.  Raises ModelError."""
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare Exception
        raise ModelError(f"{path} is not a tokenizer.json ({error}); export it again") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


def usable_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class RuntimeLayers:
    """The graph on ONNX Runtime, one thread a call."""

    def __init__(self, path: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # One thread a run: nothing spins while another process needs the core, and batches scale
        # over the cores better than single operators do.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        providers = ["CPUExecutionProvider"]
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=providers)
        except Exception as error:  # the library has no public error class
            raise ModelError(f"{path} cannot be loaded ({error}); export it again") from error
        self.dimension: int = self._session.get_outputs()[0].shape[-1]

    def states(self, rows: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """As Layers says."""
        states: NDArray[np.float32] = self._session.run(None, packed_inputs(rows))[0]
        return states


def _return_freed_memory() -> None:
    """Give back what unpacking the weights took: glibc would keep 500 MB of it."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
