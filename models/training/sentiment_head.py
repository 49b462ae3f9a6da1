"""`python -m models.training.sentiment_head`: the shipped folder's heads, manifest and card.

    python -m models.training.sentiment_head --encoder FOLDER --data FOLDER --out FOLDER \
        --watchlist compose/demo/watchlist.yaml

`--encoder` holds `encoder.onnx` and `tokenizer.json` as `python -m models.export` made them;
`--data` holds the sets that models/training/datasets.py names; the topics of the watchlist are
measured.  The head is one logistic
regression on frozen embeddings; its temperature is found on the validation texts.
"""

import argparse
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from sklearn.linear_model import LogisticRegression

from models.manifest import Manifest, write_manifest
from models.onnx_encoder import GRAPH, TOKENIZER, OnnxEncoder
from models.scorer import HEADS
from models.sentiment import SentimentHead
from models.topics import Background
from models.training.background import background
from models.training.card import Figure, model_card, topic_tables
from models.training.datasets import SETS
from models.training.embedded import Embedded, embed
from models.training.measures import best_temperature, calibration_error, macro_f1
from models.training.topic_figures import topic_figures
from schemas.scores import SENTIMENTS
from schemas.watchlist import load_watchlist

VERSION: Final = "groundswell-1"
PREFIX: Final = "query: "
MAX_TOKENS: Final = 128
REGULARISATION: Final = 30.0

Floats = NDArray[np.float32]


def example_weights(embedded: Embedded) -> NDArray[np.float64]:
    """A weight for each example: sentiments that are rare in its language weigh more.

    By the root of their rarity: in full, the many neutral texts of the news sets would count for
    too little; not at all, the few negative ones of the review sets would.
    """
    _, lang_of, sizes = np.unique(embedded.langs, return_inverse=True, return_counts=True)
    _, group_of, group_sizes = np.unique(
        lang_of * len(SENTIMENTS) + embedded.labels, return_inverse=True, return_counts=True
    )
    weights: NDArray[np.float64] = np.sqrt(sizes[lang_of] / group_sizes[group_of])
    return weights


def train_head(train: Sequence[Embedded], validation: Sequence[Embedded]) -> SentimentHead:
    """Fit the regression, then its temperature."""
    rows = np.concatenate([part.rows for part in train])
    labels = np.concatenate([part.labels for part in train])
    weights = np.concatenate([example_weights(part) for part in train])
    regression = LogisticRegression(C=REGULARISATION, max_iter=1000)
    regression.fit(rows, labels, sample_weight=weights * len(weights) / weights.sum())
    weight = regression.coef_.T.astype(np.float32)
    bias = regression.intercept_.astype(np.float32)
    held_out = np.concatenate([part.rows for part in validation])
    temperature = best_temperature(
        np.concatenate([part.labels for part in validation]),
        held_out @ weight + bias,
        np.concatenate([np.full(len(part.rows), 1 / len(part.rows)) for part in validation]),
    )
    return SentimentHead(weight, bias, temperature)


def figures(head: SentimentHead, parts: Sequence[Embedded]) -> list[Figure]:
    """How the head does on each language of each set."""
    found = []
    for part in parts:
        probabilities = head.probabilities(part.rows)
        langs = np.array(part.langs)
        for lang in sorted(set(part.langs)):
            chosen = langs == lang
            labels, shares = part.labels[chosen], probabilities[chosen]
            found.append(
                Figure(
                    source=part.source,
                    lang=lang,
                    texts=len(labels),
                    macro_f1=macro_f1(labels, shares.argmax(axis=1)),
                    accuracy=float((labels == shares.argmax(axis=1)).mean()),
                    calibration_error=calibration_error(labels, shares),
                )
            )
    return found


def write_heads(path: Path, head: SentimentHead, usual: Background) -> None:
    """Write the heads' tensors; models/scorer.py reads them."""
    tensors: dict[str, NDArray[Any]] = {
        "sentiment.weight": head.weight,
        "sentiment.bias": head.bias,
        "sentiment.temperature": np.array([head.temperature], np.float32),
        "topics.languages": np.frombuffer(" ".join(usual.languages).encode(), np.uint8),
        "topics.means": usual.means.astype(np.float16),
        "topics.mean": usual.mean.astype(np.float16),
        "topics.contrast": usual.contrast.astype(np.float16),
        "topics.sample": usual.sample.astype(np.float16),
    }
    save_file({name: np.ascontiguousarray(value) for name, value in tensors.items()}, path)
    path.chmod(0o644)  # the library makes it readable for its owner only


@dataclass(frozen=True, slots=True)
class Places:
    """Folders to read and to write, and the watchlist whose topics are measured."""

    encoder: Path
    data: Path
    out: Path
    cache: Path
    watchlist: Path


def train(places: Places) -> None:
    """Write the whole model folder."""
    encoder = OnnxEncoder(places.encoder, prefix=PREFIX, max_tokens=MAX_TOKENS)
    places.cache.mkdir(parents=True, exist_ok=True)
    trained, held_out = [], []
    for source in SETS:
        cache = places.cache / source.name.replace("/", "_")
        for_training, for_validation = source.split(places.data)
        if source.ships:
            trained.append(embed(encoder, source, for_training, cache.with_suffix(".train.npy")))
        held_out.append(embed(encoder, source, for_validation, cache.with_suffix(".val.npy")))
    head = train_head(trained, [part for part in held_out if part.source.ships])
    usual = background(trained)
    manifest = write_folder(places, head, usual, dimension=encoder.dimension)
    topics = {topic.name: topic.phrases for topic in load_watchlist(places.watchlist).topics}
    by_topic, by_language = topic_figures(
        encoder, topics, usual, trained=trained, measured=[*trained, *held_out]
    )
    card = model_card(manifest, SETS, figures(head, held_out), topic_tables(by_topic, by_language))
    (places.out / "MODEL_CARD.md").write_text(card, encoding="utf-8")


def write_folder(
    places: Places, head: SentimentHead, usual: Background, *, dimension: int
) -> Manifest:
    """Write graph, tokenizer, heads and manifest."""
    places.out.mkdir(parents=True, exist_ok=True)
    for file in (GRAPH, TOKENIZER):
        if (places.encoder / file).resolve() != (places.out / file).resolve():
            shutil.copyfile(places.encoder / file, places.out / file)
    write_heads(places.out / HEADS, head, usual)
    manifest = Manifest(
        name="groundswell",
        model_version=VERSION,
        labels=SENTIMENTS,
        dimension=dimension,
        prefix=PREFIX,
        max_tokens=MAX_TOKENS,
        files=dict.fromkeys((GRAPH, TOKENIZER, HEADS), ""),
    )
    write_manifest(places.out, manifest)
    return manifest


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(prog="python -m models.training.sentiment_head")
    parser.add_argument("--encoder", type=Path, required=True, help="encoder.onnx's folder")
    parser.add_argument("--data", type=Path, required=True, help="the labelled sets' folder")
    parser.add_argument("--out", type=Path, required=True, help="the model folder to write")
    parser.add_argument("--cache", type=Path, help="keeps embeddings; out/../cache by default")
    parser.add_argument("--watchlist", type=Path, required=True, help="its topics are measured")
    flags = parser.parse_args()
    cache = flags.cache or flags.out.parent / "cache"
    train(Places(flags.encoder, flags.data, flags.out, cache, flags.watchlist))


if __name__ == "__main__":
    main()
