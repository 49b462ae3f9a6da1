"""Whether half as precise is faster here."""

import time
from typing import Final

import torch

_ROWS: Final = 1024
_WIDTHS: Final = (384, 1536)
_TRIES: Final = 5


def bfloat16_pays() -> bool:
    """Whether products are faster in bfloat16 than in float32: some CPUs only emulate them."""
    if torch.accelerator.is_available():
        on_cuda = torch.cuda.is_available()
        return bool(on_cuda and torch.cuda.is_bf16_supported(including_emulation=False))
    return _product_s(torch.bfloat16) < _product_s(torch.float32)


def _product_s(kind: torch.dtype) -> float:
    """Seconds of a layer's product, the fastest of some."""
    left, right = (torch.ones(shape, dtype=kind) for shape in ((_ROWS, _WIDTHS[0]), _WIDTHS))
    times = []
    for _ in range(_TRIES):
        begin = time.perf_counter()
        _ = left @ right
        times.append(time.perf_counter() - begin)
    return min(times)
