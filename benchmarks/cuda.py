"""What a GPU makes of an encoder: a part of `python -m benchmarks.encoder --base FOLDER`.

Three rates of the same posts: from text to embeddings, the layers alone on token numbers that are
there already, and the tokeniser alone. While the layers' rate is below the tokeniser's, the latter
never starves them. The share of the peak counts the layers' products, not what goes around them.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Final

from rich.table import Table

from models.encoder import as_read, token_batches
from models.onnx_encoder import load_tokenizer, usable_cores

# Dense bfloat16 products a second, as their maker states them, by a part of the card's name.
PEAK_FLOPS: Final = {"H100": 989e12, "H200": 989e12, "A100": 312e12, "L40S": 362e12, "L4": 121e12}
_ROUNDS: Final = 5


def cuda_table(base: Path, texts: Sequence[str], *, prefix: str, max_tokens: int) -> Table | None:
    """The table, None where torch sees no GPU."""
    import torch

    if not torch.cuda.is_available():
        return None
    from models.torch_encoder import BATCH_TOKENS, TorchEncoder

    card = torch.cuda.get_device_name()
    peak = next((flops for name, flops in PEAK_FLOPS.items() if name in card), None)
    encoder = TorchEncoder(base, prefix=prefix, max_tokens=max_tokens, device="cuda")
    tokenizer = load_tokenizer(base / "tokenizer.json", max_tokens=max_tokens)
    prefixed = as_read(texts, prefix=prefix, max_tokens=max_tokens)
    rows = [encoding.ids for encoding in tokenizer.encode_batch_fast(prefixed)]
    lengths = [len(row) for row in rows]
    batches = [
        [rows[row] for row in batch]
        for batch in token_batches(lengths, budget=BATCH_TOKENS["cuda"])
    ]

    def layers_alone() -> None:
        for batch in batches:
            encoder.layers.states(batch)
        torch.cuda.synchronize()

    tokens = sum(lengths)
    work = _products(base, lengths)
    table = Table(f"{card}, {usable_cores()} cores", "posts/s", "tokens/s", "share of the peak")
    ways: dict[str, tuple[Callable[[], object], bool]] = {
        "text to embeddings": (lambda: encoder.encode(texts), True),
        f"layers alone, {type(encoder.layers).__name__}": (layers_alone, True),
        "tokeniser alone": (lambda: tokenizer.encode_batch_fast(prefixed), False),
    }
    for name, (way, computes) in ways.items():
        way()
        taken_s = median(_seconds(way) for _ in range(_ROUNDS))
        share = f"{work / taken_s / peak:.1%}" if computes and peak else ""
        table.add_row(name, f"{len(texts) / taken_s:,.0f}", f"{tokens / taken_s:,.0f}", share)
    return table


def _products(base: Path, lengths: Sequence[int]) -> float:
    """Floating-point operations of all products: two a weight and token, and attention's."""
    import torch
    from transformers import AutoModel

    model = AutoModel.from_pretrained(str(base), local_files_only=True)
    inner = [
        part.weight.numel()
        for name, part in model.named_modules()
        if isinstance(part, torch.nn.Linear) and "pooler" not in name
    ]
    attended = 4 * model.config.num_hidden_layers * model.config.hidden_size
    return float(
        2 * sum(inner) * sum(lengths) + attended * sum(length * length for length in lengths)
    )


def _seconds(way: Callable[[], object]) -> float:
    start_s = time.perf_counter()
    way()
    return time.perf_counter() - start_s
