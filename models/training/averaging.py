"""A running mean of the weights while they are trained."""

from typing import Final

import torch
from torch import Tensor, nn

EARLY: Final = 10


class WeightAverage:
    """An exponential moving average (Polyak and Juditsky, 1992) of what is trained.

    decay: a step; early steps weigh the newest weights more, so that the start is forgotten.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self._decay = decay
        self._steps = 0
        self._trained = {
            name: value for name, value in network.named_parameters() if value.requires_grad
        }
        self.weights = {name: value.detach().clone() for name, value in self._trained.items()}

    def update(self) -> None:
        """Take in the network's weights as they are now."""
        self._steps += 1
        decay = min(self._decay, self._steps / (EARLY + self._steps))
        # The network may have gone to a GPU since.
        self.weights = {
            name: value.to(self._trained[name].device) for name, value in self.weights.items()
        }
        with torch.no_grad():
            torch._foreach_lerp_(
                list(self.weights.values()),
                [self._trained[name] for name in self.weights],
                1 - decay,
            )

    def restore(self, weights: dict[str, Tensor], steps: int) -> None:
        """Go on from an average that was saved after so many steps."""
        self.weights = {name: weights[name] for name in self.weights}
        self._steps = steps

    def put_into_network(self) -> None:
        """Replace the network's weights by the average."""
        with torch.no_grad():
            for name, value in self.weights.items():
                self._trained[name].copy_(value)
