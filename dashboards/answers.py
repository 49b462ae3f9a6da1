"""Answers that viewers share, each only with those who see the same brands."""

from collections.abc import Callable
from typing import Any, Final, Generic, ParamSpec, TypeVar

import streamlit as st

from dashboards.visitor import reader

P = ParamSpec("P")
R = TypeVar("R")
# Different readers of one page at a time, beyond which their answers push each other out.
READERS: Final = 20


class SharedAnswer(Generic[P, R]):
    """A question whose answer is kept for a while, apart for each of ClickHouse's users."""

    def __init__(self, ask: Callable[P, R], *, ttl: float, max_entries: int) -> None:
        # `who` is only there to be part of the key.
        def answer(who: str, *args: Any, **kwargs: Any) -> R:  # noqa: ANN401, ARG001
            return ask(*args, **kwargs)

        # Streamlit tells questions apart by these, and by their text, which is the same for all.
        answer.__qualname__ = ask.__qualname__
        answer.__module__ = ask.__module__
        keep = st.cache_data(ttl=ttl, max_entries=max_entries + READERS, show_spinner=False)
        self._answer = keep(answer)
        self.__doc__ = ask.__doc__

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """The answer for this visitor, asked anew if it is too old."""
        return self._answer(reader(), *args, **kwargs)

    def clear(self) -> None:
        """Forget it, whoever asked."""
        self._answer.clear()


def shared_answer(
    *, ttl: float, max_entries: int
) -> Callable[[Callable[P, R]], SharedAnswer[P, R]]:
    """Keep a question's answers. ttl: seconds. max_entries: of one reader, about."""

    def decorate(ask: Callable[P, R]) -> SharedAnswer[P, R]:
        return SharedAnswer(ask, ttl=ttl, max_entries=max_entries)

    return decorate
