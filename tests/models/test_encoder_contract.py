"""What every encoder backend promises, checked on each of them and on the fake.

torch and vLLM run where their libraries are installed: `make test-backends`.
"""

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from models.encoder import Encoder
from models.fake_encoder import FakeEncoder
from models.scorer import SHIPPED
from tests.models.tiny_base import write_tiny_base
from tests.models.vllm_server import vllm_like_server

PREFIX, MAX_TOKENS = "query: ", 128
TEXTS = [
    "the coffee is good",
    "质量很差，不推荐",
    "не работает, верните деньги",
    "Käse schmeckt gut, aber der Preis ist frech",
    "not bad",
    "a",
    "the battery dies after an hour " * 12,
    "قهوة جيدة",
    "น้ำดีมาก",
    "so schnell wie noch nie " * 5,
]
STRANGE = [
    *("", " ", "\x00", "\ud83d alone", "\ud83d\ude00"),
    *("x" * 100_000, "\u202e\u200b", "🙂" * 300),
]
TOLERANCE = 1e-4

BACKENDS = ["fake", "onnx", "vllm-protocol", "torch", "vllm"]


@pytest.fixture(scope="module", params=BACKENDS)
def encoder(request, tmp_path_factory) -> Iterator[Encoder]:
    """Each backend in turn."""
    match request.param:
        case "fake":
            yield FakeEncoder()
        case "onnx":
            from models.onnx_encoder import OnnxEncoder

            yield OnnxEncoder(SHIPPED, prefix=PREFIX, max_tokens=MAX_TOKENS, threads=2)
        case "vllm-protocol":
            from models.vllm_encoder import VllmEncoder

            with vllm_like_server() as one, vllm_like_server() as other:
                yield VllmEncoder([one.url, other.url], prefix=PREFIX, max_tokens=MAX_TOKENS)
        case "torch":
            _needs("torch", "transformers")
            from models.torch_encoder import TorchEncoder

            base = write_tiny_base(tmp_path_factory.mktemp("torch"))
            yield TorchEncoder(base, prefix=PREFIX, max_tokens=MAX_TOKENS, device="cpu")
        case "vllm":
            if shutil.which("vllm") is None:
                pytest.skip("vllm is not installed; `make test-backends` installs it")
            from tests.models.vllm_process import vllm_process

            base = write_tiny_base(tmp_path_factory.mktemp("vllm"))
            with vllm_process(base) as url:
                from models.vllm_encoder import VllmEncoder

                yield VllmEncoder([url], prefix=PREFIX, max_tokens=MAX_TOKENS)


def _needs(*modules: str) -> None:
    for module in modules:
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed; `make test-backends` installs it")


def test_embeddings_are_unit_rows(encoder):
    """Texts, n of them, give float32 of shape (n, dimension), each row of length 1."""
    rows = encoder.encode(TEXTS)
    assert rows.dtype == np.float32
    assert rows.shape == (len(TEXTS), encoder.dimension)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_no_texts_give_no_rows(encoder):
    """An empty batch is no error."""
    assert encoder.encode([]).shape == (0, encoder.dimension)


def test_texts_differ(encoder):
    """Different texts get different embeddings: the order test below could not fail otherwise."""
    rows = encoder.encode(TEXTS)
    likeness = rows @ rows.T - np.eye(len(TEXTS))
    assert likeness.max() < 1 - 10 * TOLERANCE


def test_neighbours_do_not_matter(encoder):
    """A text alone, in any order and in any batch has the same embedding."""
    together = encoder.encode(TEXTS)
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    order = np.random.default_rng(5).permutation(len(TEXTS) * 40) % len(TEXTS)
    shuffled = encoder.encode([TEXTS[place] for place in order])
    assert np.abs(together - alone).max() < TOLERANCE
    assert np.abs(shuffled - together[order]).max() < TOLERANCE


def test_any_string_is_a_text(encoder):
    """Empty, endless, invisible and broken strings are encoded like all others."""
    rows = encoder.encode(STRANGE)
    assert np.isfinite(rows).all()
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_long_texts_are_cut(encoder):
    """What lies beyond the tokens that the model reads changes nothing."""
    if isinstance(encoder, FakeEncoder) or encoder.name == "vllm:base-encoder":
        pytest.skip("the fake reads no tokens")
    start = "the coffee is not good " * 200
    first, second = encoder.encode([start + "and cold", start + "but cheap"])
    assert np.abs(first - second).max() < TOLERANCE


def test_the_backend_names_itself(encoder):
    """The name says which backend runs."""
    assert encoder.name.split(":")[0].split("-")[0] in {"fake", "onnx", "torch", "vllm"}


def test_the_shipped_folder_is_there():
    """The ONNX part of this suite tests the model that is shipped."""
    assert Path(SHIPPED / "encoder.onnx").exists()
