"""Rows of numbers by text, remembered: a repost is encoded once, in whatever batch it comes."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from hashlib import blake2b
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

REMEMBERED: Final = 20_000
"""Texts: 30 MB at 384 numbers each."""

Floats = NDArray[np.float32]


class RowCache:
    """What a function says of texts, the newest answers kept by a digest of their text.

    compute: rows of n texts, float32, shape (n, width); a row depends on its text alone.  size: how
    many are kept.  Safe to call from several threads if the function is.
    """

    def __init__(
        self, compute: Callable[[Sequence[str]], Floats], width: int, *, size: int = REMEMBERED
    ) -> None:
        self._compute = compute
        self._width = width
        self._size = size
        self._known: OrderedDict[bytes, Floats] = OrderedDict()
        self._lock = Lock()

    def rows(self, texts: Sequence[str]) -> Floats:
        """Float32, shape (n, width)."""
        keys = [_digest(text) for text in texts]
        with self._lock:
            found = {key: self._known[key] for key in keys if key in self._known}
            for key in found:
                self._known.move_to_end(key)
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if new:
            found |= dict(zip(new, self._compute(list(new.values())), strict=True))
            with self._lock:
                # Copies: a row of a batch would keep the whole batch in memory.
                self._known.update({key: found[key].copy() for key in new})
                while len(self._known) > self._size:
                    self._known.popitem(last=False)
        rows = np.empty((len(texts), self._width), np.float32)
        for place, key in enumerate(keys):
            rows[place] = found[key]
        return rows


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
