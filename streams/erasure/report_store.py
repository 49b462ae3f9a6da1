"""Reports of erasures in ClickHouse."""

from typing import Final

import msgspec

from schemas.erasure_report import ERASURES_TABLE, ErasureReport
from schemas.errors import StoreError
from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect

_INSERT: Final = f"INSERT INTO {ERASURES_TABLE} (id, at, who, report) VALUES"
_SETTINGS: Final = {"async_insert": 0}


class ReportStore:
    """The table `erasures`. One thread at a time."""

    def __init__(self, url: str) -> None:
        self._client = connect(url)

    def write(self, report: ErasureReport) -> None:
        """Keep a report. Raises StoreError."""
        text = msgspec.json.encode(report).decode()
        try:
            row = (report.id, report.at, report.who, text)
            self._client.execute(_INSERT, [row], settings=_SETTINGS)
        except CLICKHOUSE_ERRORS as error:
            self._client.disconnect()
            raise StoreError(f"the report was not kept ({error})") from error

    def reports(self) -> list[ErasureReport]:
        """All reports, the newest first. Raises StoreError."""
        sql = f"SELECT report FROM {ERASURES_TABLE} FINAL ORDER BY at DESC, id"  # noqa: S608
        try:
            rows = self._client.execute(sql)
        except CLICKHOUSE_ERRORS as error:
            self._client.disconnect()
            raise StoreError(f"the reports cannot be read ({error})") from error
        return [msgspec.json.decode(text, type=ErasureReport) for (text,) in rows]

    def close(self) -> None:
        """Close the connection."""
        self._client.disconnect()
