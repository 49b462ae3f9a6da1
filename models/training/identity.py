"""What a folder of a run was trained from, kept beside it: `run.json`."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from models.manifest import read_manifest
from models.training.config import Run
from models.training.folders import model_folder
from models.training.labelled import Labelled
from schemas.errors import ModelError

IDENTITY: Final = "run.json"
LEFT_BY_A_RUN: Final = ("network.safetensors", "checkpoint-*")


def claim(out: Path, run: Run, sets: Mapping[str, Sequence[Labelled]]) -> None:
    """Make a folder this run's own; what is trained there is gone on from, or used as it is.

    sets: the texts that it learns from.  Raises ModelError if another run has trained there: its
    network knows nothing of what is different now.
    """
    path, content = out / IDENTITY, json.dumps(_identity(run, sets), indent=2, ensure_ascii=False)
    if not any(next(out.glob(pattern), None) for pattern in LEFT_BY_A_RUN):
        out.mkdir(parents=True, exist_ok=True)
        path.write_text(content + "\n", encoding="utf-8")
        return
    if not path.exists():
        raise ModelError(
            f"{out} holds a network, and no {IDENTITY} says of which run; name another --out, or "
            "empty that folder"
        )
    ours, theirs = json.loads(content), json.loads(path.read_text(encoding="utf-8"))
    other = [name for name in ours if ours[name] != theirs.get(name)]
    if other:
        raise ModelError(
            f"{out} holds the run {theirs['version']!r} with other {', '.join(other)}, "
            "which would not be learnt; name another --out, or empty that folder"
        )


def _identity(run: Run, sets: Mapping[str, Sequence[Labelled]]) -> dict[str, Any]:
    """The run's fields, and digests of what they only name: labelled texts and earlier weights."""
    weights = {name: _of_weights(name) for name in (*run.start, *run.imitate)}
    texts = {name: _of_texts(rows) for name, rows in sets.items()}
    fields: dict[str, Any] = msgspec.to_builtins(run)
    for of_card in ("history", "card"):
        del fields[of_card]
    return {**fields, "weights of start and imitate": weights, "texts": texts}


def _of_weights(name: str) -> str:
    folder = model_folder(name)
    if folder is not None:
        return read_manifest(folder)[1]
    try:
        with Path(name).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(
            f"{name} cannot be read ({error.strerror}); start and imitate name the "
            "network.safetensors of earlier runs, or a model folder"
        ) from error


def _of_texts(rows: Sequence[Labelled]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        digest.update(repr(row).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
