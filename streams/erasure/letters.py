"""Dead letters of erased posts: blanked on their way into the topic, and in it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from schemas.dead_letter import DeadLetter, dead_letter_from_headers
from schemas.erasure import SuppressionList
from schemas.errors import InvalidPostError
from streams.erasure.suppressing import blank_letter, suppressed_letter
from streams.erasure.suppression_store import SuppressionStore
from streams.erasure.topic_rewriting import Change, Content
from streams.worker.dead_letter_sink import DeadLetterSink

_REDRIVEN: Final = "groundswell-redriven-at"


class SuppressingLetterSink:
    """A sink of dead letters that keeps of an erased post's only that there was one."""

    def __init__(self, sink: DeadLetterSink, store: SuppressionStore) -> None:
        self._sink = sink
        self._store = store
        self._count = -1
        self._listed = SuppressionList()

    async def send(self, letters: Sequence[DeadLetter]) -> None:
        """Keep the letters; see DeadLetterSink. Raises StoreError too."""
        await asyncio.to_thread(self._look)
        await self._sink.send([suppressed_letter(letter, self._listed) for letter in letters])

    def _look(self) -> None:
        count = self._store.count()
        if count != self._count:
            self._listed, self._count = self._store.listed(), count


def blanking(listed: SuppressionList, needles: Sequence[bytes] = ()) -> Change:
    """What becomes of a record of the dead-letter topic: a letter of an erased post is blanked.

    needles: bytes by which a record that is no JSON is known.
    """

    def change(content: Content) -> Content:
        if content.value is None or any(name == _REDRIVEN for name, _ in content.headers):
            return content
        try:
            letter = dead_letter_from_headers(content.value, content.headers)
        except InvalidPostError:
            return content
        # The letter's own key and headers are among those of the record.
        said = (content.value, *(header for _, header in content.headers))
        hit = any(needle in part for part in said for needle in needles)
        blank = blank_letter(letter) if hit else suppressed_letter(letter, listed)
        if blank is letter or letter == replace(blank, reason=letter.reason):
            return content
        return Content(content.key, blank.value, tuple(blank.to_headers()))

    return change
