"""The rows of a labelled set's files, before anyone asks what they mean."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from models.training.config import DataSet
from schemas.errors import ModelError

ENCODING: Final = "utf-8-sig"
"""Excel begins its CSV with a mark that would else stand in the first column's name."""
SHOWN: Final = 60  # characters of a value that a message shows
DELIMITERS: Final[Mapping[str, str]] = {"csv": ",", "tsv": "\t"}

Row = Mapping[str, Any]


def read_rows(data: Path, source: DataSet, part: str) -> Iterator[Row]:
    """Rows of a set's "train" or "val"; a set without a "val" of its own has none there.

    data: folder that the set's path is relative to.  Raises ModelError, which names the file, for
    what is not there or cannot be read.
    """
    path = data / source.path
    file = _file(path, source, part)
    if not file.exists():
        if part == "val":
            return
        raise ModelError(
            f"path={source.path!r}: {file} is not there; check the path, and whether "
            f"format={source.format!r} is right"
        )
    if part == "val" and file == path:
        return
    try:
        if source.format == "lines":
            yield from _lines(file, path / f"{part}_labels.txt", source.text)
        elif source.format == "parquet":
            yield from _parquet(file)
        elif source.format == "jsonl":
            yield from _json(file)
        else:
            with file.open(encoding=ENCODING, newline="") as lines:
                yield from csv.DictReader(lines, delimiter=DELIMITERS[source.format])
    except (OSError, ValueError, csv.Error) as error:
        raise ModelError(
            f"path={source.path!r}: {file} cannot be read as format={source.format!r} ({error}); "
            "name the format that it has, or write it anew, in UTF-8"
        ) from error


def shown(value: object) -> str:
    """A value of a row, short enough for a message."""
    text = repr(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def _file(path: Path, source: DataSet, part: str) -> Path:
    if source.format == "lines":
        return path / f"{part}_text.txt"
    return path / f"{part}.{source.format}" if path.is_dir() else path


def _parquet(file: Path) -> Iterator[Row]:
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(file).iter_batches():
        yield from batch.to_pylist()


def _json(file: Path) -> Iterator[Row]:
    with file.open(encoding=ENCODING, newline="\n") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise _no_object(number, line.strip()) from error
            if not isinstance(row, dict):
                raise _no_object(number, line.strip())
            yield row


def _no_object(number: int, line: str) -> ValueError:
    return ValueError(f"line {number} is no JSON object: {shown(line)}")


def _lines(texts: Path, labels: Path, text_field: str) -> Iterator[Row]:
    """A text a line, and its label in the same line of the other file."""
    found, said = _lines_of(texts), _lines_of(labels)
    if len(found) != len(said):
        raise ValueError(
            f"it has {len(found):,} lines, and {labels.name} {len(said):,}: they must be as many"
        )
    for text, label in zip(found, said, strict=True):
        yield {text_field: text, "label": label.strip()}


def _lines_of(file: Path) -> Sequence[str]:
    lines = file.read_text(encoding=ENCODING).split("\n")
    # Behind the last line's end is no line.
    return lines if lines[-1] else lines[:-1]
