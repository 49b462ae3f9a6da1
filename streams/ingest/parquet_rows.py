from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import IngestError
from streams.ingest.sources import SourceRow

_BATCH_ROWS: Final = 2_000
_BUFFER_BYTES: Final = 1024 * 1024


class ParquetRows:
    """A Parquet file.

    wanted: the columns whose cells are needed; the others are read for rejected rows only.
    """

    def __init__(self, path: Path, *, wanted: Collection[str]) -> None:
        self._path = path
        try:
            # Pages are read one by one: a row group may be larger than the memory.
            self._file = pq.ParquetFile(path, buffer_size=_BUFFER_BYTES, pre_buffer=False)
        except (pa.ArrowException, OSError) as error:
            raise IngestError(f"{path} is no Parquet file that can be read: {error}") from error
        self.columns: tuple[str, ...] = tuple(self._file.schema_arrow.names)
        self._wanted = [name for name in self.columns if name in wanted]
        self.size = int(self._file.metadata.num_rows)
        self._read = 0

    def position(self) -> int:
        """How many rows were read."""
        return self._read

    def rows(self, *, after: int) -> Iterator[SourceRow]:
        """The rows after that number; see RowSource.  Whole row groups are passed over."""
        groups = list(range(self._file.metadata.num_row_groups))
        while groups and self._read + self._rows_in(groups[0]) <= after:
            self._read += self._rows_in(groups.pop(0))
        try:
            for batch in self._file.iter_batches(_BATCH_ROWS, row_groups=groups, use_threads=False):
                first = self._read + 1
                self._read += batch.num_rows
                if self._read > after:
                    yield from self._batch_rows(batch, first=first, after=after)
        except (pa.ArrowException, OSError) as error:
            raise IngestError(
                f"{self._path} is damaged after row {self._read}: {error}; "
                "the rows before were sent"
            ) from error

    def _batch_rows(self, batch: pa.RecordBatch, *, first: int, after: int) -> Iterator[SourceRow]:
        cells = [batch.column(name).to_pylist() for name in self._wanted]
        for index, values in enumerate(zip(*cells, strict=True)):
            if first + index > after:
                row = dict(zip(self._wanted, values, strict=True))
                yield SourceRow(first + index, 0, row, "", partial(_raw, batch, index))

    def _rows_in(self, group: int) -> int:
        return int(self._file.metadata.row_group(group).num_rows)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _raw(batch: pa.RecordBatch, index: int) -> Any:  # noqa: ANN401 - any row
    return batch.slice(index, 1).to_pylist()[0]
