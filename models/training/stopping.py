"""Early stopping: ends a run that learns nothing more of use on texts that it does not train on."""

from collections.abc import Callable, Mapping, Sequence
from math import inf
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import TrainerCallback

from models.training.averaging import WeightAverage
from models.training.batches import Mixture
from models.training.clock import Clock
from models.training.config import Run

BEST: Final = "best.safetensors"
TEXTS: Final = 2000  # that are looked at, where there are as many

Batch = Mapping[str, Any]


def some_batches(mixture: Mixture) -> list[Batch]:
    """Batches of held-out texts, mixed as those are that a run trains on."""
    batches, texts = list[Batch](), 0
    for batch in mixture:
        batches.append(batch)
        texts += len(batch["ids"])
        if texts >= min(TEXTS, mixture.texts):
            break
    return batches


class BestWeights:
    """The weights under which held-out texts had the lowest loss so far.

    average: the running mean of the network's weights, if there is one: it is what is kept, so it
    is looked at.  batches: of held-out texts, as models.training.batches.collate gives them.
    """

    def __init__(
        self, network: nn.Module, average: WeightAverage | None, batches: Sequence[Batch]
    ) -> None:
        self._network = network
        self._average = average
        self._batches = batches
        self._trained = {
            name: value for name, value in network.named_parameters() if value.requires_grad
        }
        self._weights: dict[str, Tensor] = {}
        self._lowest = inf
        self.misses = 0
        """Looks since the best one."""

    def look(self) -> float:
        """The loss on the held-out texts, a mean over them; the network stays as it is."""
        now = self._copy()
        if self._average is not None:
            self._average.put_into_network()
        loss = self._loss()
        self.misses += 1
        if loss < self._lowest:
            self._lowest, self._weights, self.misses = loss, self._copy(), 0
        self._put(now)
        return loss

    def put_into_network(self) -> None:
        """Replace the network's weights by the best, after a last look."""
        self.look()
        self._put(self._weights)

    def save(self, file: Path) -> None:
        """Write what restore reads."""
        told = {"lowest": repr(self._lowest), "misses": str(self.misses)}
        save_file(self._weights, file, metadata=told)

    def restore(self, file: Path) -> None:
        """Go on from what was saved."""
        with safe_open(file, "pt") as tensors:
            told = tensors.metadata()
        self._weights = load_file(file)
        self._lowest, self.misses = float(told["lowest"]), int(told["misses"])

    def _loss(self) -> float:
        device = next(iter(self._trained.values())).device
        self._network.eval()
        total = texts = 0.0
        with torch.no_grad():
            for batch in self._batches:
                arrays = {
                    name: torch.from_numpy(np.asarray(value)).to(device)
                    for name, value in batch.items()
                }
                count = len(arrays["ids"])
                total += count * float(self._network(**arrays)["loss"])
                texts += count
        return total / texts

    def _copy(self) -> dict[str, Tensor]:
        return {name: value.detach().clone() for name, value in self._trained.items()}

    def _put(self, weights: Mapping[str, Tensor]) -> None:
        with torch.no_grad():
            for name, value in weights.items():
                self._trained[name].copy_(value)


class EarlyStop(TrainerCallback):
    """Looks every look_minutes, and ends the run after `patience` looks without a better one."""

    def __init__(
        self, run: Run, clock: Clock, best: BestWeights, report: Callable[[str], None]
    ) -> None:
        self._run = run
        self._clock = clock
        self._best = best
        self._report = report
        self._looked = clock.elapsed_s

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """After each step of the optimizer."""
        del args, state, kwargs
        if self._clock.elapsed_s - self._looked < 60 * self._run.look_minutes:
            return
        self._report(f"held-out texts have a loss of {self._best.look():.4f}")
        self._looked = self._clock.elapsed_s
        if self._best.misses >= self._run.patience:
            self._report(f"no better for {self._best.misses} looks: the best weights are kept")
            control.should_training_stop = True

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Beside Trainer's own checkpoint: the best weights."""
        del control, kwargs
        self._best.save(Path(args.output_dir) / f"checkpoint-{state.global_step}" / BEST)
