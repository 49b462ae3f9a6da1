"""A dead letter: a record that is no valid post, kept byte for byte with the reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from schemas.errors import InvalidPostError

_REASON: Final = "groundswell-reason"
_FIELD: Final = "groundswell-field"
_VALUE: Final = "groundswell-value"
_TOPIC: Final = "groundswell-topic"
_PARTITION: Final = "groundswell-partition"
_OFFSET: Final = "groundswell-offset"
_FAILED_AT: Final = "groundswell-failed-at"
_KEY: Final = "groundswell-key"

Header = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that could not be read, and why.

    value: the record's bytes, untouched. key: its Kafka key, or None.
    headers: the record's own headers, in order.
    topic, partition, offset: where the record lies; together its identity.
    reason, field, bad_value: what was wrong, as InvalidPostError says it.
    """

    value: bytes
    key: bytes | None
    headers: tuple[Header, ...]
    topic: str
    partition: int
    offset: int
    reason: str
    field: str
    bad_value: str
    failed_at: datetime

    @property
    def identity(self) -> str:
        """`topic:partition:offset` of the source: the same record has the same identity."""
        return f"{self.topic}:{self.partition}:{self.offset}"

    def to_headers(self) -> list[Header]:
        """The record's own headers followed by ours, for the dead-letter topic.

        The record's own key is among ours: on the dead-letter topic the identity is the key.
        """
        own = {
            _REASON: self.reason,
            _FIELD: self.field,
            _VALUE: self.bad_value,
            _TOPIC: self.topic,
            _PARTITION: str(self.partition),
            _OFFSET: str(self.offset),
            _FAILED_AT: self.failed_at.isoformat(),
        }
        ours = [(name, _bytes(value)) for name, value in own.items()]
        if self.key is not None:
            ours.append((_KEY, self.key))
        return [*self.headers, *ours]


def dead_letter_from_headers(value: bytes, headers: Iterable[Header]) -> DeadLetter:
    """Read a dead letter back from its record on the dead-letter topic.

    Raises InvalidPostError if the record was not written by Groundswell.
    """
    found = list(headers)
    # A record that died twice carries two sets of ours: the last one counts.
    ours = {name: content for name, content in found if name.startswith("groundswell-")}
    try:
        return DeadLetter(
            value=value,
            key=ours.get(_KEY),
            headers=tuple(header for header in found if header[0] not in ours),
            topic=_text(ours[_TOPIC]),
            partition=int(ours[_PARTITION]),
            offset=int(ours[_OFFSET]),
            reason=_text(ours[_REASON]),
            field=_text(ours[_FIELD]),
            bad_value=_text(ours[_VALUE]),
            failed_at=datetime.fromisoformat(_text(ours[_FAILED_AT])),
        )
    except (KeyError, ValueError) as error:
        raise InvalidPostError(
            field="headers",
            value=str(sorted(ours)),
            remedy="only records that Groundswell itself dead-lettered can be read here",
        ) from error


def dead_letter(  # noqa: PLR0913 - the record's six parts and the error
    error: InvalidPostError,
    *,
    value: bytes,
    key: bytes | None,
    headers: Iterable[Header],
    topic: str,
    partition: int,
    offset: int,
    failed_at: datetime,
) -> DeadLetter:
    """The dead letter of a record that `decode_post` refused."""
    return DeadLetter(
        value=value,
        key=key,
        headers=tuple(headers),
        topic=topic,
        partition=partition,
        offset=offset,
        reason=error.remedy,
        field=error.field,
        bad_value=error.value,
        failed_at=failed_at,
    )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
