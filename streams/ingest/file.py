"""One file from the first to the last row: opened, locked, resumed, sent."""

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Final

import msgspec

from schemas.errors import IngestError
from streams.ingest.checkpoint import Checkpoint, CheckpointFile, file_identity, only_one
from streams.ingest.csv_rows import CsvRows
from streams.ingest.delivery import delivery
from streams.ingest.ingestion import Ingestion, Progress
from streams.ingest.json_lines import JsonLines
from streams.ingest.mapping import FieldMapping, RowMapper
from streams.ingest.parquet_rows import ParquetRows
from streams.ingest.rejects import RejectedRows
from streams.ingest.sources import RowSource

FORMATS: Final = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_COMPRESSED: Final = frozenset({".gz", ".zst", ".zstd"})


@dataclass(frozen=True, slots=True)
class IngestRequest:
    """What to send and how to read it.

    format: "jsonl", "csv", "parquet", or "" to tell from the file's name.
    delimiter, encoding: of CSV.
    side_folder: where the checkpoint and the rejected rows go; None for beside the file.
    restart: forget how far the file was sent.
    """

    path: Path
    topic: str
    servers: str
    mapping: FieldMapping
    format: str = ""
    delimiter: str = ""
    encoding: str = "utf-8"
    side_folder: Path | None = None
    restart: bool = False

    def __post_init__(self) -> None:
        """Refuse what no CSV file can have; raises IngestError."""
        if len(self.delimiter) > 1:
            raise IngestError(f"--delimiter {self.delimiter!r} is not one character; try ';'")
        try:
            codecs.lookup(self.encoding)
        except LookupError as error:
            raise IngestError(f"--encoding {self.encoding!r} is unknown; try latin-1") from error

    @property
    def checkpoint_path(self) -> Path:
        """The checkpoint's file."""
        return self._beside("checkpoint.json")

    @property
    def rejected_path(self) -> Path:
        """The file of rejected rows."""
        return self._beside("rejected.jsonl")

    @property
    def digest(self) -> str:
        """Tells requests apart that would read or send the rows differently."""
        mapping = self.mapping
        parts = (
            self.topic,
            self.servers,
            self.format,
            self.delimiter,
            self.encoding,
            sorted(mapping.columns.items()),
            sorted(mapping.constants.items()),
            (mapping.kind, str(mapping.timezone), mapping.time_format, mapping.ids),
        )
        return blake2b(msgspec.json.encode(parts), digest_size=16).hexdigest()

    def _beside(self, suffix: str) -> Path:
        return (self.side_folder or self.path.parent) / f"{self.path.name}.{suffix}"


def open_rows(request: IngestRequest) -> RowSource:
    """Open the file as what it is.  Raises IngestError."""
    path = request.path
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in _COMPRESSED]
    kind = request.format or FORMATS.get(suffixes[-1] if suffixes else "", "")
    if kind == "jsonl":
        return JsonLines(path)
    if kind == "csv":
        return CsvRows(path, delimiter=request.delimiter, encoding=request.encoding)
    if kind == "parquet":
        columns = request.mapping.sources.values()
        return ParquetRows(path, wanted={*columns, *(name.split(".", 1)[0] for name in columns)})
    raise IngestError(f"{path}: its name does not tell what it is; give --format jsonl|csv|parquet")


async def ingest_file(
    request: IngestRequest,
    *,
    stopped: Callable[[], bool],
    on_start: Callable[[Checkpoint], None],
    on_progress: Callable[[Progress], None],
) -> Checkpoint:
    """Send a file's rows that were not sent yet; returns how far it came.

    on_start: called with the point from which the file is sent.  The rest: see Ingestion.
    Raises IngestError for the file, StreamError for Kafka.
    """
    try:
        with only_one(request.path):
            identity = file_identity(request.path)
            checkpoints = CheckpointFile(request.checkpoint_path)
            start = Checkpoint(file=identity, request=request.digest)
            if not request.restart:
                start = checkpoints.load(file=identity, request=request.digest)
            on_start(start)
            if start.finished:
                return start
            return await _send(request, start, checkpoints, stopped, on_progress)
    except OSError as error:
        raise IngestError(
            f"{error.filename or request.path}: {error.strerror}; name a file that can be read, in "
            "a folder that can be written to, or another folder with --side-folder"
        ) from error


async def _send(
    request: IngestRequest,
    start: Checkpoint,
    checkpoints: CheckpointFile,
    stopped: Callable[[], bool],
    on_progress: Callable[[Progress], None],
) -> Checkpoint:
    source = open_rows(request)
    try:
        missing = request.mapping.missing_columns(source.columns) if source.columns else []
        if missing:
            raise IngestError(f"{request.path}:\n  " + "\n  ".join(missing))
        mapper = RowMapper(request.mapping, file_name=request.path.name, now=datetime.now(UTC))
        rejects = RejectedRows(request.rejected_path, length=start.rejected_bytes)
        async with delivery(request.servers, request.topic) as connection:
            ingestion = Ingestion(
                source=source,
                mapper=mapper,
                columns=request.mapping.sources,
                rejects=rejects,
                checkpoints=checkpoints,
                delivery=connection,
                stopped=stopped,
                on_progress=on_progress,
            )
            try:
                return await ingestion.run(start)
            finally:
                rejects.close()
    finally:
        source.close()
