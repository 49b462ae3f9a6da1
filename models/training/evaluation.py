"""Measures a model folder on labelled sets, and refuses what became worse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from models.heads import Heads, read_heads
from models.manifest import Manifest, read_manifest
from models.own_encoder import own_encoder
from models.training.labelled import Labelled
from models.training.measuring import Answers, Figure, answer, figures


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a model answered, and how good that is.

    answers: by set.
    """

    manifest: Manifest
    heads: Heads
    answers: Mapping[str, Answers]
    figures: Sequence[Figure]


def evaluate(folder: Path, sets: Mapping[str, Sequence[Labelled]]) -> Evaluation:
    """Measure a model folder.  sets: labelled texts by set.  Raises ModelError."""
    manifest, _ = read_manifest(folder)
    encoder = own_encoder(folder, prefix=manifest.prefix, max_tokens=manifest.max_tokens)
    heads = read_heads(folder)
    answers = {name: answer(encoder, heads, rows) for name, rows in sets.items()}
    found = [figure for of_set in answers.values() for figure in figures(of_set, heads)]
    return Evaluation(manifest, heads, answers, found)


def worse(
    after: Sequence[Figure], before: Sequence[Figure], *, tolerance: float, guards: Sequence[str]
) -> list[str]:
    """A line for each guard whose mean macro-F1 fell by more than the tolerance.

    tolerance: in macro-F1, 0 to 1.  guards: names of sets.
    """
    lines = []
    for name in guards:
        new, old = ([figure.macro_f1 for figure in found if figure.source == name]
                    for found in (after, before))  # fmt: skip
        if new and old and mean(new) < mean(old) - tolerance:
            lines.append(
                f"{name}: macro-F1 {100 * mean(new):.1f}, before {100 * mean(old):.1f}, "
                f"more than {100 * tolerance:.1f} lower"
            )
    return lines
