"""A whole model from a run's file: train, ship, measure, and write its card and report."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from models.encoder import Encoder
from models.heads import Heads
from models.manifest import MANIFEST, read_manifest
from models.meaning import Meaning
from models.named_topics import NamedTopics
from models.onnx_encoder import TOKENIZER
from models.opinions import Opinions
from models.own_encoder import own_encoder
from models.training.card import Made, aspect_lines, model_card, topic_tables
from models.training.config import Run
from models.training.embedded import Embedded
from models.training.evaluation import evaluate, worse
from models.training.held_out import held_out
from models.training.identity import claim
from models.training.labelled import Labelled, Sets
from models.training.measuring import Figure, figures
from models.training.report import report_page
from models.training.run import WEIGHTS, train, trained_network
from models.training.shipping import ship
from models.training.topic_figures import TRUTHS, topic_figures
from models.training.trade_aspects import claims
from schemas.errors import ModelError
from schemas.model_figures import write_figures

CARD: Final = "MODEL_CARD.md"
REPORT: Final = "report.html"
MODEL: Final = "model"
NEW: Final = "model.new"
OLD: Final = "model.old"

Report = Callable[[str], None]


Topics = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Standard:
    """What a new model is held to, and measured by.

    before: the model folder that it is compared with; None for none.  tolerance: by how much it may
    be worse on a guard, in macro-F1, 0 to 1.  topics: phrases by topic, measured for the card.
    """

    before: Path | None = None
    tolerance: float = 0.01
    topics: Topics | None = None


def make(run: Run, sets: Sets, out: Path, standard: Standard, report: Report) -> Path:
    """Train a run and make the model folder `out/model`, with card and `out/report.html`.

    Returns the folder.  A network that this very run has trained there
    already is taken as it is.  Raises ModelError if `out` is another run's, or if the new model
    falls below the standard: then `out/model`, which may be in use, stays as it was, and the new
    one stays in `out/model.new` for a look, without a manifest, so that nothing loads it.
    """
    claim(out, run, sets.train)
    if not (out / WEIGHTS).exists():
        train(run, sets, out, report)
    return finish(run, sets, out, standard, report)


def finish(run: Run, sets: Sets, out: Path, standard: Standard, report: Report) -> Path:
    """The same for a network that has been trained already, `out/network.safetensors`."""
    folder = out / NEW
    shutil.rmtree(folder, ignore_errors=True)
    trained = trained_network(run, out / WEIGHTS)
    heads, answers = ship(run, trained, sets, folder, report)
    after = [figure for of_set in answers.values() for figure in figures(of_set, heads)]
    old: Sequence[Figure] = ()
    if standard.before is not None:
        report("asking the model before")
        old = evaluate(standard.before, sets.held_out).figures
    page = report_page(run.version, after, old, answers, heads)
    (out / REPORT).write_text(page, encoding="utf-8")
    guards = [source.path for source in run.guards]
    if faults := worse(after, old, tolerance=standard.tolerance, guards=guards):
        (folder / MANIFEST).unlink()
        raise ModelError(
            f"{run.version} is worse on the guards and is not shipped: {'; '.join(faults)}; "
            f"look at {out / REPORT}"
        )
    report("writing the card")
    manifest, _ = read_manifest(folder)
    encoder = own_encoder(folder, prefix=manifest.prefix, max_tokens=manifest.max_tokens)
    lines = _aspects(run, encoder, heads, sets)
    if standard.topics:
        lines += _topics(standard.topics, encoder, heads, sets)
    pieces = json.loads((folder / TOKENIZER).read_text(encoding="utf-8"))["model"]["vocab"]
    made = Made(manifest, run, heads, trained.config["vocab_size"], len(pieces))
    (folder / CARD).write_text(model_card(made, after, lines), encoding="utf-8")
    write_figures(folder, held_out(run, after))
    _swap(folder, out / MODEL, out / OLD)
    report(f"{out / MODEL} holds {run.version}; {out / REPORT} shows how it does")
    return out / MODEL


def _swap(new: Path, folder: Path, old: Path) -> None:
    """Put a finished folder where another one may be."""
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _aspects(run: Run, encoder: Encoder, heads: Heads, sets: Sets) -> list[str]:
    """The card's lines about aspects."""
    of_sets = {
        source.path: [row for row in sets.held_out[source.path] if row.aspects and row.opinions]
        for source in run.data
    }
    telling = [name for name, rows in of_sets.items() if rows]
    if heads.targets is None or not telling:
        return []
    rows = [row for name in telling for row in of_sets[name]]
    precision, recall = claims(encoder, heads, rows).precision_and_recall(heads.aspects)
    return aspect_lines(telling, precision, recall, heads.aspects)


def _topics(topics: Topics, encoder: Encoder, heads: Heads, sets: Sets) -> list[str]:
    """The card's lines about topics; none without texts of the domains that tell."""
    domains = {row.domain for rows in sets.held_out.values() for row in rows if row.aspects}
    if not any(domains.intersection(truth.domains) for truth in TRUTHS.values()):
        return []
    meaning = Meaning(encoder, heads.meaning)
    named = None
    if heads.targets is not None:
        names = [name for name, phrases in topics.items() if phrases]
        named = NamedTopics(encoder, Opinions(encoder, heads.targets, least=heads.aspects), names)
    trained, held_out = (
        [[row for row in rows if row.aspects] for rows in by_set.values()]
        for by_set in (sets.train, sets.held_out)
    )
    by_topic, by_language = topic_figures(
        meaning,
        topics,
        heads.background,
        trained=[_embedded(rows, meaning) for rows in trained if rows],
        measured=[_asked(rows, meaning, named) for rows in held_out if rows],
    )
    return topic_tables(by_topic, by_language)


def _embedded(rows: Sequence[Labelled], meaning: Meaning) -> Embedded:
    return Embedded(rows, meaning.encode([row.text for row in rows]))


def _asked(rows: Sequence[Labelled], meaning: Meaning, named: NamedTopics | None) -> Embedded:
    """The texts, with the evidence of topics where the model has a head for it."""
    if named is None:
        return _embedded(rows, meaning)
    found = named.read([row.text for row in rows])
    embeddings, evidence = np.split(found, [found.shape[1] - named.count], axis=1)
    return Embedded(rows, meaning.of(embeddings), evidence)
