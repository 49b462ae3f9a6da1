"""Encoders of every kind of Hugging Face's are trained and served, each by its own tokenizer."""

import json
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="the extra `train` is not installed")
pytest.importorskip("accelerate", reason="the extra `train` is not installed")

import torch
import transformers
from msgspec.structs import replace

from models.own_encoder import own_encoder
from models.scorer import load_scorer
from models.training.beforehand import check
from models.training.config import DataSet, Labels, Run, with_corrections
from models.training.layers import layers_of
from models.training.making import MODEL, Standard, make
from models.training.reading import read_sets
from models.training.run import WEIGHTS, load_network
from schemas.errors import ModelError
from schemas.scores import SENTIMENTS
from tests.models.tiny_base import HIDDEN

# These encoders are so small that two threads would wait for each other most of the time.
torch.set_num_threads(1)

WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "good",
    "bad",
    "##ly",
    "the",
    "is",
    "price",
    *"abcdefgh",
]
SIZE = {"vocab_size": len(WORDS), "pad_token_id": 0, "max_position_embeddings": 160}
LAYERS = {"hidden_size": HIDDEN, "num_hidden_layers": 3, "num_attention_heads": 2,
          "intermediate_size": 96}  # fmt: skip
KINDS: dict[str, dict[str, Any]] = {
    "bert": {**LAYERS, "hidden_act": "relu"},
    "distilbert": {"dim": HIDDEN, "n_layers": 3, "n_heads": 2, "hidden_dim": 96},
    "modernbert": {**LAYERS, "cls_token_id": 2, "sep_token_id": 3, "global_attn_every_n_layers": 2},
    "deberta-v2": {**LAYERS, "relative_attention": True, "position_biased_input": False},
    "electra": {**LAYERS, "embedding_size": 32},
    "albert": {**LAYERS, "embedding_size": 32},
    "mpnet": {**LAYERS, "max_position_embeddings": 162},
}


def write_base(folder, kind, **fields):
    """An encoder of random weights with words of its own."""
    torch.manual_seed(4)
    config = transformers.AutoConfig.for_model(kind, **{**SIZE, **KINDS[kind], **fields})
    transformers.AutoModel.from_config(config).save_pretrained(folder)
    marks = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep")}
    (folder / "tokenizer_config.json").write_text(json.dumps(marks))
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    vocabulary = {word: number for number, word in enumerate(WORDS)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    return str(folder)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Texts whose words tell everything."""
    folder = tmp_path_factory.mktemp("data")
    rows = [
        {
            "text": f"{'The ' * (n % 4)}price is {word}{'ly' * (n % 2)}",
            "lang": "en",
            "label": label,
            "said": [{"aspect": "price", "polarity": label, "term": "price"}],
        }
        for n in range(60)
        for word, label in (("good", "positive"), ("bad", "negative"), ("the", "neutral"))
    ]
    (folder / "words.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")
    return folder


def run_on(base) -> Run:
    words = DataSet(path="words.jsonl", licence="CC0", sentiment=Labels(), targets="said")
    return Run(
        version="any-1",
        base=base,
        data=(words,),
        backend="torch",
        prefix="",
        minutes=0.2,
        batch_tokens=256,
        learning_rate=1e-3,
        head_rate=1e-2,
        average=0,
        max_tokens=32,
    )


def encoder_of(out):
    return own_encoder(out / MODEL, prefix="", max_tokens=128)


@pytest.mark.parametrize("kind", KINDS)
def test_any_kind_is_trained_and_served(data, tmp_path, kind):
    """It says what it was taught, under either name, and its card tells no lies of it."""
    run, out = run_on(write_base(tmp_path / "base", kind)), tmp_path / "out"
    make(run, check(run, data, out, None), out, Standard(), lambda _: None)
    texts = ["the price is good", "price is badly", "the the price is the"]
    scorer = load_scorer(str(out / MODEL))
    found = scorer.score(texts)
    assert [SENTIMENTS[at] for at in found.probabilities.argmax(axis=1)] == [
        "positive", "negative", "neutral",
    ]  # fmt: skip
    named = load_scorer(f"torch:{out / MODEL}")
    np.testing.assert_allclose(named.score(texts).probabilities, found.probabilities, atol=1e-5)
    network, tokenizer = load_network(replace(run, start=(str(out / WEIGHTS),)))
    ids = torch.tensor([tokenizer.encode(texts[0]).ids])
    with torch.no_grad():
        mask = torch.ones_like(ids, dtype=torch.bool)
        embedding = network.eval().embed(network.states(ids, mask), mask)[0].numpy()
    ours = encoder_of(out).encode(texts[:1])[0]
    assert embedding @ ours == pytest.approx(np.linalg.norm(embedding), rel=1e-4)
    card = (out / MODEL / "MODEL_CARD.md").read_text()
    assert "torch" in card
    assert "int8" not in card
    assert str(tmp_path) not in (out / MODEL / "config.json").read_text()
    assert json.loads((out / MODEL / "tokenizer_config.json").read_text())["pad_token"] == "[PAD]"


@pytest.mark.parametrize("kind", ["bert", "distilbert", "modernbert"])
def test_some_of_the_layers_are_kept(data, tmp_path, kind):
    """They are the same ones after a round through the model's folder."""
    run, out = run_on(write_base(tmp_path / "base", kind)), tmp_path / "out"
    run = replace(run, layers=(0, 2), minutes=0)
    make(run, read_sets(run, data), out, Standard(), lambda _: None)
    network, tokenizer = load_network(run)
    assert len(layers_of(network.encoder)) == 2
    ids = torch.tensor([tokenizer.encode("the price").ids])
    with torch.no_grad():
        states = network.eval().states(ids, torch.ones_like(ids)).numpy()[0]
    served = encoder_of(out).read(["the price"]).states[0]
    np.testing.assert_allclose(served, states, atol=1e-4)


def test_corrections_go_on_from_such_a_model(data, tmp_path):
    """Without its base."""
    out = tmp_path / "out"
    run = run_on(write_base(tmp_path / "base", "distilbert"))
    make(run, read_sets(run, data), out, Standard(), lambda _: None)
    corrections = tmp_path / "corrections.jsonl"
    rows = [{"text": f"{'the ' * n}good", "lang": "en", "label": "negative"} for n in range(30)]
    corrections.write_text("\n".join(map(json.dumps, rows)) + "\n")
    further = replace(
        run_on(""), version="any-2", start=(str(out / MODEL),), data=(), freeze_encoder=True
    )
    corrected = with_corrections(further, corrections)
    make(
        corrected,
        read_sets(corrected, data),
        tmp_path / "new",
        Standard(out / MODEL),
        lambda _: None,
    )
    before, after = (load_scorer(str(folder / MODEL)) for folder in (out, tmp_path / "new"))
    texts = ["the the good"]
    assert before.score(texts).probabilities.argmax() == SENTIMENTS.index("positive")
    assert after.score(texts).probabilities.argmax() == SENTIMENTS.index("negative")
    states = [encoder_of(one).read(texts).states[0] for one in (out, tmp_path / "new")]
    np.testing.assert_allclose(states[0], states[1], atol=1e-5)


@pytest.mark.parametrize(
    ("kind", "fields", "named"),
    [
        ("bert", {"max_position_embeddings": 100}, "gives no states of 128 tokens .* read_tokens"),
        ("distilbert", {"max_position_embeddings": 64}, "gives no states of 128 tokens"),
    ],
)
def test_what_reads_fewer_tokens_is_refused(tmp_path, kind, fields, named):
    """Before it is trained."""
    run = run_on(write_base(tmp_path / "base", kind, **fields))
    with pytest.raises(ModelError, match=named):
        load_network(run)


def test_what_is_no_encoder_is_refused(tmp_path):
    """One that also writes has no states for a text alone."""
    base = write_base(tmp_path / "base", "bert")
    config = transformers.T5Config(
        vocab_size=len(WORDS), d_model=32, d_ff=32, num_layers=1, num_heads=2, d_kv=16
    )
    transformers.AutoModel.from_config(config).save_pretrained(base)
    with pytest.raises(ModelError, match=r"gives no states .* name an encoder"):
        load_network(run_on(base))


def test_a_base_of_half_precision_is_trained_in_single(tmp_path):
    """What was saved in bfloat16 would learn too coarsely, and not with heads in float32."""
    base = write_base(tmp_path / "base", "modernbert")
    transformers.AutoModel.from_pretrained(base).to(torch.bfloat16).save_pretrained(base)
    network, _ = load_network(run_on(base))
    assert {value.dtype for value in network.parameters()} == {torch.float32}


def test_a_base_without_all_of_its_weights_is_refused(tmp_path):
    """Else layers of random numbers would be trained."""
    base = write_base(tmp_path / "base", "bert")
    config = tmp_path / "base" / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "num_hidden_layers": 4}))
    with pytest.raises(ModelError, match=r"lacks 16 of the weights .* such as encoder\.layer\.3"):
        load_network(run_on(base))
