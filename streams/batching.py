"""When does a growing batch go on?  When it is full, or when its oldest item has waited enough."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """Bounds of a batch.

    max_rows: texts or table rows. max_tokens: an estimate of the tokens in them.
    linger_s: how long the first item may wait for others, in seconds.
    """

    max_rows: int
    linger_s: float
    max_tokens: int = 1 << 62


class Batcher(Generic[Item]):
    """Collects items until a limit is reached.  Items are never split, dropped or reordered."""

    def __init__(self, limits: BatchLimits) -> None:
        self._limits = limits
        self._clear()

    def _clear(self) -> None:
        self._items: list[Item] = []
        self._rows = 0
        self._tokens = 0
        self._due_s = 0.0

    def add(self, item: Item, *, rows: int, tokens: int = 0, now_s: float) -> None:
        """Take an item in.  now_s: a monotonic clock, in seconds."""
        if not self._items:
            self._due_s = now_s + self._limits.linger_s
        self._items.append(item)
        self._rows += rows
        self._tokens += tokens

    def is_full(self) -> bool:
        """Whether a limit of size is reached."""
        return self._rows >= self._limits.max_rows or self._tokens >= self._limits.max_tokens

    def wait_s(self, now_s: float) -> float | None:
        """Seconds until the batch is due, 0 if it is; None while it is empty."""
        if not self._items:
            return None
        return 0.0 if self.is_full() else max(0.0, self._due_s - now_s)

    def take(self) -> list[Item]:
        """Hand the collected items over and start anew."""
        items = self._items
        self._clear()
        return items


def estimated_tokens(text: str) -> int:
    """A cheap upper guess of a text's tokens: four bytes of UTF-8 each, and two marks."""
    return len(text.encode("utf-8", "surrogatepass")) // 4 + 2
