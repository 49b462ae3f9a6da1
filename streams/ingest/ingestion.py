"""Sends a file, chunk by chunk, and remembers how far it came."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

import msgspec
from aiokafka.errors import KafkaError

from schemas.errors import IngestError, InvalidPostError, StreamError
from streams.ingest.checkpoint import Checkpoint, CheckpointFile
from streams.ingest.delivery import Delivery, KeyedRecord
from streams.ingest.mapping import RowMapper
from streams.ingest.rejects import RejectedRows
from streams.ingest.sources import RowSource, SourceRow

_CHUNK_ROWS: Final = 2_000
_CHUNK_BYTES: Final = 4_000_000
_MAX_WAITING_CHUNKS: Final = 8
_SAVE_EVERY_S: Final = 1.0
# So many rows from the start without a single post: then the mapping is wrong, not the rows.
_MAX_HOPELESS_ROWS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Progress:
    """position, size: of the file, as its source counts."""

    position: int
    size: int
    sent: int
    rejected: int


@dataclass(slots=True)
class _Chunk:
    """Rows that were read together.  done: the checkpoint once all of them are safe."""

    done: Checkpoint
    records: list[KeyedRecord]
    sent: list[asyncio.Future[object]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ingestion:
    """What one run works with.

    columns: field to the file's column, for the reasons of rejected rows.
    stopped: whether somebody wants it to end early, in order.
    on_progress: called after every chunk.
    """

    source: RowSource
    mapper: RowMapper
    columns: dict[str, str]
    rejects: RejectedRows
    checkpoints: CheckpointFile
    delivery: Delivery
    stopped: Callable[[], bool]
    on_progress: Callable[[Progress], None]

    async def run(self, start: Checkpoint) -> Checkpoint:
        """Send every row after the checkpoint; returns the last checkpoint.

        It is `finished` unless `stopped` said so.  A row counts as sent once all in-sync brokers
        have it. Raises IngestError for a damaged file or a mapping that fits no row, StreamError
        if Kafka fails; what was sent by then is in the checkpoint.
        """
        rows = self.source.rows(after=start.row)
        waiting: deque[_Chunk] = deque()
        reached = saved = start
        saved_s = time.monotonic()
        try:
            chunk = await asyncio.to_thread(self._read, rows, start)
            while chunk is not None and not self.stopped():
                chunk.sent = await self.delivery.send(chunk.records)
                waiting.append(chunk)
                if len(waiting) >= _MAX_WAITING_CHUNKS:
                    reached = await _delivered(waiting.popleft())
                if time.monotonic() - saved_s > _SAVE_EVERY_S and reached is not saved:
                    self._save(reached)
                    saved, saved_s = reached, time.monotonic()
                self.on_progress(self._progress(chunk.done))
                chunk = await asyncio.to_thread(self._read, rows, chunk.done)
            while waiting:
                reached = await _delivered(waiting.popleft())
            if chunk is None:
                reached = msgspec.structs.replace(reached, finished=True)
        except KafkaError as error:
            for unsent in waiting:
                for future in unsent.sent:
                    future.cancel()
            raise StreamError(
                f"Kafka stopped taking posts after row {reached.row} ({error!r}); see to it and "
                "run the same command again: it goes on from there"
            ) from error
        finally:
            self._save(reached)
        return reached

    def _read(self, rows: Iterator[SourceRow], last: Checkpoint) -> _Chunk | None:
        """The next chunk, ready to send; None at the end of the file."""
        records: list[KeyedRecord] = []
        row, rejected, size = None, last.rejected, 0
        for row in islice(rows, _CHUNK_ROWS):
            try:
                record = self._record(row)
                records.append(record)
                size += len(record[1])
                if size > _CHUNK_BYTES:
                    break
            except InvalidPostError as error:
                rejected += 1
                self.rejects.add(row, error, column=self.columns.get(error.field, ""))
                if rejected == _MAX_HOPELESS_ROWS and not last.sent + len(records):
                    raise self._hopeless(error) from error
        if row is None:
            return None
        done = msgspec.structs.replace(
            last,
            row=row.number,
            sent=last.sent + len(records),
            rejected=rejected,
            rejected_bytes=self.rejects.length,
        )
        return _Chunk(done, records)

    def _record(self, row: SourceRow) -> KeyedRecord:
        if row.values is None:
            shown = f"{row.raw()!r:.80}"
            raise InvalidPostError(field="$", value=shown, remedy=row.problem)
        post_id, record = self.mapper.post(row.values, number=row.number)
        return post_id.encode(), record

    def _hopeless(self, error: InvalidPostError) -> IngestError:
        return IngestError(
            f"none of the first {_MAX_HOPELESS_ROWS} rows is a post; the last one: {error}. See "
            f"{self.rejects.path}, and name the columns with --map FIELD=COLUMN and fixed values "
            "with --set FIELD=VALUE"
        )

    def _save(self, reached: Checkpoint) -> None:
        # First the rejected rows, then the checkpoint that counts them.
        self.rejects.flush()
        self.checkpoints.save(reached)

    def _progress(self, reached: Checkpoint) -> Progress:
        return Progress(
            position=self.source.position(),
            size=self.source.size,
            sent=reached.sent,
            rejected=reached.rejected,
        )


async def _delivered(chunk: _Chunk) -> Checkpoint:
    """Wait until the broker has the chunk."""
    await asyncio.gather(*chunk.sent)
    return chunk.done
