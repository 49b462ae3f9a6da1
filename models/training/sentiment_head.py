"""`python -m models.training.sentiment_head`: the shipped folder's heads, manifest and card.

    python -m models.training.sentiment_head --encoder FOLDER --data FOLDER --out FOLDER

`--encoder` holds `encoder.onnx` and `tokenizer.json` as `python -m models.export` made them;
`--data` holds the sets that models/training/datasets.py names.  The head is one logistic
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

from models.encoder import Encoder, unit_rows
from models.manifest import Manifest, write_manifest
from models.onnx_encoder import GRAPH, TOKENIZER, OnnxEncoder
from models.scorer import HEADS
from models.sentiment import SentimentHead
from models.topics import Background
from models.training.card import Figure, model_card
from models.training.datasets import SETS, Example, LabelledSet
from models.training.measures import best_temperature, calibration_error, macro_f1
from schemas.scores import SENTIMENTS

VERSION: Final = "groundswell-1"
PREFIX: Final = "query: "
MAX_TOKENS: Final = 128
CHUNK_TEXTS: Final = 2000
REGULARISATION: Final = 30.0
SAMPLE_PER_LANGUAGE: Final = 48
LEAST_TEXTS: Final = 100  # of a language, for a mean of its own

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Embedded:
    """Examples of one set and their embeddings, float32, shape (n, dimension)."""

    source: LabelledSet
    examples: Sequence[Example]
    rows: Floats

    @property
    def labels(self) -> NDArray[np.int64]:
        """Class numbers, shape (n,)."""
        return np.array([SENTIMENTS.index(example.sentiment) for example in self.examples])

    @property
    def langs(self) -> list[str]:
        """Language codes without region."""
        return [example.lang.partition("-")[0] for example in self.examples]


def embed(
    encoder: Encoder, source: LabelledSet, examples: Sequence[Example], cache: Path
) -> Embedded:
    """Encode examples; what is in the cache file already is read from there."""
    if cache.exists() and len(rows := np.load(cache)) == len(examples):
        return Embedded(source, examples, rows)
    texts = [example.text for example in examples]
    parts = [
        encoder.encode(texts[start : start + CHUNK_TEXTS])
        for start in range(0, len(texts), CHUNK_TEXTS)
    ]
    rows = np.concatenate([np.empty((0, encoder.dimension), np.float32), *parts])
    np.save(cache, rows)
    return Embedded(source, examples, rows)


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


def background(parts: Sequence[Embedded]) -> Background:
    """The languages' mean embeddings, and a sample of texts in each."""
    rows = np.concatenate([part.rows for part in parts])
    langs = np.concatenate([part.langs for part in parts])
    names, counts = np.unique(langs, return_counts=True)
    known = [str(name) for name, count in zip(names, counts, strict=True) if count >= LEAST_TEXTS]
    means = np.stack([rows[langs == name].mean(axis=0) for name in known])
    random = np.random.default_rng(13)
    sample = [
        unit_rows(
            rows[random.choice(np.flatnonzero(langs == name), SAMPLE_PER_LANGUAGE)] - means[row]
        )
        for row, name in enumerate(known)
    ]
    return Background(tuple(known), means, means.mean(axis=0), np.concatenate(sample))


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
        "topics.sample": usual.sample.astype(np.float16),
    }
    save_file({name: np.ascontiguousarray(value) for name, value in tensors.items()}, path)
    path.chmod(0o644)  # the library makes it readable for its owner only


def train(encoder_folder: Path, data: Path, out: Path, cache: Path) -> None:
    """Write the whole model folder."""
    encoder = OnnxEncoder(encoder_folder, prefix=PREFIX, max_tokens=MAX_TOKENS)
    cache.mkdir(parents=True, exist_ok=True)
    trained, held_out = [], []
    for source in SETS:
        name = source.name.replace("/", "_")
        for_training, for_validation = source.split(data)
        if source.ships:
            trained.append(embed(encoder, source, for_training, cache / f"{name}.train.npy"))
        held_out.append(embed(encoder, source, for_validation, cache / f"{name}.val.npy"))
    head = train_head(trained, [part for part in held_out if part.source.ships])
    out.mkdir(parents=True, exist_ok=True)
    for file in (GRAPH, TOKENIZER):
        if (encoder_folder / file).resolve() != (out / file).resolve():
            shutil.copyfile(encoder_folder / file, out / file)
    write_heads(out / HEADS, head, background(trained))
    manifest = Manifest(
        name="groundswell",
        model_version=VERSION,
        labels=SENTIMENTS,
        dimension=encoder.dimension,
        prefix=PREFIX,
        max_tokens=MAX_TOKENS,
        files=dict.fromkeys((GRAPH, TOKENIZER, HEADS), ""),
    )
    write_manifest(out, manifest)
    (out / "MODEL_CARD.md").write_text(
        model_card(manifest, SETS, figures(head, held_out)), encoding="utf-8"
    )


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(prog="python -m models.training.sentiment_head")
    parser.add_argument("--encoder", type=Path, required=True, help="encoder.onnx's folder")
    parser.add_argument("--data", type=Path, required=True, help="the labelled sets' folder")
    parser.add_argument("--out", type=Path, required=True, help="the model folder to write")
    parser.add_argument("--cache", type=Path, help="keeps embeddings; out/../cache by default")
    flags = parser.parse_args()
    train(flags.encoder, flags.data, flags.out, flags.cache or flags.out.parent / "cache")


if __name__ == "__main__":
    main()
