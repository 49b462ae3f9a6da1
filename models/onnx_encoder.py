"""The default backend: a packed ONNX graph (models/export/graph.py) on CPU threads."""

import ctypes
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.encoder import readable, token_batches, unit_rows
from schemas.errors import ModelError

BATCH_TOKENS: Final = 512
"""Tokens that go through the layers together: few enough to stay in a core's cache."""
GRAPH: Final = "encoder.onnx"
TOKENIZER: Final = "tokenizer.json"


class OnnxEncoder:
    """Encodes with ONNX Runtime; each thread carries one batch through all layers.

    folder: holds the graph and the tokenizer.  prefix: stands before every text.
    threads: batches at a time; None for one per core that this process may use.
    Safe to call from several threads.
    """

    def __init__(
        self, folder: Path, *, prefix: str, max_tokens: int, threads: int | None = None
    ) -> None:
        self.name = f"onnx:{folder.name}"
        self._prefix = prefix
        self._max_tokens = max_tokens
        self._tokenizer = load_tokenizer(folder / TOKENIZER, max_tokens=max_tokens)
        self._session = _session(folder / GRAPH)
        _return_freed_memory()
        self.dimension: int = self._session.get_outputs()[0].shape[-1]
        self._pool = ThreadPoolExecutor(threads or usable_cores(), thread_name_prefix="encode")

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embeddings, as models.encoder.Encoder says."""
        prefixed = [self._prefix + readable(text, max_tokens=self._max_tokens) for text in texts]
        rows = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(prefixed)]
        embeddings = np.empty((len(rows), self.dimension), np.float32)

        def fill(batch: list[int]) -> None:
            embeddings[batch] = self._encode_batch([rows[row] for row in batch])

        batches = token_batches([len(row) for row in rows], budget=BATCH_TOKENS)
        for _ in self._pool.map(fill, batches):
            pass  # an exception in a thread is raised here
        return embeddings

    def _encode_batch(self, rows: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        feed = packed_inputs(rows)
        tokens: NDArray[np.float32] = self._session.run(None, feed)[0]
        lengths = feed["lengths"]
        starts = np.cumsum(lengths) - lengths
        return unit_rows(np.add.reduceat(tokens, starts, axis=0) / lengths[:, None])


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


def _session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # One thread a run: nothing spins while another process needs the core, and batches scale
    # over the cores better than single operators do.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library has no public error class
        raise ModelError(f"{path} cannot be loaded ({error}); export it again") from error


def _return_freed_memory() -> None:
    """Give back what unpacking the weights took: glibc would keep 500 MB of it."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
