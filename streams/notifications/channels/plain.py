"""A message as plain text, for channels without any structure."""

from collections.abc import Iterator
from typing import Final

from streams.notifications.notification import Message
from streams.notifications.plain_text import inert

_CUT: Final = "\n…"


def as_text(message: Message, *, most_bytes: int, also: str = "", title: bool = True) -> str:
    """The message in lines, the dashboard's address at the end, at most so many bytes of UTF-8.

    also: characters that begin markup of the channel (see `inert`). title: whether it is in it.
    """
    link = f"\n\n{message.link_label}: {message.link}"
    lines = "\n".join(_lines(message, also=also, title=title))
    room = most_bytes - len(link.encode())
    if len(lines.encode()) > room:
        part = lines.encode()[: room - len(_CUT.encode())].decode("utf-8", "ignore")
        # A line's half would be read as the whole.
        lines = (part[: part.rfind("\n")] if "\n" in part else part) + _CUT
    return lines + link


def _lines(message: Message, *, also: str, title: bool) -> Iterator[str]:
    if title:
        yield inert(message.title, also=also)
    for section in message.sections:
        if section.heading != message.title or not title:
            yield ""
            yield inert(section.heading, also=also)
        for line in section.lines:
            yield inert(line, also=also)
        for quote in section.quotes:
            yield f"“{inert(quote.text, also=also)}” ({inert(quote.about, also=also)})"
