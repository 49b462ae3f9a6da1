"""Rounding weights to few bits."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.export.quantisation import (
    CODE_LIMIT,
    Blocks4,
    dequantise_blocks,
    pack_nibbles,
    quantise_blocks,
    row_scales,
)


def matrix(seed: int, rows: int = 6, columns: int = 96) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.2, (rows, columns)).astype(np.float32)


@given(st.integers(0, 10_000))
def test_blocks_round_to_half_a_step(seed):
    """A weight moves by half a step at most, except where the code 8 would be needed."""
    weights = matrix(seed)
    packed = quantise_blocks(weights)
    steps = np.abs(packed.scales.astype(np.float32)).repeat(32, axis=1)
    moved = np.abs(dequantise_blocks(packed) - weights)
    assert (moved <= 1.01 * steps).all()
    assert (moved <= 0.51 * steps)[packed.codes < 7].all()


@given(st.integers(0, 10_000))
def test_rounded_matrices_come_back_unchanged(seed):
    """Rounding twice is rounding once: a 4-bit base loses nothing."""
    random = np.random.default_rng(seed)
    codes = random.integers(-8, 8, (4, 64)).astype(np.int8)
    codes[:, ::32] = -8  # every block has its furthest weight
    scales = random.normal(0, 0.1, (4, 2)).astype(np.float16)
    weights = dequantise_blocks(Blocks4(codes, scales))
    assert np.array_equal(dequantise_blocks(quantise_blocks(weights)), weights)


def test_zeros_stay_zeros():
    """A block of zeros has the scale 0 and no NaN."""
    assert not dequantise_blocks(quantise_blocks(np.zeros((2, 32), np.float32))).any()


def test_nibbles_are_packed_low_first():
    """Two's complement, the first code in the low half."""
    assert pack_nibbles(np.array([1, -1, -8, 7], np.int8)) == bytes([0xF1, 0x78])


@given(st.integers(0, 10_000))
def test_row_scales_beat_the_widest_weight(seed):
    """The chosen steps leave no more error than steps that reach the widest weight."""
    weights = matrix(seed)

    def error(steps):
        codes = np.clip(np.rint(weights / steps[:, None]), -CODE_LIMIT, CODE_LIMIT)
        return np.square(codes * steps[:, None] - weights).sum(axis=1)

    widest = np.abs(weights).max(axis=1) / CODE_LIMIT
    assert (error(row_scales(weights)) <= error(widest) * 1.0001).all()
