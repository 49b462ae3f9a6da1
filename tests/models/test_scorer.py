"""The shipped model as a whole: text in, sentiment and topics out."""

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from models.encoder import Embedder
from models.manifest import read_manifest, write_manifest
from models.onnx_encoder import OnnxEncoder
from models.scorer import SHIPPED, Scorer, load_scorer
from schemas.errors import ModelError
from schemas.scores import SENTIMENTS
from tests.models.vllm_server import vllm_like_server

TOPICS = {
    "delivery": [
        "The parcel arrived late and damaged.",
        "Schnelle Lieferung.",
        "快递很慢，包装破损",
    ],
    "food": [
        "The food was cold and tasted bland.",
        "Das Essen war köstlich.",
        "菜很好吃，味道不错",
    ],
    "battery": ["The battery is empty after an hour.", "Der Akku hält lange.", "电池很耐用"],
    "nobody asked": [],
}
TEXTS = {
    "My package came two weeks too late and the box was crushed": ("negative", "delivery"),
    "Das Paket kam beschädigt an, die Lieferung dauerte ewig": ("negative", "delivery"),
    "物流太慢了，等了半个月，箱子都压坏了": ("negative", "delivery"),
    "The pasta was delicious and the dessert even better": ("positive", "food"),
    "Die Pizza schmeckte hervorragend": ("positive", "food"),
    "这家的火锅味道特别好": ("positive", "food"),
}


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return load_scorer("shipped", TOPICS)


def test_plain_texts_are_understood(scorer):
    """In three languages, with phrases in each of them."""
    found = scorer.score(list(TEXTS))
    wanted = list(TEXTS.values())
    assert list(found.sentiments) == [sentiment for sentiment, _ in wanted]
    assert all(topic in topics for (_, topic), topics in zip(wanted, found.topics, strict=True))
    # Near in meaning is a matter of degree: one topic too many is let pass.
    assert sum(len(topics) for topics in found.topics) <= len(TEXTS) + 1


@pytest.mark.parametrize(
    "text", ["I love it", "Nie wieder!", "不推荐", "", " ", "\n", "https://example.com", "🙂🙂🙂"]
)
def test_texts_about_nothing_have_no_topic(scorer, text):
    """An opinion alone is no topic."""
    assert scorer.score([text]).topics == [()]


def test_words_about_a_topic_are_found_by_its_name():
    """Where its phrases say something else, in another language."""
    named = load_scorer("shipped", {"service": ["Die Beraterin nahm sich viel Zeit."]})
    assert named.score(["the service was slow", "Terrible!!"]).topics == [("service",), ()]


def test_one_topic_alone_stands_out_as_well():
    """The plain opinions are what it stands out from."""
    alone = load_scorer("shipped", {"delivery": TOPICS["delivery"]})
    found = alone.score(["The parcel arrived two weeks too late", "I love it"])
    assert found.topics == [("delivery",), ()]


def test_neighbours_do_not_matter(scorer):
    """A text has the same scores alone, among others and beside its copies."""
    texts = [*TEXTS, "I love it", "", *TEXTS]
    together = scorer.score(texts)
    for place, text in enumerate(texts):
        alone = scorer.score([text])
        assert np.abs(alone.probabilities[0] - together.probabilities[place]).max() < 1e-3
        assert alone.topics[0] == together.topics[place]


def test_probabilities_add_up(scorer):
    """Every row is a distribution over the sentiments."""
    found = scorer.score([*TEXTS, "", "\ud83d", "x" * 50_000])
    assert found.probabilities.shape == (len(TEXTS) + 3, len(SENTIMENTS))
    assert np.allclose(found.probabilities.sum(axis=1), 1, atol=1e-5)


def test_white_space_is_neutral(scorer):
    """Nothing said is nothing felt."""
    assert list(scorer.score([" "]).sentiments) == ["neutral"]


def test_a_folder_without_a_model_is_refused(tmp_path):
    """The message says what would do."""
    with pytest.raises(ModelError, match="shipped"):
        load_scorer(str(tmp_path))


class Turned:
    """An encoder of the same width that knows nothing of the heads."""

    def __init__(self, encoder: Embedder) -> None:
        self._encoder = encoder

    def encode(self, texts):
        return np.roll(self._encoder.encode(texts), 1, axis=1)


def test_a_server_serves_the_encoder_of_the_heads(scorer, tmp_path: Path):
    """Those of the shipped model, or of the folder that is named; another encoder is refused."""
    for file in SHIPPED.iterdir():
        (tmp_path / file.name).symlink_to(file)
    (tmp_path / "manifest.json").unlink()
    manifest, _ = read_manifest(SHIPPED)
    write_manifest(tmp_path, replace(manifest, model_version="mine"))
    served = OnnxEncoder(SHIPPED, prefix="", max_tokens=manifest.max_tokens)
    with vllm_like_server(served) as right:
        found = load_scorer(f"vllm:{right.url}").score(list(TEXTS))
        assert list(found.sentiments) == list(scorer.score(list(TEXTS)).sentiments)
        mine = load_scorer(f"vllm:{tmp_path}@{right.url},{right.url}")
        assert mine.model_version == "mine+vllm"
    with (
        vllm_like_server(Turned(served)) as wrong,
        pytest.raises(ModelError, match=r"does not serve the encoder.*hugging_face.*vllm:FOLDER@"),
    ):
        load_scorer(f"vllm:{wrong.url}")
