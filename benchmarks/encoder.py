"""Posts a second of the shipped encoder, beside plain loops: `python -m benchmarks.encoder`.

All ways run the same graph on the same posts of the demonstration; the loops are what one writes
first: post by post, and batches of 32 padded to their longest post.
"""

import argparse
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from compose.demo.posts import demo_posts
from models.encoder import unit_rows
from models.manifest import read_manifest
from models.onnx_encoder import (
    GRAPH,
    TOKENIZER,
    OnnxEncoder,
    load_tokenizer,
    packed_inputs,
    usable_cores,
)
from models.scorer import SHIPPED

PLAIN_BATCH = 32
Floats = NDArray[np.float32]
Way = Callable[[Sequence[str]], Floats]


class PlainLoop:
    """ONNX Runtime as its guide shows it: one session with its own threads, batch after batch."""

    def __init__(self, folder: Path, *, threads: int, batch: int) -> None:
        manifest, _ = read_manifest(folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(
            str(folder / GRAPH), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = load_tokenizer(folder / TOKENIZER, max_tokens=manifest.max_tokens)
        self._prefix = manifest.prefix
        self._batch = batch

    def encode(self, texts: Sequence[str]) -> Floats:
        """Embeddings of the texts, in order: shape (n, dimension)."""
        parts = [
            self._encode_batch(texts[start : start + self._batch])
            for start in range(0, len(texts), self._batch)
        ]
        return np.concatenate(parts)

    def _encode_batch(self, texts: Sequence[str]) -> Floats:
        encodings = self._tokenizer.encode_batch([self._prefix + text for text in texts])
        rows = [encoding.ids for encoding in encodings]
        lengths = np.array([len(row) for row in rows], np.int32)
        longest = int(lengths.max())
        feed = packed_inputs([[*row, *[0] * (longest - len(row))] for row in rows])
        # Padding goes through the layers as words do; attention and mean leave it out.
        hidden: Any = self._session.run(None, {**feed, "lengths": lengths})[0]
        hidden = hidden.reshape(len(rows), longest, -1)
        is_token = (np.arange(longest) < lengths[:, None])[..., None]
        return unit_rows((hidden * is_token).sum(axis=1) / lengths[:, None])


def ways() -> dict[str, Way]:
    """What is measured, by name; the first one is what the ratios refer to."""
    manifest, _ = read_manifest(SHIPPED)
    cores = usable_cores()

    def shipped(threads: int) -> Way:
        return OnnxEncoder(
            SHIPPED, prefix=manifest.prefix, max_tokens=manifest.max_tokens, threads=threads
        ).encode

    found = {
        "post by post, 1 thread": PlainLoop(SHIPPED, threads=1, batch=1).encode,
        f"padded batches of {PLAIN_BATCH}, 1 thread": PlainLoop(
            SHIPPED, threads=1, batch=PLAIN_BATCH
        ).encode,
        "shipped encoder, 1 thread": shipped(1),
    }
    if cores > 1:
        found |= {
            f"post by post, {cores} threads": PlainLoop(SHIPPED, threads=cores, batch=1).encode,
            f"padded batches of {PLAIN_BATCH}, {cores} threads": PlainLoop(
                SHIPPED, threads=cores, batch=PLAIN_BATCH
            ).encode,
            f"shipped encoder, {cores} threads": shipped(cores),
        }
    return found


def measure(way: Way, texts: Sequence[str]) -> tuple[float, float]:
    """Texts a second, and texts for each second of CPU, which other programs hardly disturb."""
    start_s, start_cpu_s = time.perf_counter(), time.process_time()
    way(texts)
    taken_s, taken_cpu_s = time.perf_counter() - start_s, time.process_time() - start_cpu_s
    return len(texts) / taken_s, len(texts) / taken_cpu_s


def main() -> None:
    """Measure in turn, for what else the machine does changes with the minutes; print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=600, help="posts to encode each time")
    parser.add_argument("--rounds", type=int, default=3, help="the median of them is reported")
    asked = parser.parse_args()
    texts = [post.text for post in random.Random(1).sample(demo_posts(), asked.posts)]
    measured = ways()
    first = next(iter(measured.values()))(texts[:200])
    for way in measured.values():
        assert (first * way(texts[:200])).sum(axis=1).min() > 0.999, "the ways differ"
    rounds = [{name: measure(way, texts) for name, way in measured.items()}
              for _ in range(asked.rounds)]  # fmt: skip
    table = Table("way", "posts/s", "ratio", "posts a CPU second")
    base = median(each[next(iter(measured))][0] for each in rounds)
    for name in measured:
        rate = median(each[name][0] for each in rounds)
        by_cpu = median(each[name][1] for each in rounds)
        table.add_row(name, f"{rate:,.0f}", f"{rate / base:.2f}", f"{by_cpu:,.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
