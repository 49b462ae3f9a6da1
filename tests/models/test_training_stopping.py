"""Early stopping: the best weights are kept, and a run that only learns by heart ends."""

import json
import random
import time

import numpy as np
import pytest

pytest.importorskip("torch", reason="the extra `train` is not installed")
pytest.importorskip("accelerate", reason="the extra `train` is not installed")

import torch
from msgspec.structs import replace
from torch import nn

from models.training.averaging import WeightAverage
from models.training.beforehand import check
from models.training.config import DataSet, Labels, Run
from models.training.reading import read_sets
from models.training.run import train
from models.training.stopping import BestWeights
from schemas.errors import ModelError
from tests.models.tiny_base import write_tiny_base


class Guess(nn.Module):  # type: ignore[misc]
    """A number that the texts' own are near."""

    def __init__(self) -> None:
        super().__init__()
        self.guess = nn.Parameter(torch.zeros(1))

    def forward(self, ids):
        return {"loss": (ids - self.guess).square().mean()}

    def set(self, value):
        with torch.no_grad():
            self.guess.fill_(value)


BATCHES = [{"ids": np.array([1.0, 1.0])}, {"ids": np.array([4.0])}]


def test_the_best_weights_are_kept(tmp_path):
    """Not the last ones; every text counts alike, and looking changes nothing."""
    network = Guess()
    best = BestWeights(network, None, BATCHES)
    losses = []
    for guess in (0.0, 2.0, 3.0, 5.0):
        network.set(guess)
        losses.append(best.look())
        assert network.guess.item() == guess
    assert losses == pytest.approx([6, 2, 3, 11])
    assert best.misses == 2
    best.save(tmp_path / "best")
    again = BestWeights(network, None, BATCHES)
    again.restore(tmp_path / "best")
    again.put_into_network()
    assert again.misses == 3
    assert network.guess.item() == 2


def test_the_average_is_what_is_looked_at():
    """For it is what is kept."""
    network = Guess()
    network.set(2.0)
    average = WeightAverage(network, 0.9)
    best = BestWeights(network, average, BATCHES)
    network.set(9.0)
    assert best.look() == pytest.approx(2)
    assert network.guess.item() == 9
    best.put_into_network()
    assert network.guess.item() == 2


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Labels by chance: whatever is learnt of them holds for no other text."""
    folder = tmp_path_factory.mktemp("data")
    dice = random.Random(3)
    letters = "abcdefghijklmnopqrstuvwxyz"
    rows = [
        {
            "text": " ".join("".join(dice.choices(letters, k=4)) for _ in range(5)),
            "lang": "en",
            "label": dice.choice(["positive", "negative"]),
            "said": [{"aspect": dice.choice(["price", "taste"]), "polarity": "positive"}],
        }
        for _ in range(300)
    ]
    (folder / "chance.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")
    (folder / "few.jsonl").write_text("\n".join(map(json.dumps, rows[:5])) + "\n")
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    base = write_tiny_base(tmp_path_factory.mktemp("base"))
    chance = DataSet(path="chance.jsonl", licence="CC0", sentiment=Labels(), targets="said")
    return Run(
        version="x",
        base=str(base),
        data=(chance,),
        minutes=10,
        checkpoint_minutes=0.01,
        batch_tokens=512,
        learning_rate=2e-3,
        warm_up=0,
        average=0.9,
        patience=3,
        look_minutes=0.02,
    )


def test_a_run_that_learns_by_heart_ends(run, data, tmp_path):
    """Long before its minutes are over, and again when it goes on from a checkpoint."""
    for _ in range(2):
        lines: list[str] = []
        begin = time.monotonic()
        weights = train(run, read_sets(run, data), tmp_path, lines.append)
        assert time.monotonic() - begin < 300
        assert any("no better for " in line for line in lines)
        assert list(tmp_path.glob("checkpoint-*/best.safetensors"))
        weights.unlink()


def test_patience_needs_held_out_texts(run, data, tmp_path):
    """Sets that are too small have none."""
    few = DataSet(path="few.jsonl", licence="CC0", sentiment=Labels())
    with pytest.raises(ModelError, match="patience=3 looks at held-out texts"):
        check(replace(run, data=(few,), pieces=1000), data, tmp_path, None)
