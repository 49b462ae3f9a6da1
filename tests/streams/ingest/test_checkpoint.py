"""How far a file was sent, and that it is believed only of the same file."""

import msgspec
import pytest

from schemas.errors import IngestError, InvalidPostError
from streams.ingest.checkpoint import Checkpoint, CheckpointFile, file_identity, only_one
from streams.ingest.rejects import RejectedRows
from streams.ingest.sources import SourceRow


def test_goes_on_only_with_the_same_file_and_request(tmp_path):
    """Another content or another request starts from the first row."""
    path = tmp_path / "posts.jsonl"
    path.write_text("one\n")
    identity = file_identity(path)
    checkpoints = CheckpointFile(tmp_path / "checkpoint")
    start = checkpoints.load(file=identity, request="r")
    assert start == Checkpoint(file=identity, request="r")
    reached = msgspec.structs.replace(start, row=7, sent=6, rejected=1)
    checkpoints.save(reached)
    assert checkpoints.load(file=identity, request="r") == reached
    assert checkpoints.load(file=identity, request="other").row == 0
    path.write_text("two\n")
    assert checkpoints.load(file=file_identity(path), request="r").row == 0


def test_broken_checkpoint_is_explained(tmp_path):
    """A file that is no checkpoint is not overwritten in silence."""
    (tmp_path / "c").write_text("{}")
    with pytest.raises(IngestError, match="remove it"):
        CheckpointFile(tmp_path / "c").load(file=file_identity(tmp_path / "c"), request="r")


def test_a_file_is_sent_by_one_process_at_a_time(tmp_path):
    """Two at once would overwrite each other's checkpoint."""
    path = tmp_path / "posts.jsonl"
    path.touch()
    with only_one(path), pytest.raises(IngestError, match="another process"), only_one(path):
        pass
    with only_one(path):
        pass


def test_rejected_rows_are_cut_back_to_the_checkpoint(tmp_path):
    """What was rejected after the checkpoint is rejected again, and stands there once."""
    path = tmp_path / "rejected.jsonl"
    error = InvalidPostError(field="text", value="''", remedy="send some text")
    row = SourceRow(3, 4, None, "", lambda: {"text": "\udcff"})
    first = RejectedRows(path, length=0)
    first.add(row, error, column="body")
    kept = first.length
    first.add(row, error, column="body")
    first.close()
    again = RejectedRows(path, length=kept)
    again.add(row, error, column="")
    again.flush()
    again.close()
    entries = [
        msgspec.json.decode(line)
        for line in path.read_bytes().replace(b"\\udcff", b"?").splitlines()
    ]
    assert entries == [
        {"row": 3, "line": 4, "field": "text", "column": "body", "value": "''",
         "remedy": "send some text", "raw": {"text": "?"}},
        {"row": 3, "line": 4, "field": "text", "value": "''",
         "remedy": "send some text", "raw": {"text": "?"}},
    ]  # fmt: skip


def test_no_rejected_row_no_file(tmp_path):
    """A clean file leaves nothing beside it but the checkpoint."""
    rejects = RejectedRows(tmp_path / "rejected.jsonl", length=0)
    rejects.flush()
    rejects.close()
    assert not list(tmp_path.iterdir())
