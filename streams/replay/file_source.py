"""Posts from files: JSON lines, CSV and Parquet, as `groundswell ingest` reads them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from schemas.errors import IngestError, InvalidPostError
from schemas.replay import Lane, LaneProgress, LaneRange, ReplayFile
from streams.ingest.checkpoint import file_identity
from streams.ingest.file import IngestRequest, open_rows
from streams.ingest.mapping import FieldMapping, RowMapper
from streams.ingest.sources import RowSource, SourceRow
from streams.preparation import Match, PreparedBatch, prepare
from streams.records import Partition, RecordBatch, StoredRecord
from streams.replay.sources import Chunk, nothing

_PREFIX: Final = "file:"
_CHUNK_BYTES: Final = 8_000_000


@dataclass(frozen=True, slots=True)
class FileSource:
    """Whole files, one after the other, each a lane.

    Rows get the ids that `groundswell ingest` gives them; a row that is no post is counted.
    """

    files: Sequence[ReplayFile]
    match: Match

    async def chunks(
        self, progress: Mapping[Lane, LaneProgress], size: Callable[[], int]
    ) -> AsyncIterator[Chunk]:
        """See ReplaySource.  Raises IngestError, also for a file that has changed since."""
        for file in self.files:
            done = progress.get(lane_of(file))
            if done is not None and done.finished:
                continue
            if described(Path(file.path)) != file:
                raise IngestError(
                    f"{file.path} is not the file any longer that the replay began with; put it "
                    "back, or cancel the replay and begin anew"
                )
            with closing(_opened(Path(file.path))) as source:
                rows = source.rows(after=done.next_offset if done else 0)
                mapper = RowMapper(
                    FieldMapping(), file_name=Path(file.path).name, now=datetime.now(UTC)
                )
                number = done.next_offset if done else 0
                while True:
                    records, bad, last = await asyncio.to_thread(_read, rows, mapper, file, size())
                    if last is None:
                        break
                    number = last
                    yield self._chunk(file, source, records, bad, last)
                yield Chunk(lane_of(file), number, source.size, 0, nothing, finished=True)

    def _chunk(
        self,
        file: ReplayFile,
        source: RowSource,
        records: list[StoredRecord],
        bad: list[int],
        last: int,
    ) -> Chunk:
        lane = lane_of(file)
        return Chunk(
            lane=lane,
            next_offset=last,
            position=min(source.position(), source.size),
            records=len(records) + len(bad),
            prepare=partial(_prepared, lane, records, self.match) if records else nothing,
            bad=bad,
        )


def described(path: Path) -> ReplayFile:
    """A file as it is now.  Raises IngestError."""
    try:
        found = file_identity(path)
    except OSError as error:
        raise IngestError(
            f"--files {path}: {error.strerror}; name a file that can be read"
        ) from error
    return ReplayFile(str(path.absolute()), found.size, found.modified_ns, found.head)


def lane_of(file: ReplayFile) -> Lane:
    """The lane of a file; its name stands in the rows that come from it."""
    return Lane(_PREFIX + Path(file.path).name, 0)


def file_ranges(files: Sequence[ReplayFile]) -> list[LaneRange]:
    """What there is to read of each.  Raises IngestError for two of one name."""
    names = [lane_of(file) for file in files]
    twice = next((lane for lane in names if names.count(lane) > 1), None)
    if twice is not None:
        raise IngestError(
            f"--files: two are called {twice.topic.removeprefix(_PREFIX)!r}; rename one, for rows "
            "are told apart by it"
        )
    ranges = []
    for file, lane in zip(files, names, strict=True):
        with closing(_opened(Path(file.path))) as source:
            ranges.append(LaneRange(*lane, 0, source.size))
    return ranges


def _opened(path: Path) -> RowSource:
    request = IngestRequest(path=path, topic="", servers="", mapping=FieldMapping())
    source = open_rows(request)
    missing = request.mapping.missing_columns(source.columns) if source.columns else []
    if missing:
        source.close()
        raise IngestError(
            f"{path}: its columns are not a post's ({', '.join(source.columns or ())}); send it "
            "with `groundswell ingest --map FIELD=COLUMN`, or rename them"
        )
    return source


def _read(
    rows: Iterator[SourceRow], mapper: RowMapper, file: ReplayFile, most: int
) -> tuple[list[StoredRecord], list[int], int | None]:
    """The next posts as records, the numbers of rows that are none, and the last row's number."""
    records: list[StoredRecord] = []
    bad: list[int] = []
    number, size = None, 0
    for row in islice(rows, most):
        number = row.number
        if row.values is None:
            bad.append(number)
            continue
        try:
            _, record = mapper.post(row.values, number=number)
        except InvalidPostError:
            bad.append(number)
            continue
        records.append(StoredRecord(number, file.modified_ns // 1_000_000, record))
        size += len(record)
        if size > _CHUNK_BYTES:
            break
    return records, bad, number


def _prepared(lane: Lane, records: Sequence[StoredRecord], match: Match) -> Sequence[PreparedBatch]:
    batch = RecordBatch(Partition(*lane), records)
    return (prepare(batch, match, now=datetime.now(UTC)),)
