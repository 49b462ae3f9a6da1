"""What would end a run after hours, or as a riddle, is looked for before it begins."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from msgspec.structs import replace
from safetensors import SafetensorError
from tokenizers import Tokenizer

from models.export.folder import LEAST_COUNT
from models.export.vocabulary import choose_pieces, piece_counts
from models.heads import read_heads
from models.manifest import read_manifest
from models.training.config import Run
from models.training.folders import named_folder
from models.training.labelled import Sets
from models.training.reading import read_sets
from models.training.run import imitated_network, load_network
from schemas.errors import ModelError


def check(run: Run, data: Path, out: Path, before: Path | None) -> Sets:
    """The run's texts.  Raises ModelError, which names the field, for what it needs and has not.

    data: folder of the sets.  out: of what is made.  before: the model to compare with, if any.
    """
    for package in run.report_to:
        if find_spec(package) is None:
            raise ModelError(
                f"report_to has {package!r}, which is not installed; run: pip install {package}"
            )
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError(f"--out {out} cannot be made ({error.strerror}); name another") from error
    if before is not None:
        read_manifest(before)
    sets = read_sets(run, data)
    if run.patience and not any(sets.held_out[source.path] for source in run.data):
        raise ModelError(
            f"patience={run.patience} looks at held-out texts, and the sets are too small to have "
            "any; leave it out, or name larger ones"
        )
    with _naming("start", run.start):
        network, tokenizer = load_network(replace(run, lora=0))
    with _naming("imitate", run.imitate):
        imitated_network(run)
    if run.teacher is not None:
        _check_teacher(run.teacher, network.sentiment.in_features)
    if run.backend == "onnx":
        texts = [row.text for rows in sets.train.values() for row in rows]
        _check_pieces(run, tokenizer, texts)
    return sets


@contextmanager
def _naming(field: str, weights: Sequence[str]) -> Iterator[None]:
    """Names the field whose weights are not there, or are of another network."""
    try:
        yield
    except (OSError, KeyError, RuntimeError, SafetensorError) as error:
        if not weights:
            raise
        what = str(error).splitlines()[-1].strip()  # torch lists all that does not fit
        raise ModelError(
            f"{field}={', '.join(weights)} cannot be taken ({what}); name the network.safetensors "
            "of earlier runs on this base, all with as many layers"
        ) from error


def _check_teacher(teacher: str, dimension: int) -> None:
    try:
        found = len(read_heads(named_folder(teacher)).sentiment.weight)
    except ModelError as error:
        raise ModelError(f"teacher={teacher!r} is no model's folder: {error}") from error
    if found != dimension:
        raise ModelError(
            f"teacher={teacher!r} has embeddings of {found} numbers, the run's encoder of "
            f"{dimension}; name a teacher with as many, or none"
        )


def _check_pieces(run: Run, tokenizer: Tokenizer, texts: Sequence[str]) -> None:
    vocabulary = json.loads(tokenizer.to_str())["model"]["vocab"]
    if run.pieces >= len(vocabulary):
        return
    tokenizer.no_truncation()
    counts = piece_counts(tokenizer, texts)
    try:
        choose_pieces(vocabulary, counts, budget=run.pieces, least_count=LEAST_COUNT)
    except ValueError as error:
        raise ModelError(f"pieces={run.pieces} is too few: {error}") from error
