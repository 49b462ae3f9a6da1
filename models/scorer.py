"""Text in, scores out: one encoding, read by every head."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from models.encoder import Encoder
from models.fake_encoder import DIMENSION, FakeEncoder
from models.manifest import Manifest, read_manifest
from models.sentiment import NEUTRAL, SentimentHead
from models.topics import Background, TopicMatcher
from schemas.errors import ModelError
from schemas.scores import SENTIMENTS, ScoreBatch

SHIPPED: Final = Path(__file__).parent / "shipped"
HEADS: Final = "heads.safetensors"
UNKNOWN: Final = "und"

Topics = Mapping[str, Sequence[str]]


class Scorer:
    """Scores texts with one model.

    model_version and model_sha256 stand in every mention: together they say what gave a score.
    """

    def __init__(
        self,
        encoder: Encoder,
        sentiment: SentimentHead,
        topics: TopicMatcher | None,
        *,
        model_version: str,
        model_sha256: str,
    ) -> None:
        self.model_version = model_version
        self.model_sha256 = model_sha256
        self._encoder = encoder
        self._sentiment = sentiment
        self._topics = topics

    def score(self, texts: Sequence[str], langs: Sequence[str] | None = None) -> ScoreBatch:
        """Scores of n texts; a text's scores do not depend on the others.

        langs: language code of each text, "und" where it is not known; it sharpens the topics.
        A text of white space only is neutral with certainty and about no topic.
        Raises ModelError if the encoder does not answer.
        """
        langs = langs or [UNKNOWN] * len(texts)
        # Reposts are encoded once.
        places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        embeddings = self._encoder.encode(list(places))[[places[text] for text in texts]]
        probabilities = self._sentiment.probabilities(embeddings)
        topics: list[tuple[str, ...]] = [()] * len(texts)
        if self._topics:
            topics = self._topics.match(texts, embeddings, langs)
        for row, text in enumerate(texts):
            if not text or text.isspace():
                probabilities[row] = np.eye(len(SENTIMENTS), dtype=np.float32)[NEUTRAL]
                topics[row] = ()
        return ScoreBatch(probabilities, topics)


def load_scorer(model: str, topics: Topics | None = None, threads: int | None = None) -> Scorer:
    """The scorer that a setting names.

    model: "shipped"; "stub" (scores mean nothing and cost nothing, and it finds no topics); a
    model's folder; "vllm:http://host:port,…", servers of the shipped model's base encoder; or
    "torch:FOLDER", that encoder as Hugging Face keeps it.
    topics: phrases by topic.  threads: of the ONNX backend; None for one per core.
    Raises ModelError.
    """
    topics = topics or {}
    if model == "stub":
        return _stub()
    backend, _, where = model.partition(":")
    other = backend in {"vllm", "torch"} and bool(where)
    folder = SHIPPED if other or model == "shipped" else Path(model)
    manifest, sha256 = read_manifest(folder)
    if other:
        encoder = _other_encoder(backend, where, manifest)
    else:
        from models.onnx_encoder import OnnxEncoder

        encoder = OnnxEncoder(
            folder, prefix=manifest.prefix, max_tokens=manifest.max_tokens, threads=threads
        )
    _check_fit(manifest, encoder, folder)
    sentiment, background = read_heads(folder)
    return Scorer(
        encoder,
        sentiment,
        TopicMatcher(encoder, topics, background) if topics else None,
        # Other arithmetic gives other digits: such scores stand beside the shipped model's.
        model_version=f"{manifest.model_version}+{backend}" if other else manifest.model_version,
        model_sha256=sha256,
    )


def _other_encoder(backend: str, where: str, manifest: Manifest) -> Encoder:
    if backend == "vllm":
        from models.vllm_encoder import VllmEncoder

        return VllmEncoder(where.split(","), prefix=manifest.prefix, max_tokens=manifest.max_tokens)
    from models.torch_encoder import TorchEncoder

    return TorchEncoder(Path(where), prefix=manifest.prefix, max_tokens=manifest.max_tokens)


def _check_fit(manifest: Manifest, encoder: Encoder, folder: Path) -> None:
    if encoder.dimension != manifest.dimension:
        raise ModelError(
            f"{encoder.name} gives {encoder.dimension} numbers a text, the heads in {folder} read "
            f"{manifest.dimension}; serve the encoder that the heads were trained on"
        )
    if manifest.labels != SENTIMENTS:
        raise ModelError(f"{folder} has labels {manifest.labels}; expected {SENTIMENTS}")


def read_heads(folder: Path) -> tuple[SentimentHead, Background]:
    """The heads of a model folder.  Raises ModelError."""
    path = folder / HEADS
    try:
        tensors = load_file(path)
        sentiment = SentimentHead(
            tensors["sentiment.weight"],
            tensors["sentiment.bias"],
            float(tensors["sentiment.temperature"][0]),
        )
        background = Background(
            tuple(tensors["topics.languages"].tobytes().decode().split()),
            tensors["topics.means"].astype(np.float32),
            tensors["topics.mean"].astype(np.float32),
            tensors["topics.contrast"].astype(np.float32),
            tensors["topics.sample"].astype(np.float32),
        )
    except (OSError, KeyError, SafetensorError) as error:
        raise ModelError(f"{path} cannot be read ({error}); export the model again") from error
    return sentiment, background


def _stub() -> Scorer:
    weight = np.zeros((DIMENSION, len(SENTIMENTS)), np.float32)
    np.fill_diagonal(weight, 3)
    head = SentimentHead(weight, np.zeros(len(SENTIMENTS), np.float32), 1.0)
    return Scorer(FakeEncoder(), head, None, model_version="stub", model_sha256="")
