"""Weights in few bits: 4-bit blocks for storage, whole int8 rows for arithmetic."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

BLOCK: Final = 32  # weights that share one 4-bit scale
CODE_LIMIT: Final = 63
"""Largest int8 code of a weight: 7 bits.

Without VNNI, x86 adds two products of an unsigned and a signed byte in 16 bits:
2 x 255 x 63 fits, 2 x 255 x 127 would saturate and change the answer.
"""
SHRINKS: Final = (1.0, 0.95, 0.9, 0.85, 0.8, 0.7)

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Blocks4:
    """A matrix in 4 bits: weight = code x scale of its block of 32 along the last axis.

    codes: int8 within [-8, 7], shape (rows, columns).  scales: float16, (rows, columns / 32).
    """

    codes: NDArray[np.int8]
    scales: NDArray[np.float16]


def quantise_blocks(weights: Floats) -> Blocks4:
    """Round a matrix to 4-bit blocks; the weight furthest from zero in a block gets code -8.

    weights: shape (rows, columns), columns a multiple of 32.  A matrix that was rounded in this
    way before comes back unchanged.
    """
    rows, columns = weights.shape
    blocks = weights.reshape(rows, columns // BLOCK, BLOCK)
    furthest = np.abs(blocks).argmax(axis=2, keepdims=True)
    scales = (np.take_along_axis(blocks, furthest, 2)[..., 0] / -8).astype(np.float16)
    divisor = scales.astype(np.float32)[..., None]
    codes = np.rint(np.divide(blocks, divisor, out=np.zeros_like(blocks), where=divisor != 0))
    return Blocks4(np.clip(codes, -8, 7).astype(np.int8).reshape(rows, columns), scales)


def dequantise_blocks(packed: Blocks4) -> Floats:
    """The matrix that the blocks stand for, float32."""
    rows, columns = packed.codes.shape
    blocks = packed.codes.reshape(rows, columns // BLOCK, BLOCK).astype(np.float32)
    weights: Floats = (blocks * packed.scales.astype(np.float32)[..., None]).reshape(rows, columns)
    return weights


def pack_nibbles(codes: NDArray[np.int8]) -> bytes:
    """Codes within [-8, 7] as ONNX's INT4 lays them: two to a byte, the first one low."""
    nibbles = (codes.reshape(-1) & 15).astype(np.uint8)
    return (nibbles[0::2] | (nibbles[1::2] << 4)).tobytes()


def unpack_nibbles(packed: bytes) -> NDArray[np.int8]:
    """The codes that `pack_nibbles` packed, shape (2 x bytes,)."""
    nibbles = np.frombuffer(packed, np.uint8)
    codes: NDArray[np.int8] = (
        np.stack([nibbles & 15, nibbles >> 4], axis=1).reshape(-1).astype(np.int8)
    )
    codes[codes > 7] -= 16
    return codes


def row_scales(weights: Floats) -> Floats:
    """The int8 step of each output row that leaves the least squared error.

    weights: shape (outputs, inputs).  Returns float32, shape (outputs,).
    """
    widest = np.abs(weights).max(axis=1) / CODE_LIMIT
    best: Floats = np.maximum(widest, np.finfo(np.float32).tiny).astype(np.float32)
    least = np.full(len(weights), np.inf)
    for shrink in SHRINKS:
        steps = np.maximum(widest * shrink, np.finfo(np.float32).tiny)[:, None]
        rounded = np.clip(np.rint(weights / steps), -CODE_LIMIT, CODE_LIMIT) * steps
        errors = np.square(rounded - weights).sum(axis=1)
        best[errors < least] = steps[errors < least, 0]
        least = np.minimum(errors, least)
    return best


def row_codes(weights: Floats, steps: Floats) -> NDArray[np.int8]:
    """The int8 codes of a matrix whose rows have these steps; shape (outputs, inputs)."""
    codes: NDArray[np.int8] = np.clip(
        np.rint(weights / steps[:, None]), -CODE_LIMIT, CODE_LIMIT
    ).astype(np.int8)
    return codes
