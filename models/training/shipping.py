"""From a trained network to a model folder: graph, tokenizer, calibrated heads, manifest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.encoder import Encoder
from models.export.folder import Base, write_encoder
from models.export.hugging_face import ENCODER_FILES, write_folder
from models.heads import HEADS, LAYERS, Heads, target_head, write_heads
from models.manifest import Manifest, write_manifest
from models.meaning import Meaning
from models.onnx_encoder import GRAPH, TOKENIZER
from models.own_encoder import own_encoder
from models.sentiment import SentimentHead
from models.targets import Dense
from models.topics import Background
from models.training.background import background
from models.training.calibration import calibrated, calibrating
from models.training.config import Run
from models.training.embedded import Embedded
from models.training.labelled import UNKNOWN, Labelled, Sets
from models.training.measuring import Answers, answer
from schemas.scores import EMOTIONS, SENTIMENTS

BACKGROUND_TEXTS: Final = 1000  # of a set
SIDE: Final = ("emotions", "offensive", "irony")  # heads of one layer that a model may lack
NEVER: Final = np.float32(-20)  # the log-odds of what the model knows nothing of

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Trained:
    """A network as NumPy arrays.

    weights: those of the network, the encoder's behind "encoder.", by Hugging Face's names.
    config, tokenizer, marks: of the encoder, as models.export.folder.Base has them.
    before: the heads of the model folder that it went on from, if it did.
    """

    weights: Weights
    config: Mapping[str, Any]
    tokenizer: str
    marks: Mapping[str, str]
    before: Heads | None = None

    def encoder(self) -> Base:
        """The encoder alone."""
        prefix = "encoder."
        weights = {
            name.removeprefix(prefix): value
            for name, value in self.weights.items()
            if name.startswith(prefix)
        }
        return Base(weights, self.config, self.tokenizer, self.marks)


def ship(
    run: Run, trained: Trained, sets: Sets, out: Path, report: Report
) -> tuple[Heads, dict[str, Answers]]:
    """Write the model folder, all but its card.

    Returns the heads, and the shipped model's answers to the held-out texts.
    """
    out.mkdir(parents=True, exist_ok=True)
    report("writing the encoder and the tokenizer")
    rows = [row for of_set in sets.train.values() for row in of_set]
    meaning = np.ascontiguousarray(trained.weights["meaning.weight"].T)
    if run.backend == "torch":
        write_folder(trained.encoder(), out, dimension=len(meaning))
        files: Sequence[str] = ENCODER_FILES
    else:
        texts = [row.text for row in rows]
        write_encoder(trained.encoder(), texts, out, pieces=run.pieces, max_tokens=run.read_tokens)
        files = GRAPH, TOKENIZER
    encoder = own_encoder(out, prefix=run.prefix, max_tokens=run.read_tokens)
    heads = heads_of(trained.weights, _no_background(encoder.dimension), meaning)
    taught, before = only_taught(heads, rows), trained.before
    # Heads that no label teaches only decay, unless another network's answers teach them.
    heads = taught if before is None else gone_on(taught, heads if run.imitate else before, before)
    report(f"answering {sum(map(len, sets.held_out.values())):,} held-out texts")
    answers = {name: answer(encoder, heads, rows) for name, rows in sets.held_out.items()}
    telling = calibrating(run)
    heads = calibrated(
        heads, encoder, {name: found for name, found in answers.items() if name in telling}
    )
    report("looking at the background of topics")
    if before is None or any(row.aspects for row in rows):
        heads = replace(heads, background=_background(encoder, meaning, sets.train))
    write_heads(out / HEADS, heads)
    manifest = Manifest(
        name="groundswell",
        model_version=run.version,
        labels=SENTIMENTS,
        dimension=encoder.dimension,
        prefix=run.prefix,
        max_tokens=run.read_tokens,
        files=dict.fromkeys((*files, HEADS), ""),
    )
    write_manifest(out, manifest)
    return heads, answers


def heads_of(weights: Weights, usual: Background, meaning: Floats) -> Heads:
    """The heads; the network reads embeddings of length sqrt(dimension), they read unit vectors."""
    scale = np.float32(np.sqrt(len(meaning)))

    def layer(name: str, factor: np.float32) -> Dense:
        return Dense(
            np.ascontiguousarray(weights[f"{name}.weight"].T) * factor, weights[f"{name}.bias"]
        )

    sentiment = layer("sentiment", scale)
    one = np.float32(1)
    return Heads(
        SentimentHead(sentiment.weight, sentiment.bias, (), np.ones(1, np.float32)),
        usual,
        meaning,
        layer("emotions", scale),
        np.full(len(EMOTIONS), 0.5, np.float32),
        layer("offensive", scale),
        layer("irony", scale),
        target_head({name: layer(f"targets.{name}", one) for name in LAYERS}),
    )


def weights_of(heads: Heads) -> dict[str, Floats]:
    """A network's weights that `heads_of` makes these heads of."""
    scale = np.float32(np.sqrt(len(heads.background.mean)))
    sentiment = Dense(heads.sentiment.weight, heads.sentiment.bias)
    layers = {"sentiment": sentiment} | {name: getattr(heads, name) for name in SIDE}
    found = {
        name: Dense(layer.weight / scale, layer.bias) for name, layer in layers.items() if layer
    }
    if heads.targets is not None:
        found |= {f"targets.{name}": getattr(heads.targets, name) for name in LAYERS}
    weights = {f"{name}.weight": layer.weight for name, layer in found.items()}
    if heads.meaning is not None:
        weights["meaning.weight"] = heads.meaning
    weights = {name: np.ascontiguousarray(value.T) for name, value in weights.items()}
    return weights | {f"{name}.bias": layer.bias for name, layer in found.items()}


def gone_on(taught: Heads, other: Heads, before: Heads) -> Heads:
    """The heads of a model that goes on from another one, with those that only that one learnt.

    taught: those that our labels taught.  other: where the rest is taken from, of what the model
    before had.  Its temperatures, thresholds and background hold until texts say better.
    """
    sentiment = replace(
        taught.sentiment,
        languages=before.sentiment.languages,
        temperatures=before.sentiment.temperatures,
    )
    emotions = before.emotions and other.emotions
    if taught.emotions is not None and emotions is not None:
        ours = taught.emotions.bias != NEVER
        emotions = Dense(
            np.where(ours, taught.emotions.weight, emotions.weight),
            np.where(ours, taught.emotions.bias, emotions.bias),
        )
    targets = taught.targets or (before.targets and other.targets)
    if targets is not None and before.targets is not None:
        targets = replace(targets, temperature=before.targets.temperature)
    return replace(
        taught,
        sentiment=sentiment,
        background=before.background,
        emotions=emotions or taught.emotions,
        emotions_from=taught.emotions_from
        if before.emotions_from is None
        else before.emotions_from,
        offensive=taught.offensive or (before.offensive and other.offensive),
        irony=taught.irony or (before.irony and other.irony),
        targets=targets,
        aspects=before.aspects,
    )


def only_taught(heads: Heads, rows: Sequence[Labelled]) -> Heads:
    """The heads without those that no label taught; an emotion that none did is never claimed."""
    taught = [any(row.emotions[at] != UNKNOWN for row in rows) for at in range(len(EMOTIONS))]
    emotions = heads.emotions
    if emotions is not None:
        emotions = Dense(
            np.where(taught, emotions.weight, 0), np.where(taught, emotions.bias, NEVER)
        )
    return replace(
        heads,
        emotions=emotions if any(taught) else None,
        offensive=heads.offensive if any(row.offensive != UNKNOWN for row in rows) else None,
        irony=heads.irony if any(row.irony != UNKNOWN for row in rows) else None,
        targets=heads.targets if any(row.opinions for row in rows) else None,
    )


def _no_background(dimension: int) -> Background:
    even = np.eye(dimension, dtype=np.float32)
    return Background((), even[:0], even[0], even, even)


def _background(
    encoder: Encoder, meaning: Floats, sets: Mapping[str, Sequence[Labelled]]
) -> Background:
    embedder = Meaning(encoder, meaning)
    parts = []
    for rows in sets.values():
        some = [row for row in rows if row.aspects][: 4 * BACKGROUND_TEXTS]
        some = some or list(rows[:BACKGROUND_TEXTS])
        parts.append(Embedded(some, embedder.encode([row.text for row in some])))
    return background(parts)
