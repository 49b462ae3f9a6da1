"""Text in, scores out: one encoding, read by every head."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from models.encoder import Encoder, Encoding
from models.fake_encoder import DIMENSION, FakeEncoder
from models.heads import Heads, probabilities, read_heads
from models.manifest import MANIFEST, Manifest, read_manifest
from models.meaning import Meaning
from models.named_topics import NamedTopics
from models.opinions import Opinions
from models.row_cache import RowCache
from models.sentiment import NEUTRAL, SentimentHead
from models.topics import PLAIN_OPINIONS, Background, TopicMatcher
from schemas.errors import ModelError
from schemas.scores import EMOTIONS, SENTIMENTS, OpinionOf, ScoreBatch
from schemas.vllm_address import folder_and_servers

SHIPPED: Final = Path(__file__).parent / "shipped"
UNKNOWN: Final = "und"
NOTHING: Final = EMOTIONS.index("none")
LIKELY: Final = 0.5
SAME: Final = 0.99
"""Least mean cosine of two ways to compute one encoder.

Int8 comes to 0.999 of float32, and of bfloat16; the same encoder without its prefix to 0.96.
"""

Topics = Mapping[str, Sequence[str]]
Targets = Sequence[Sequence[str]]
Floats = NDArray[np.float32]


class Scorer:
    """Scores texts with one model.

    topics: phrases by topic.  model_version and model_sha256 stand in every mention: together they
    say what gave a score.
    """

    def __init__(
        self,
        encoder: Encoder,
        heads: Heads,
        topics: Topics,
        *,
        model_version: str,
        model_sha256: str,
    ) -> None:
        self.model_version = model_version
        self.model_sha256 = model_sha256
        self._encoder = encoder
        self._heads = heads
        self._meaning = Meaning(encoder, heads.meaning)
        self._topics = (
            TopicMatcher(self._meaning, topics, heads.background) if any(topics.values()) else None
        )
        self._opinions = Opinions(encoder, heads.targets, least=heads.aspects)
        self._named = (
            NamedTopics(encoder, self._opinions, self._topics.names)
            if self._topics and self.knows_targets
            else None
        )
        width = encoder.dimension + (self._named.count if self._named else 0)
        self._known = RowCache(self._named.read if self._named else encoder.encode, width)

    @property
    def knows_targets(self) -> bool:
        """Whether targets and aspects can be asked for."""
        return self._heads.targets is not None and self._encoder.gives_states

    def score(
        self,
        texts: Sequence[str],
        langs: Sequence[str] | None = None,
        *,
        targets: Targets | None = None,
        aspects: bool = False,
    ) -> ScoreBatch:
        """Scores of n texts; a text's scores do not depend on the others.

        langs: language code of each text, "und" where it is not known; it sharpens the topics and
        the probabilities.  targets: for each text the brands or products, as the text names them,
        whose polarity is asked for.  aspects: whether those of models.aspects are wanted, too.
        A text of white space only is neutral with certainty and about no topic.
        Raises ModelError if the encoder does not answer.
        """
        langs = langs or [UNKNOWN] * len(texts)
        # Reposts are encoded once.
        places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        rows = [places[text] for text in texts]
        asked = {row for row, names in zip(rows, targets or [()] * len(rows), strict=True) if names}
        if aspects:
            asked = set(rows)
        encoding, place_of, found_rows = self._read(list(places), asked)
        embeddings, evidence = np.split(found_rows[rows], [self._encoder.dimension], axis=1)
        heads = self._heads
        emotions, offensive, irony = (
            None if layer is None else probabilities(layer, embeddings)
            for layer in (heads.emotions, heads.offensive, heads.irony)
        )
        found = ScoreBatch(
            heads.sentiment.probabilities(embeddings, langs),
            self._about(texts, embeddings, langs, evidence),
            emotions,
            None if emotions is None else _felt(emotions, heads.emotions_from),
            None if offensive is None else offensive[:, 0],
            None if irony is None else irony[:, 0],
        )
        for row, text in enumerate(texts):
            if not text or text.isspace():
                _say_nothing(found, row)
        return replace(
            found,
            aspects=self._aspects(encoding, rows, texts) if aspects else None,
            targets=None
            if targets is None
            else self._opinions.of_targets(
                encoding, [place_of.get(row, 0) for row in rows], targets
            ),
        )

    def _read(
        self, texts: Sequence[str], asked: Collection[int]
    ) -> tuple[Encoding, dict[int, int], Floats]:
        """The states of the texts that are asked for by place, where each of them is, and the rows
        of all (see _rows).
        """
        if not asked:
            return _nothing_read(self._encoder.dimension), {}, self._known.rows(texts)
        with_states = [row for row in range(len(texts)) if row in asked]
        others = [row for row in range(len(texts)) if row not in asked]
        encoding = self._encoder.read([texts[row] for row in with_states])
        first = self._rows(encoding)
        found = np.empty((len(texts), first.shape[1]), np.float32)
        found[with_states] = first
        found[others] = self._known.rows([texts[row] for row in others])
        return encoding, {row: at for at, row in enumerate(with_states)}, found

    def _rows(self, encoding: Encoding) -> Floats:
        """Each text's embedding, and beside it the evidence of topics where it can be had."""
        return self._named.rows(encoding) if self._named else encoding.embeddings

    def _about(
        self, texts: Sequence[str], embeddings: Floats, langs: Sequence[str], evidence: Floats
    ) -> list[tuple[str, ...]]:
        if self._topics is None:
            return [()] * len(texts)
        known = evidence if self._named else None
        return self._topics.match(texts, self._meaning.of(embeddings), langs, known)

    def _aspects(
        self, encoding: Encoding, rows: Sequence[int], texts: Sequence[str]
    ) -> list[tuple[OpinionOf, ...]]:
        found = self._opinions.of_aspects(encoding)
        return [found[row] if text.strip() else () for row, text in zip(rows, texts, strict=True)]


def _felt(emotions: Floats, least: Floats | None) -> list[tuple[str, ...]]:
    """Names of the emotions that are likely enough, without "none"."""
    shown = emotions >= (LIKELY if least is None else least)
    shown[:, NOTHING] = False
    found: list[tuple[str, ...]] = [()] * len(emotions)
    for row in np.flatnonzero(shown.any(axis=1)).tolist():
        found[row] = tuple(EMOTIONS[at] for at in np.flatnonzero(shown[row]).tolist())
    return found


def _nothing_read(dimension: int) -> Encoding:
    return Encoding(np.empty((0, dimension), np.float32), [], [], [])


def _say_nothing(found: ScoreBatch, row: int) -> None:
    """The scores of a text without anything in it."""
    found.probabilities[row] = np.eye(len(SENTIMENTS), dtype=np.float32)[NEUTRAL]
    found.topics[row] = ()
    if found.emotions is not None:
        assert found.felt is not None
        found.felt[row] = ()
        found.emotions[row] = np.eye(len(EMOTIONS), dtype=np.float32)[NOTHING]
    for column in (found.offensive, found.irony):
        if column is not None:
            column[row] = 0


def heads_folder(model: str) -> Path | None:
    """The folder that says how the model of a setting scores, as load_scorer takes it.

    None for "stub", which has none.
    """
    if model in {"shipped", "stub"}:
        return SHIPPED if model == "shipped" else None
    backend, _, where = model.partition(":")
    if backend == "torch" and where:
        return Path(where)
    if backend == "vllm" and where:
        return _heads_and_servers(where)[0]
    return Path(model)


def load_scorer(model: str, topics: Topics | None = None, threads: int | None = None) -> Scorer:
    """The scorer that a setting names.

    model: "shipped"; "stub" (scores mean nothing and cost nothing, and it finds no topics); a
    model's folder; "torch:FOLDER", what models.export.hugging_face makes of one; or
    "vllm:http://host:port,…", servers of the shipped model's encoder as it is made there, and
    "vllm:FOLDER@http://host:port,…", of that model folder's.
    topics: phrases by topic.  threads: of the ONNX backend; None for one per core.
    Raises ModelError, also if an encoder is not the one that the heads were trained with.
    """
    # Of NumPy's matrix products: a pool of its own would spin beside the encoder's threads.
    threadpool_limits(1, user_api="blas")
    topics = topics or {}
    folder = heads_folder(model)
    if folder is None:
        return _stub()
    backend, _, where = model.partition(":")
    other = backend in {"vllm", "torch"} and bool(where)
    if backend == "torch" and other and not (folder / MANIFEST).exists():
        raise ModelError(
            f"{folder} has no heads that read its encoder; write it anew: "
            f"python -m models.export.hugging_face MODEL {folder}"
        )
    manifest, sha256 = read_manifest(folder)
    if not other:
        encoder: Encoder = _own(folder, manifest, threads)
    elif backend == "vllm":
        from models.vllm_encoder import VllmEncoder

        servers = _heads_and_servers(where)[1]
        encoder = VllmEncoder(servers, prefix=manifest.prefix, max_tokens=manifest.max_tokens)
    else:
        from models.torch_encoder import TorchEncoder

        encoder = TorchEncoder(folder, prefix=manifest.prefix, max_tokens=manifest.max_tokens)
    _check_fit(manifest, encoder, folder)
    if backend == "vllm" and other:
        _check_served(encoder, _own(folder, manifest, threads), folder)
    return Scorer(
        encoder,
        read_heads(folder),
        topics,
        # Other arithmetic gives other digits: such scores stand beside the model's own.
        model_version=f"{manifest.model_version}+{backend}" if other else manifest.model_version,
        model_sha256=sha256,
    )


def _heads_and_servers(where: str) -> tuple[Path, list[str]]:
    """The folder of the heads and the addresses that stand behind "vllm:"."""
    folder, servers = folder_and_servers(where)
    return SHIPPED if folder is None else Path(folder), servers.split(",")


def _own(folder: Path, manifest: Manifest, threads: int | None) -> Encoder:
    from models.own_encoder import own_encoder

    return own_encoder(
        folder, prefix=manifest.prefix, max_tokens=manifest.max_tokens, threads=threads
    )


def _check_fit(manifest: Manifest, encoder: Encoder, folder: Path) -> None:
    if encoder.dimension != manifest.dimension:
        raise ModelError(
            f"{encoder.name} gives {encoder.dimension} numbers a text, the heads in {folder} read "
            f"{manifest.dimension}; serve the encoder that the heads were trained on"
        )
    if manifest.labels != SENTIMENTS:
        raise ModelError(f"{folder} has labels {manifest.labels}; expected {SENTIMENTS}")


def _check_served(encoder: Encoder, own: Encoder, folder: Path) -> None:
    """Nothing but its answers tells which encoder a server has, and how it makes embeddings."""
    pairs = encoder.encode(PLAIN_OPINIONS) * own.encode(PLAIN_OPINIONS)
    if pairs.sum(axis=1).mean() < SAME:
        raise ModelError(
            f"{encoder.name} does not serve the encoder that the heads in {folder} were trained "
            f"with; serve what python -m models.export.hugging_face {folder} OUT writes, or name "
            "the model's folder: vllm:FOLDER@http://host:port"
        )


def _stub() -> Scorer:
    weight = np.zeros((DIMENSION, len(SENTIMENTS)), np.float32)
    np.fill_diagonal(weight, 3)
    even, nothing = np.eye(DIMENSION, dtype=np.float32), np.zeros(DIMENSION, np.float32)
    background = Background((), even[:0], nothing, even, even)
    bias, temperatures = np.zeros(len(SENTIMENTS), np.float32), np.ones(1, np.float32)
    heads = Heads(SentimentHead(weight, bias, (), temperatures), background)
    return Scorer(FakeEncoder(), heads, {}, model_version="stub", model_sha256="")
