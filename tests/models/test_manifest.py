"""A model folder is what its manifest says, or it is not loaded."""

import hashlib

import msgspec
import pytest

from models.manifest import Manifest, read_manifest, write_manifest
from schemas.errors import ModelError


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "heads").write_bytes(b"numbers")
    write_manifest(
        tmp_path,
        Manifest(
            name="m",
            model_version="m-1",
            labels=("negative", "neutral", "positive"),
            dimension=8,
            prefix="",
            max_tokens=16,
            files={"heads": ""},
        ),
    )
    return tmp_path


def test_manifest_comes_back(folder):
    """With the files' sums, and its own as the model's."""
    manifest, sha256 = read_manifest(folder)
    assert manifest.files == {"heads": hashlib.sha256(b"numbers").hexdigest()}
    assert sha256 == hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()


def test_changed_file_is_named(folder):
    """One byte is enough."""
    (folder / "heads").write_bytes(b"numbers!")
    with pytest.raises(ModelError, match=r"heads has SHA-256 .*restore it"):
        read_manifest(folder)


def test_missing_file_is_named(folder):
    """A folder that was copied in part says what is missing."""
    (folder / "heads").unlink()
    with pytest.raises(ModelError, match="heads cannot be read"):
        read_manifest(folder)


def test_folder_without_manifest_is_no_model(tmp_path):
    """The message says what would do."""
    with pytest.raises(ModelError, match=r"manifest\.json.*'shipped' or 'stub'"):
        read_manifest(tmp_path / "nowhere")


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"name": 3}', b"\xff"])
def test_broken_manifest_is_refused(folder, content):
    """Anything but a whole manifest."""
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(ModelError, match="is not a manifest"):
        read_manifest(folder)


def test_files_stay_in_their_folder(folder):
    """A manifest cannot name a file elsewhere."""
    manifest = msgspec.json.decode((folder / "manifest.json").read_bytes())
    manifest["files"] = {"../heads": "0"}
    (folder / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    with pytest.raises(ModelError, match="not a plain file name"):
        read_manifest(folder)
