"""State that is arrays with one column a series: copied, cut, joined and stored alike."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import Any, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Wholes = NDArray[np.int64]
Flags = NDArray[np.bool_]


def within(values: Floats, least: float | Floats, most: float | Floats) -> Floats:
    """`values` kept between two bounds; np.clip does the same in thrice the time."""
    return np.asarray(np.minimum(np.maximum(values, least), most))


class PackedArray(msgspec.Struct, frozen=True, array_like=True):
    """One array as stored: numpy's name of its type, its shape and its bytes, little-endian."""

    kind: str
    shape: tuple[int, ...]
    content: bytes


@dataclass(slots=True)
class Columns:
    """A part of the detector's state. Every field is an array whose last axis is the series."""

    def take(self, chosen: Wholes) -> Self:
        """A copy of the chosen series' columns, in that order."""
        return type(self)(**{name: array[..., chosen] for name, array in self._arrays()})

    def put(self, chosen: Wholes, part: Self) -> None:
        """Write `part`, which has one column for each chosen series, back to these series."""
        for (_, array), (_, new) in zip(self._arrays(), part._arrays(), strict=True):
            array[..., chosen] = new

    def joined(self, other: Self) -> Self:
        """These series and after them the other's."""
        pairs = zip(self._arrays(), other._arrays(), strict=True)
        return type(self)(**{name: np.concatenate((a, b), axis=-1) for (name, a), (_, b) in pairs})

    def pack(self) -> dict[str, PackedArray]:
        """The arrays by name, for storage."""
        return {
            name: PackedArray(array.dtype.str, array.shape, array.tobytes())
            for name, array in self._arrays()
        }

    @classmethod
    def unpack(cls, packed: dict[str, PackedArray]) -> Self:
        """The inverse of `pack`. Raises KeyError or ValueError where a field does not fit."""
        arrays: dict[str, Any] = {}
        for field in fields(cls):
            part = packed[field.name]
            content = np.frombuffer(part.content, dtype=np.dtype(part.kind))
            arrays[field.name] = content.reshape(part.shape).copy()
        return cls(**arrays)

    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return sum(array.nbytes for _, array in self._arrays())

    def _arrays(self) -> list[tuple[str, NDArray[Any]]]:
        return [(field.name, getattr(self, field.name)) for field in fields(self)]


class Parted(ABC):
    """Something whose whole state is named parts of columns: series can be cut and joined."""

    @abstractmethod
    def parts(self) -> dict[str, Columns]:
        """The state, by name."""

    @abstractmethod
    def restore(self, parts: dict[str, Columns]) -> Self:
        """Take the state from parts named as in `parts`; returns itself."""

    @abstractmethod
    def sibling(self, series: int) -> Self:
        """A new one with the same settings that knows nothing of so many series."""

    def take(self, chosen: Wholes) -> Self:
        """One of its own with a copy of the chosen series, in that order."""
        parts = {name: part.take(chosen) for name, part in self.parts().items()}
        return self.sibling(0).restore(parts)

    def put(self, chosen: Wholes, other: Self) -> None:
        """Write back what `take` gave."""
        parts = other.parts()
        for name, part in self.parts().items():
            part.put(chosen, parts[name])

    def grow(self, count: int) -> None:
        """Add so many series of which nothing is known, after the present ones."""
        new = self.sibling(count).parts()
        self.restore({name: part.joined(new[name]) for name, part in self.parts().items()})
