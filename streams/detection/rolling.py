"""Sums over the last minutes, on several time scales at once, in constant work a step."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from streams.detection.columns import Columns, Flags, Floats, Wholes


@dataclass(slots=True)
class RollingSums(Columns):
    """What the last rows held and its sums.

    ring: shape (channels, rows, series), single precision. sums: shape (channels, scales, series).
    at: the next place in the ring, shape (series,). lengths: rows of each scale, (scales, series).
    """

    ring: NDArray[np.float32]
    sums: Floats
    at: Wholes
    lengths: Wholes

    @classmethod
    def empty(cls, *, channels: int, lengths: list[int], series: int) -> Self:
        """Nothing seen yet."""
        rows, scales = max(lengths), len(lengths)
        return cls(
            ring=np.zeros((channels, rows, series), dtype=np.float32),
            sums=np.zeros((channels, scales, series)),
            at=np.zeros(series, dtype=np.int64),
            lengths=np.repeat(np.array(lengths)[:, None], series, axis=1),
        )

    def push(self, values: Floats) -> None:
        """Add one row, shape (channels, series), and let the oldest of each scale go."""
        columns = np.arange(self.at.size)
        new = values.astype(np.float32)
        rows = self.ring.shape[1]
        leaving = self.ring[:, (self.at - self.lengths) % rows, columns]
        self.sums += new[:, None, :].astype(np.float64) - leaving
        self.ring[:, self.at, columns] = new
        self.at = (self.at + 1) % rows

    def skip(self, chosen: Wholes, count: Wholes) -> None:
        """Let `count` rows pass of which nothing is known, in the chosen series only."""
        rows = self.ring.shape[1]
        at = (self.at[chosen] + count) % rows
        age = (at[None, :] - 1 - np.arange(rows)[:, None]) % rows
        ring = np.where(age < np.minimum(count, rows), np.float32(0), self.ring[:, :, chosen])
        for scale, length in enumerate(self.lengths[:, chosen]):
            # Added up in order: `sum` would round otherwise where a series is alone.
            sums = np.where(age < length, ring, 0).cumsum(1, dtype=np.float64)[:, -1]
            self.sums[:, scale, chosen] = sums
        self.ring[:, :, chosen] = ring
        self.at[chosen] = at

    def clear(self, chosen: Flags) -> None:
        """Forget everything of the chosen series."""
        self.ring[:, :, chosen] = 0
        self.sums[:, :, chosen] = 0
