"""Adapters of low rank that learn in an encoder's place: LoRA, and AdaLoRA by the run's clock."""

from math import ceil
from typing import Any, Final

import torch
from torch import Tensor, nn
from transformers import TrainerCallback

from models.training.clock import Clock
from models.training.config import Run

TICKS: Final = 1000
"""Parts of a run by which AdaLoRA's budget falls: a run ends by the clock, not by steps."""
FIRST: Final = 100  # until then all ranks learn
LAST: Final = 300  # so long in the end, the ranks that are kept learn alone
ROOM: Final = 1.5  # ranks to begin with, for each that is kept
UPRIGHT: Final = 0.5  # weight of the matrices' distance from orthogonal ones


def adapted(encoder: nn.Module, run: Run) -> nn.Module:
    """The encoder with adapters of rank `run.lora` beside its linear layers; they alone learn."""
    from peft import AdaLoraConfig, LoraConfig, get_peft_model

    if run.adalora:
        config = AdaLoraConfig(
            target_r=run.lora,
            init_r=ceil(ROOM * run.lora),
            tinit=FIRST,
            tfinal=LAST,
            total_step=TICKS,
            target_modules="all-linear",
        )
    else:
        config = LoraConfig(r=run.lora, target_modules="all-linear")
    return get_peft_model(encoder, config)


def orthogonality(network: nn.Module) -> Tensor:
    """How far the adapters' matrices are from orthogonal ones, as AdaLoRA's loss has it.

    Ranks can be told apart by their importance only as far as they do not overlap (Zhang et al.,
    2023, equation 4); the mean over the matrices.
    """
    apart = []
    for name, matrix in network.named_parameters():
        if "lora_A" in name or "lora_B" in name:
            product = matrix @ matrix.T if "lora_A" in name else matrix.T @ matrix
            apart.append(torch.linalg.norm(product - torch.eye(len(product)).to(product)))
    return UPRIGHT * torch.stack(apart).mean()


class RankBudget(TrainerCallback):
    """Lets AdaLoRA give up its least important ranks, as the run's time goes by.

    encoder: what `adapted` gave.  A run that goes on after a stop measures importance anew, and
    keeps to the ranks that were left when all had been given up that should be.
    """

    def __init__(self, encoder: Any, clock: Clock) -> None:  # noqa: ANN401 - peft is untyped
        self._adapters = encoder.base_model
        self._config = encoder.active_peft_config
        self._clock = clock
        self._last = round(TICKS * clock.share)

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Once the weights of a checkpoint are there."""
        del args, state, control, kwargs
        if self._last >= TICKS - LAST:
            self._config.rank_pattern = self._left()

    def on_optimizer_step(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """After each step of the optimizer, while the gradients are there."""
        del args, state, control, kwargs
        now, decision = min(TICKS, round(TICKS * self._clock.share)), TICKS - LAST
        # The decision what is kept falls at one tick, which slow steps would leap over.
        if self._last < decision < now:
            self._adapters.update_and_allocate(decision)
        if now != decision or self._last != decision:
            self._adapters.update_and_allocate(now)
        self._last = now

    def _left(self) -> dict[str, list[bool]]:
        """By adapter, which ranks still have a weight."""
        return {
            name: (value != 0).flatten().tolist()
            for name, value in self._adapters.model.named_parameters()
            if "lora_E" in name
        }
