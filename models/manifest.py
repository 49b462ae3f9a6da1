"""A model folder's `manifest.json`: what the model is, and the SHA-256 of each of its files."""

import hashlib
from pathlib import Path
from typing import Final

import msgspec

from schemas.errors import ModelError

MANIFEST: Final = "manifest.json"


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a model folder says about itself.

    model_version: stands in every mention; a folder with other answers bears another one.
    labels: the sentiments, in the order of the head's outputs.
    prefix: stands before every text.  max_tokens: a longer text is cut.
    files: SHA-256 in hexadecimal by file name.
    """

    name: str
    model_version: str
    labels: tuple[str, ...]
    dimension: int
    prefix: str
    max_tokens: int
    files: dict[str, str]


def read_manifest(folder: Path) -> tuple[Manifest, str]:
    """A folder's manifest and its own SHA-256, once all files are what it says.

    Raises ModelError if the manifest or a file is missing, unreadable or changed.
    """
    path = folder / MANIFEST
    try:
        content = path.read_bytes()
        manifest = msgspec.json.decode(content, type=Manifest)
    except OSError as error:
        raise ModelError(
            f"model={str(folder)!r} has no readable {MANIFEST} ({error.strerror}); "
            "name a folder that was made by models.training, 'shipped' or 'stub'"
        ) from error
    except msgspec.DecodeError as error:
        raise ModelError(
            f"{path} is not a manifest ({error}); restore it or export the model again"
        ) from error
    for name, expected in manifest.files.items():
        if Path(name).name != name:
            raise ModelError(f"{path} names {name!r}, which is not a plain file name")
        _check(folder / name, expected)
    return manifest, hashlib.sha256(content).hexdigest()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write a manifest with the SHA-256 of the files that it names (their values are ignored)."""
    files = {name: _sha256(folder / name) for name in sorted(manifest.files)}
    content = msgspec.json.encode(msgspec.structs.replace(manifest, files=files))
    (folder / MANIFEST).write_bytes(msgspec.json.format(content, indent=2) + b"\n")


def _check(path: Path, expected: str) -> None:
    try:
        found = _sha256(path)
    except OSError as error:
        raise ModelError(
            f"{path} cannot be read ({error.strerror}); restore the model's folder"
        ) from error
    if found != expected:
        raise ModelError(
            f"{path} has SHA-256 {found[:12]}…, expected {expected[:12]}…: it was changed or "
            "broke on the way; restore it, or export the model again"
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
