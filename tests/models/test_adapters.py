"""Adapters of low rank: which weights learn, and which ranks AdaLoRA keeps."""

import pytest

pytest.importorskip("torch", reason="the extra `train` is not installed")
pytest.importorskip("peft", reason="the extra `train` is not installed")

import torch
from msgspec.structs import replace

from models.training.adapters import LAST, ROOM, TICKS, RankBudget, adapted, orthogonality
from models.training.beginning import load_encoder
from models.training.clock import Clock
from models.training.config import Run
from tests.models.tiny_base import LAYERS, write_tiny_base

RANK = 2
MATRICES = 6 * LAYERS  # query, key, value, and three dense ones a layer
IDS = torch.tensor([[0, 5, 6, 7, 2], [0, 8, 9, 5, 2]])


class Hand(Clock):
    """A clock whose hand is set."""

    share = 0.0


@pytest.fixture
def run(tmp_path):
    base = str(write_tiny_base(tmp_path / "base"))
    return Run(version="x", base=base, data=(), lora=RANK, max_tokens=32)


def encoder_of(run):
    torch.manual_seed(1)
    return adapted(load_encoder(run)[0], run)


def ranks(encoder) -> list[int]:
    return [
        int((value != 0).sum()) for name, value in encoder.named_parameters() if "lora_E" in name
    ]


def steps(encoder, clock, budget, shares):
    """Train towards states of zero, one step at each share of the time."""
    learning = [value for value in encoder.parameters() if value.requires_grad]
    optimizer = torch.optim.SGD(learning, lr=0.01)
    for clock.share in shares:
        states = encoder(input_ids=IDS).last_hidden_state
        (states.square().mean() + orthogonality(encoder)).backward()
        optimizer.step()
        budget.on_optimizer_step(None, None, None)
        optimizer.zero_grad()


def test_only_adapters_learn(run):
    """Beside each linear layer of the encoder; at first they change nothing."""
    plain, _ = load_encoder(run)
    encoder = encoder_of(run)
    learning = [name for name, value in encoder.named_parameters() if value.requires_grad]
    assert len(learning) == 2 * MATRICES
    assert all("lora_" in name for name in learning)
    one, other = (of(input_ids=IDS).last_hidden_state for of in (plain.eval(), encoder.eval()))
    torch.testing.assert_close(one, other)


@pytest.mark.parametrize("slow", [1, 40, 230])
def test_ranks_are_given_up_as_time_goes_by(run, slow):
    """However slow the steps are: all learn at first, in the end as many as were asked for."""
    encoder, clock = encoder_of(replace(run, adalora=True)), Hand(1)
    budget = RankBudget(encoder, clock)
    most = round(ROOM * RANK) * MATRICES
    steps(encoder, clock, budget, [0.02, 0.05])
    assert sum(ranks(encoder)) == most
    steps(encoder, clock, budget, [tick / TICKS for tick in range(100, TICKS + 1, slow)])
    steps(encoder, clock, budget, [1.0])
    assert sum(ranks(encoder)) == RANK * MATRICES
    assert len(set(ranks(encoder))) > 1, "every matrix kept as many"
    merged = encoder.merge_and_unload()
    assert not [name for name, _ in merged.named_parameters() if "lora" in name]


def test_a_run_that_goes_on_keeps_the_ranks_that_were_left(run):
    """What was given up does not come back after a stop."""
    adaptive = replace(run, adalora=True)
    encoder, clock = encoder_of(adaptive), Hand(1)
    decided = 1 - LAST / TICKS
    steps(encoder, clock, RankBudget(encoder, clock), [0.05, 0.4, decided, decided + 0.1])
    left, other = ranks(encoder), encoder_of(adaptive)
    budget = RankBudget(other, clock)
    other.load_state_dict(encoder.state_dict())
    budget.on_train_begin(None, None, None)
    steps(other, clock, budget, [decided + 0.2, 1.0])
    assert ranks(other) == left
