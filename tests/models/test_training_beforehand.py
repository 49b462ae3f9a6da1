"""What a run lacks is told before it begins."""

import json

import pytest

pytest.importorskip("torch", reason="the extra `train` is not installed")
pytest.importorskip("accelerate", reason="the extra `train` is not installed")

import torch
from msgspec.structs import replace
from safetensors.torch import save_file

from models.scorer import SHIPPED
from models.training.beforehand import check
from models.training.config import DataSet, Labels, Run
from models.training.run import load_network
from schemas.errors import ModelError
from tests.models.tiny_base import write_tiny_base


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    rows = [{"text": f"good {at}", "lang": "en", "label": "positive"} for at in range(20)]
    (folder / "words.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")
    save_file({"sentiment.weight": torch.zeros(3, 8)}, folder / "other.safetensors")
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    base = write_tiny_base(tmp_path_factory.mktemp("base"))
    words = DataSet(path="words.jsonl", licence="CC0", sentiment=Labels())
    return Run(version="tiny-1", base=str(base), data=(words,))


def test_a_run_with_all_that_it_needs(run, data, tmp_path):
    """Its folder is made; weights of its own kind may begin it and be imitated."""
    network, _ = load_network(run)
    weights = {name: value for name, value in network.state_dict().items() if "word_" not in name}
    save_file(weights, tmp_path / "all.safetensors")
    names = (str(tmp_path / "all.safetensors"),)
    check(replace(run, start=names, imitate=names), data, tmp_path / "new" / "out", SHIPPED)
    assert (tmp_path / "new" / "out").is_dir()


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"guards": (DataSet(path="gone.jsonl", licence="-"),)}, "path='gone.jsonl'.*not there"),
        ({"start": ("gone.safetensors",)}, "start=gone.safetensors cannot be taken"),
        ({"start": ("{data}/words.jsonl",)}, "start=.*words.jsonl cannot be taken"),
        ({"start": ("{data}/other.safetensors",)}, r"(?s)start.*size mismatch"),
        ({"imitate": ("gone.safetensors",)}, "imitate=gone.safetensors cannot be taken"),
        ({"teacher": "gone"}, "teacher='gone' is no model's folder"),
        ({"teacher": str(SHIPPED)}, "teacher=.* 384 numbers, the run's encoder of 64"),
        ({"teacher": "shipped"}, "teacher='shipped' has embeddings of 384 numbers"),
        ({"pieces": 20}, "pieces=20 is too few: .* raise it"),
        ({"read_tokens": 161}, "base=.* reads 160 tokens of a text, less than 161"),
        ({"max_tokens": 161}, "base=.* reads 160 tokens of a text, less than 161"),
    ],
)
def test_what_a_run_lacks_is_named(run, data, tmp_path, fields, complaint):
    """With the field, and what would do."""
    fields = {
        name: tuple(one.format(data=data) for one in value) if name == "start" else value
        for name, value in fields.items()
    }
    with pytest.raises(ModelError, match=complaint):
        check(replace(run, **fields), data, tmp_path, None)


def test_folders_that_cannot_be_used(run, data, tmp_path):
    """One that is a file, and a model that is none."""
    with pytest.raises(ModelError, match=r"--out .*words\.jsonl cannot be made"):
        check(run, data, data / "words.jsonl", None)
    with pytest.raises(ModelError, match=r"gone.* has no readable manifest\.json"):
        check(run, data, tmp_path, tmp_path / "gone")


def test_boards_that_are_not_installed(run, data, tmp_path, monkeypatch):
    """With the command that installs them."""
    monkeypatch.setattr("models.training.beforehand.find_spec", lambda _: None)
    with pytest.raises(ModelError, match=r"report_to has 'tensorboard'.*pip install tensorboard"):
        check(replace(run, report_to=("tensorboard",)), data, tmp_path, None)


def test_a_tokenizer_that_cannot_be_shipped(run, data, tmp_path):
    """Only unigram ones can."""
    base = write_tiny_base(tmp_path / "base")
    described = json.loads((base / "tokenizer.json").read_text())
    words = {word: at for at, (word, _) in enumerate(described["model"]["vocab"])}
    described["model"] = {"type": "WordLevel", "vocab": words, "unk_token": "<unk>"}
    (base / "tokenizer.json").write_text(json.dumps(described))
    with pytest.raises(ModelError, match="its tokenizer is 'WordLevel'"):
        check(replace(run, base=str(base)), data, tmp_path, None)
