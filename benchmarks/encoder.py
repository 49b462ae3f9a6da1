"""Posts a second of the shipped encoder, beside plain loops: `python -m benchmarks.encoder`.

The plain loops run the shipped graph on ONNX Runtime with the same posts: post by post, and in
batches of 32 padded to their longest post.  With `--base FOLDER`, a Hugging Face encoder such as
multilingual-e5-small, and torch installed, what a user would otherwise run comes first, and the
ratios refer to it, with `--vllm URL` a server of it as well; where torch sees a GPU, the GPU's
rates follow (benchmarks/cuda.py).  The posts are the demonstration's, or with `--texts FILE` one a
line.  With `--one-core-taken` another process keeps a core busy meanwhile.
"""

import argparse
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.cuda import cuda_table
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
from models.vllm_encoder import VllmEncoder

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


class TransformersLoop:
    """An encoder as its model card shows it: float32, batches of 32 padded to their longest."""

    def __init__(self, folder: Path, *, max_tokens: int) -> None:
        from transformers import AutoModel, AutoTokenizer

        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._model = AutoModel.from_pretrained(folder).eval()
        self._max_tokens = max_tokens

    def encode(self, texts: Sequence[str]) -> Floats:
        """Embeddings of the texts, in order: shape (n, dimension)."""
        import torch

        parts = []
        for start in range(0, len(texts), PLAIN_BATCH):
            batch = self._tokenizer(
                ["query: " + text for text in texts[start : start + PLAIN_BATCH]],
                padding=True,
                truncation=True,
                max_length=self._max_tokens,
                return_tensors="pt",
            )
            with torch.inference_mode():
                states = self._model(**batch).last_hidden_state
            is_token = batch["attention_mask"][..., None]
            parts.append(((states * is_token).sum(1) / is_token.sum(1)).numpy())
        return unit_rows(np.concatenate(parts))


def ways_otherwise(base: Path, vllm: str | None) -> dict[str, Way]:
    """What a user would run with transformers, torch and vLLM, the plainest first."""
    from models.torch_encoder import TorchEncoder

    manifest, _ = read_manifest(SHIPPED)
    found: dict[str, Way] = {
        "transformers, float32, padded batches of 32": TransformersLoop(
            base, max_tokens=manifest.max_tokens
        ).encode,
        "torch, float32, packed": TorchEncoder(
            base, prefix=manifest.prefix, max_tokens=manifest.max_tokens, device="cpu"
        ).encode,
    }
    if vllm:
        found["vLLM server"] = VllmEncoder(
            [vllm], prefix=manifest.prefix, max_tokens=manifest.max_tokens
        ).encode
    return found


def ways() -> dict[str, Way]:
    """What is measured, by name; the first one is what the ratios refer to."""
    manifest, _ = read_manifest(SHIPPED)
    cores = usable_cores()

    def shipped(threads: int) -> Way:
        return OnnxEncoder(
            SHIPPED, prefix=manifest.prefix, max_tokens=manifest.max_tokens, threads=threads
        ).encode

    def without_kernel(threads: int) -> Way:
        return OnnxEncoder(
            SHIPPED,
            prefix=manifest.prefix,
            max_tokens=manifest.max_tokens,
            threads=threads,
            compiled=False,
        ).encode

    found = {
        "post by post, 1 thread": PlainLoop(SHIPPED, threads=1, batch=1).encode,
        f"padded batches of {PLAIN_BATCH}, 1 thread": PlainLoop(
            SHIPPED, threads=1, batch=PLAIN_BATCH
        ).encode,
        "shipped encoder on ONNX Runtime, 1 thread": without_kernel(1),
        "shipped encoder, 1 thread": shipped(1),
    }
    if cores > 1:
        found |= {
            f"post by post, {cores} threads": PlainLoop(SHIPPED, threads=cores, batch=1).encode,
            f"padded batches of {PLAIN_BATCH}, {cores} threads": PlainLoop(
                SHIPPED, threads=cores, batch=PLAIN_BATCH
            ).encode,
            f"shipped encoder on ONNX Runtime, {cores} threads": without_kernel(cores),
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
    parser.add_argument("--base", type=Path, help="a Hugging Face encoder to compare with")
    parser.add_argument("--vllm", metavar="URL", help="a vLLM server of that encoder, as well")
    parser.add_argument("--texts", type=Path, help="a file of posts, one a line")
    parser.add_argument("--one-core-taken", action="store_true", help="by another process")
    asked = parser.parse_args()
    known = (
        asked.texts.read_text(encoding="utf-8").splitlines()
        if asked.texts
        else [post.text for post in demo_posts()]
    )
    texts = random.Random(1).sample(known, min(asked.posts, len(known)))
    otherwise = ways_otherwise(asked.base, asked.vllm) if asked.base else {}
    with busy_core() if asked.one_core_taken else nullcontext():
        compare(texts, otherwise, asked.rounds)
    if asked.base:
        manifest, _ = read_manifest(SHIPPED)
        told = cuda_table(asked.base, texts, prefix=manifest.prefix, max_tokens=manifest.max_tokens)
        if told:
            Console().print(told)


@contextmanager
def busy_core() -> Iterator[None]:
    """Another process that counts on the first core that this one may use."""
    core = min(os.sched_getaffinity(0))
    command = f"import os; os.sched_setaffinity(0, [{core}])\nwhile True: pass"
    with subprocess.Popen([sys.executable, "-c", command]) as other:
        try:
            yield
        finally:
            other.kill()


def compare(texts: Sequence[str], otherwise: dict[str, Way], count: int) -> None:
    """Measure every way `count` times in turn, and print the medians."""
    shipped = ways()
    measured = {**otherwise, **shipped}
    first = next(iter(shipped.values()))(texts[:200])
    for way in shipped.values():
        # Each rounds in its own way; a wrong answer is far from all others.
        assert (first * way(texts[:200])).sum(axis=1).mean() > 0.98, "the ways differ"
    rounds = [{name: measure(way, texts) for name, way in measured.items()}
              for _ in range(count)]  # fmt: skip
    table = Table("way", "posts/s", "ratio", "posts a CPU second", "ratio")
    rates = {
        name: [median(each[name][at] for each in rounds) for at in (0, 1)] for name in measured
    }
    base, base_by_cpu = next(iter(rates.values()))
    for name, (rate, by_cpu) in rates.items():
        ratio, ratio_by_cpu = f"{rate / base:.2f}", f"{by_cpu / base_by_cpu:.2f}"
        table.add_row(name, f"{rate:,.0f}", ratio, f"{by_cpu:,.0f}", ratio_by_cpu)
    Console().print(table)


if __name__ == "__main__":
    main()
