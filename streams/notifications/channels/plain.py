"""A message as plain text, for channels without any structure."""

from collections.abc import Callable, Iterator
from typing import Final

from streams.notifications.notification import Message
from streams.notifications.plain_text import inert

_CUT: Final = "\n…"


def as_text(
    message: Message,
    *,
    most_bytes: int,
    guard: Callable[[str], str] = inert,
    with_title: bool = True,
) -> str:
    """The message in lines, the dashboard's address at the end, at most so many bytes of UTF-8.

    guard: makes a text harmless in the channel. with_title: whether the title is the first line.
    """
    link = f"\n\n{message.link_label}: {message.link}"
    lines = "\n".join(_lines(message, guard, with_title=with_title)).lstrip("\n")
    room = most_bytes - len(link.encode())
    if len(lines.encode()) > room:
        part = lines.encode()[: room - len(_CUT.encode())].decode("utf-8", "ignore")
        # A line's half would be read as the whole.
        lines = (part[: part.rfind("\n")] if "\n" in part else part) + _CUT
    return lines + link


def _lines(message: Message, guard: Callable[[str], str], *, with_title: bool) -> Iterator[str]:
    if with_title:
        yield guard(message.title)
    for section in message.sections:
        if section.heading != message.title:
            yield ""
            yield guard(section.heading)
        for line in section.lines:
            yield guard(line)
        for quote in section.quotes:
            yield f"“{guard(quote.text)}” ({guard(quote.about)})"
