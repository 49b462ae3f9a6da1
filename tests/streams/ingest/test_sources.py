"""JSONL, CSV and Parquet give the same rows, from any place on."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import IngestError
from streams.ingest.csv_rows import CsvRows
from streams.ingest.json_lines import JsonLines
from streams.ingest.parquet_rows import ParquetRows

ROWS = [{"text": f'row {n}, "quoted"\nü', "n": str(n)} for n in range(1, 5001)]


def write_jsonl(folder: Path) -> JsonLines:
    """The rows as JSON lines."""
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), "utf-8")
    return JsonLines(path)


def write_gzip(folder: Path) -> JsonLines:
    """The rows as JSON lines, compressed."""
    path = folder / "rows.jsonl.gz"
    path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in ROWS).encode()))
    return JsonLines(path)


def write_zstd(folder: Path) -> JsonLines:
    """The rows as JSON lines, compressed the other way."""
    path = folder / "rows.jsonl.zst"
    with pa.OSFile(str(path), "wb") as out, pa.CompressedOutputStream(out, "zstd") as stream:
        stream.write("".join(json.dumps(row) + "\n" for row in ROWS).encode())
    return JsonLines(path)


def write_csv(folder: Path) -> CsvRows:
    """The rows as CSV with line breaks in cells."""
    path = folder / "rows.csv"
    cells = "".join('"{}",{}\n'.format(row["text"].replace('"', '""'), row["n"]) for row in ROWS)
    path.write_text("text,n\n" + cells, "utf-8-sig")
    return CsvRows(path)


def write_parquet(folder: Path) -> ParquetRows:
    """The rows as Parquet of several row groups."""
    path = folder / "rows.parquet"
    pq.write_table(pa.Table.from_pylist(ROWS), path, row_group_size=700)
    return ParquetRows(path, wanted=["text", "n"])


WRITERS = [write_jsonl, write_gzip, write_zstd, write_csv, write_parquet]


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("after", [0, 1, 699, 700, 701, 2500, 4999, 5000])
def test_rows_from_any_place(tmp_path, write, after):
    """The rows after a number are the same rows, with the same numbers."""
    source = write(tmp_path)
    found = list(source.rows(after=after))
    assert [row.values for row in found] == ROWS[after:]
    assert [row.number for row in found] == list(range(after + 1, 5001))
    assert source.position() == source.size
    assert not found or json.loads(json.dumps(found[0].raw())) == ROWS[after]
    source.close()


def test_bad_json_lines_keep_their_place(tmp_path):
    """A bad line is a row with a problem; the lines after it are read."""
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"a":1}\n\n[1]\n{"a":\n\xff\n' + b"x" * 4_100_000 + b'\n{"a":2}')
    rows = list(JsonLines(path).rows(after=0))
    assert [(row.number, row.values) for row in rows] == [
        (1, {"a": 1}), (3, None), (4, None), (5, None), (6, None), (7, {"a": 2}),
    ]  # fmt: skip
    assert rows[3].raw() == "\\xff"
    assert "longer than" in rows[4].problem


def test_json_array_is_explained(tmp_path):
    """One large array is no JSONL; the message says how to make it so."""
    path = tmp_path / "rows.json"
    path.write_text('[{"a": 1}]')
    with pytest.raises(IngestError, match=r"jq -c"):
        list(JsonLines(path).rows(after=0))


def test_bad_csv_rows_keep_their_place(tmp_path):
    """Too many cells, too few, an unclosed quote: each is one row with a problem."""
    path = tmp_path / "rows.csv"
    path.write_text('a;b\n1;2\n1;2;3\n\n4\n"5\n5";6\n"' + "x" * 1_100_000 + "\n7;8\n", "utf-8")
    rows = list(CsvRows(path).rows(after=0))
    found = [(row.number, row.line, row.values) for row in rows]
    assert found[:4] == [
        (1, 2, {"a": "1", "b": "2"}),
        (2, 3, None),
        (3, 5, None),
        (4, 6, {"a": "5\n5", "b": "6"}),
    ]
    assert rows[1].raw() == "1;2;3"
    assert "3 cells and the first line names 2" in rows[1].problem
    assert "close the quotes" in rows[4].problem
    assert found[5] == (6, 9, {"a": "7", "b": "8"})


def test_csv_in_another_encoding(tmp_path):
    """With the right encoding the text is read; with the wrong one the byte stays visible."""
    path = tmp_path / "rows.csv"
    path.write_bytes("text\nCafé\n".encode("latin-1"))
    assert [row.values for row in CsvRows(path, encoding="latin-1").rows(after=0)] == [
        {"text": "Café"}
    ]
    assert [row.values for row in CsvRows(path).rows(after=0)] == [{"text": "Caf\udce9"}]


@pytest.mark.parametrize("header", ["", "\n", "a,a\n"])
def test_csv_header_is_checked(tmp_path, header):
    """Without one name a column nothing can be mapped."""
    path = tmp_path / "rows.csv"
    path.write_text(header)
    with pytest.raises(IngestError):
        CsvRows(path)


def test_damaged_files_say_where(tmp_path):
    """A cut archive gives its rows and then an error that says what to do."""
    source = write_gzip(tmp_path)
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes((tmp_path / "rows.jsonl.gz").read_bytes()[:-2000])
    source.close()
    with pytest.raises(IngestError, match="damaged or cut short"):
        list(JsonLines(path).rows(after=0))
    (tmp_path / "no.parquet").write_bytes(b"PAR1 nothing")
    with pytest.raises(IngestError, match="no Parquet file"):
        ParquetRows(tmp_path / "no.parquet", wanted=[])


@given(content=st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_are_rows_or_explained(tmp_path_factory, content):
    """No content of a file breaks the readers."""
    path = tmp_path_factory.mktemp("any") / "any"
    path.write_bytes(content)
    for make in (JsonLines, CsvRows):
        try:
            rows = list(make(path).rows(after=0))
        except IngestError:
            continue
        assert all((row.values is None) == bool(row.problem) for row in rows)
        assert all(json.dumps(row.raw()) for row in rows)


def test_a_line_in_another_encoding_says_how_to_write_it(tmp_path: Path):
    """Its neighbours are read."""
    path = tmp_path / "rows.jsonl"
    path.write_bytes('{"text": "gut"}\n{"text": "schön"}\n'.encode("latin-1"))
    first, second = JsonLines(path).rows(after=0)
    assert first.values == {"text": "gut"}
    assert second.values is None
    assert "UTF-8" in second.problem
    assert "iconv" in second.problem
