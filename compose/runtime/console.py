"""What `groundswell up` says to the person who started it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from compose.runtime.part import Event, Happening

_SIGNS: Final = {
    Happening.STARTING: ("·", "dim"),
    Happening.READY: ("✓", "green"),
    Happening.DONE: ("✓", "green"),
    Happening.DIED: ("✗", "red"),
    Happening.UNREADY: ("!", "yellow"),
    Happening.SHORT: ("!", "yellow"),
    Happening.STOPPING: ("·", "dim"),
    Happening.STOPPED: ("✓", "green"),
}


class RuntimeConsole:
    """Prints lines; a terminal that has gone away is no reason to stop anything."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, soft_wrap=True)

    def say(self, text: str, *, style: str = "") -> None:
        """Print a line as it is."""
        with suppress(OSError):
            self._console.print(escape(text), style=style or None)

    def report(self, event: Event) -> None:
        """Print what happened to a part."""
        sign, style = _SIGNS[event.what]
        self.say(f"{sign} {event.part} {event.what.value} {event.detail}".rstrip(), style=style)

    @contextmanager
    def progress(self, text: str, *, total: int) -> Iterator[Callable[[], None]]:
        """A progress bar; yields a function to call after each of `total` things."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self._console) as bar:
            task = bar.add_task(text, total=total)
            yield lambda: bar.advance(task)
