"""The layers of an encoder, whatever its kind calls them."""

from collections.abc import Iterable, Sequence
from typing import Any

from torch import nn


def layers_of(encoder: nn.Module) -> Any:  # noqa: ANN401 - torch is untyped here
    """An encoder's layers, from below: the longest list of modules in it."""
    lists = [module for module in encoder.modules() if isinstance(module, nn.ModuleList)]
    return max(lists, key=len)


def keep_layers(encoder: Any, kept: Sequence[int]) -> None:  # noqa: ANN401
    """Leave an encoder those of its layers that have these numbers, from 0 on."""
    layers = layers_of(encoder)
    if list(kept) == list(range(len(layers))):
        return
    chosen = [layers[at] for at in kept]
    del layers[:]
    layers.extend(chosen)
    config = encoder.config
    config.num_hidden_layers = len(chosen)
    if getattr(config, "layer_types", None):
        config.layer_types = [config.layer_types[at] for at in kept]


def layer_number(name: str) -> int | None:
    """The number of the layer to which the parameter of this name belongs, if to one."""
    return next((int(part) for part in name.split(".") if part.isdigit()), None)


def layer_count(names: Iterable[str]) -> int:
    """How many layers parameters of these names belong to."""
    return len({layer_number(name) for name in names} - {None})
