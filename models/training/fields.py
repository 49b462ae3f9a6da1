"""Whether a labelled set has the fields that a run names: else a head would learn nothing."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from models.training.config import KNOWN, DataSet
from models.training.labelled import UNKNOWN, Labelled
from models.training.rows import read_rows, shown
from schemas.errors import ModelError
from schemas.scores import SENTIMENTS

ROWS: Final = 1000  # that are looked at for what a field has
WORDS: Final = 5  # of them that a message shows
LABELLED: Final[Mapping[str, Callable[[Labelled], bool]]] = {
    "sentiment": lambda row: row.sentiment != UNKNOWN,
    "emotions": lambda row: any(value != UNKNOWN for value in row.emotions),
    "offensive": lambda row: row.offensive != UNKNOWN,
    "irony": lambda row: row.irony != UNKNOWN,
}
"""Whether a text has a label for a head, by the head's name."""


def check_columns(source: DataSet, columns: Collection[str]) -> None:
    """Raises ModelError for a field that is none of the columns, which are all that any row has."""
    wanted = {"text": source.text} | {f"{head}.field": field for head, field in _fields(source)}
    if source.targets:
        wanted["targets"] = source.targets
    if not source.lang:
        wanted["lang_field"] = source.lang_field
    for name, field in wanted.items():
        if field not in columns:
            # A value too many in a line has a column without a name.
            remedy = f"it has {', '.join(map(shown, filter(None, columns)))}"
            if name == "lang_field":
                remedy += "; name one, or say with `lang` which language all texts have, such as en"
            raise ModelError(f"path={source.path!r}: {name}={field!r} is no field of it; {remedy}")


def check_labels(data: Path, source: DataSet, rows: Sequence[Labelled]) -> None:
    """Raises ModelError for a head that gets no label from any row, though it was asked for."""
    for head, field in _fields(source):
        if not any(map(LABELLED[head], rows)):
            names = ", ".join(str(name).lower() for name in KNOWN[head])
            raise ModelError(
                f"path={source.path!r}: {head} gets no label from field={field!r}, which has "
                f"{_words(data, source, field)}; let {head}.map bring them to {names}"
            )
    if source.targets and not any(row.opinions for row in rows):
        raise ModelError(
            f"path={source.path!r}: no opinion comes from targets={source.targets!r}, which has "
            f"{_words(data, source, source.targets)}; expected lists of {{aspect, polarity}} with "
            f"a polarity of {', '.join(SENTIMENTS)}"
        )


def _fields(source: DataSet) -> Iterator[tuple[str, str]]:
    """The heads that a set has labels for, and where they stand."""
    for head in KNOWN:
        labels = getattr(source, head)
        if labels is not None:
            yield head, labels.field


def _words(data: Path, source: DataSet, field: str) -> str:
    """Some of what a field has."""
    rows = islice(read_rows(data, source, "train"), ROWS)
    found = dict.fromkeys(shown(row.get(field)) for row in rows)
    return ", ".join(list(found)[:WORDS])
