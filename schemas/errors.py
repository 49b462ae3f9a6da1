"""The tree of errors that Groundswell raises on purpose.

GroundswellError
├── SettingsError       a setting, a flag or a settings file is wrong
├── InvalidPostError    a record is no valid post (it goes to the dead letters)
├── WatchlistError      the watchlist file has mistakes (all of them are listed)
├── AccessError         the file of roles has mistakes (all of them are listed)
├── ModelError          a model cannot be loaded or does not answer
├── IngestError         a file cannot be sent as posts
├── StoreError          ClickHouse refused or did not answer
├── StreamError         Kafka refused or did not answer
├── ReportError         a report or a picture cannot be made
└── RuntimePartError    a part of the one-machine runtime cannot start or stay up

Each message says what is wrong, the value, what was expected and the next step.
"""

from collections.abc import Iterable
from dataclasses import dataclass


class GroundswellError(Exception):
    """Base of every error that carries advice for the person who reads it."""


class SettingsError(GroundswellError):
    """A setting, a flag or a settings file is wrong."""


class ReportError(GroundswellError):
    """A report or a picture cannot be made."""


class InvalidPostError(GroundswellError):
    """A record is no valid post.

    field: path of the field at fault ("$" for the whole record).
    value: the value found, shortened for reading.
    remedy: what the producer should send instead.
    """

    def __init__(self, *, field: str, value: str, remedy: str) -> None:
        super().__init__(f"{field}={value}: {remedy}")
        self.field = field
        self.value = value
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a file that a person wrote.

    line: counted from 1. field: path such as `brands[2].aliases[0]`, "$" for the whole file.
    value: the value found, shortened for reading. remedy: what to write instead.
    """

    line: int
    field: str
    value: str
    remedy: str


class FileError(GroundswellError):
    """A file that a person wrote has mistakes; the message lists every one of them.

    source: the file's name. mistakes: by line.
    """

    def __init__(self, source: str, mistakes: Iterable[Mistake]) -> None:
        self.source = source
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: mistake.line))
        super().__init__(
            "\n".join(
                f"{source}:{mistake.line}: {mistake.field}={mistake.value}: {mistake.remedy}"
                for mistake in self.mistakes
            )
        )


class WatchlistError(FileError):
    """The watchlist file has mistakes."""


class AccessError(FileError):
    """The file that says who may see and do what has mistakes."""


class ModelError(GroundswellError):
    """A model cannot be loaded or does not answer."""


class IngestError(GroundswellError):
    """A file cannot be sent as posts."""


class StoreError(GroundswellError):
    """ClickHouse refused or did not answer."""


class StreamError(GroundswellError):
    """Kafka refused or did not answer."""


class RuntimePartError(GroundswellError):
    """A part of the one-machine runtime cannot start or stay up."""
