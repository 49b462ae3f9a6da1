"""Dead letters as text for a terminal: nothing in a record can steer it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from streams.dead_letters.letters import KeptLetter

_HEX_COLUMNS: Final = 16
_MAX_SHOWN_BYTES: Final = 4_000


def escaped(text: str) -> str:
    """The text with control, invisible and direction characters spelled out."""
    return "".join(
        character if character.isprintable() else _escape(character) for character in text
    )


def _escape(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def summary(kept: KeptLetter, redriven: Mapping[str, datetime]) -> dict[str, Any]:
    """A letter as a JSON object, without its bytes."""
    letter = kept.letter
    redriven_at = redriven.get(letter.identity)
    return {
        "place": letter.identity,
        "kept_at": f"{kept.partition}:{kept.offset}",
        "failed_at": letter.failed_at.isoformat(),
        "field": letter.field,
        "value": letter.bad_value,
        "reason": letter.reason,
        "bytes": len(letter.value),
        "redriven_at": redriven_at.isoformat() if redriven_at else None,
    }


def shown(kept: KeptLetter, redriven: Mapping[str, datetime]) -> str:
    """A whole letter for reading: what was wrong, key, headers and the record itself."""
    letter = kept.letter
    lines = [f"{name + ':':<13}{_line(value)}" for name, value in summary(kept, redriven).items()]
    lines.append(f"{'key:':<13}{'(none)' if letter.key is None else readable(letter.key)}")
    lines += [
        f"{'header:':<13}{escaped(name)} = {readable(content)}" for name, content in letter.headers
    ]
    return "\n".join([*lines, "", _body(letter.value)])


def readable(content: bytes) -> str:
    """Bytes on one line: as text where they are UTF-8, else in hexadecimal."""
    try:
        return escaped(content.decode())
    except UnicodeDecodeError:
        return content.hex(" ")


def _line(value: object) -> str:
    return escaped(value) if isinstance(value, str) else json.dumps(value)


def _body(content: bytes) -> str:
    part = content[:_MAX_SHOWN_BYTES]
    rest = len(content) - len(part)
    more = f"\n… and {rest} bytes more; --raw writes all of them" if rest else ""
    try:
        # A character that the cut goes through does not make the rest unreadable.
        text = part.decode() if not rest else part.decode(errors="ignore")
        if rest and len(text.encode()) < len(part) - 3:
            return hexadecimal(part) + more
    except UnicodeDecodeError:
        return hexadecimal(part) + more
    return escaped(text) + more


def hexadecimal(content: bytes) -> str:
    """Bytes as rows of offset, hexadecimal and printable ASCII."""
    rows = []
    for start in range(0, len(content), _HEX_COLUMNS):
        row = content[start : start + _HEX_COLUMNS]
        printable = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        rows.append(f"{start:08x}  {row.hex(' '):<{_HEX_COLUMNS * 3}} {printable}")
    return "\n".join(rows)
