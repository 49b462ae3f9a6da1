"""What may be kept of a post's text: masked where asked for, blank where it is too old. No I/O."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from schemas.masking import PersonalData, masked
from schemas.mention import COLUMN_NAMES
from streams.rows import Columns, milliseconds

# What is blanked of a post by its age. Numbers, and what they are counted by, stay.
BLANKED: Final = ("text", "author", "url", "thread_id")
_TEXT, _POSTED = COLUMN_NAMES.index("text"), COLUMN_NAMES.index("posted_at")


@dataclass(frozen=True, slots=True)
class TextPolicy:
    """mask: kinds of personal data. keep_days: how long texts are kept; 0 for ever."""

    mask: tuple[PersonalData, ...] = ()
    keep_days: int = 0

    def applied(self, columns: Columns, *, now: datetime) -> Columns:
        """The columns of mentions as they may be kept."""
        if not columns[_TEXT] or not (self.mask or self.keep_days):
            return columns
        changed = list(columns)
        if self.mask:
            # Mentions of one post by several brands follow each other and have the same text.
            known: dict[str, str] = {}
            for text in columns[_TEXT]:
                if text not in known:
                    known[text] = masked(text, self.mask)
            changed[_TEXT] = [known[text] for text in columns[_TEXT]]
        if self.keep_days:
            before_ms = milliseconds(now - timedelta(days=self.keep_days))
            old = [posted_ms < before_ms for posted_ms in columns[_POSTED]]
            if any(old):
                for name in BLANKED:
                    column = changed[COLUMN_NAMES.index(name)]
                    changed[COLUMN_NAMES.index(name)] = [
                        "" if is_old else value for value, is_old in zip(column, old, strict=True)
                    ]
        return changed


KEEP_ALL: Final = TextPolicy()
