"""An encoder's layers on torch: texts packed without padding, and padded where that cannot be.

Packed, the tokens of a batch stand one after the other in a single row, and attention stays within
each text (torch's variable-length FlashAttention on CUDA; Dao, 2023). transformers runs any
attention that is registered, so this holds for most encoders; whether it holds for one is asked of
the encoder itself, once.
"""

from collections.abc import Sequence
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AttentionInterface, AutoModel
from transformers.utils import logging

from schemas.errors import ModelError

try:
    from torch.nn.attention.varlen import varlen_attn
except ImportError:  # before torch 2.10
    varlen_attn = None

Rows = Sequence[Sequence[int]]

PACKED: Final = "groundswell_packed"
# Texts of two lengths; together they have more tokens than most encoders have places.
_PROBE: Final = ((5, 6, 7), *[(8, 9, 10, 11, 12, 13, 14, 15, 16)] * 66)
# How far two ways to the same states may be apart, in their standard deviations: in float32, and
# rounded to bfloat16 in every layer.
_EXACT: Final = 0.001
_ROUNDED: Final = 0.5


class TorchLayers(Protocol):
    """Computes an encoder's layers."""

    def states(self, rows: Rows) -> torch.Tensor:
        """The last layer's states of all tokens, one text after the other.

        rows: token numbers of each text. Returns shape (tokens, dimension), on the device, where it
        may not be computed yet.
        """


class PaddedLayers:
    """Each text in a row of its own, padded to the longest."""

    def __init__(self, model: torch.nn.Module) -> None:
        self._model = model
        self._pad = model.config.pad_token_id or 0

    def states(self, rows: Rows) -> torch.Tensor:
        """As TorchLayers says."""
        longest = max(map(len, rows))
        ids = torch.tensor([[*row, *[self._pad] * (longest - len(row))] for row in rows])
        lengths = torch.tensor([len(row) for row in rows])
        mask = (torch.arange(longest) < lengths[:, None]).to(self._model.device)
        with torch.inference_mode():
            found = self._model(input_ids=ids.to(self._model.device), attention_mask=mask.long())
            states: torch.Tensor = found.last_hidden_state[mask]
        return states


class PackedLayers:
    """All texts in one row."""

    def __init__(self, model: torch.nn.Module) -> None:
        self._model = model
        places = getattr(getattr(model, "embeddings", None), "position_embeddings", None)
        # The RoBERTa family counts positions from behind the padding's number.
        padding = getattr(places, "padding_idx", None)
        self._first = 0 if padding is None else padding + 1

    def states(self, rows: Rows) -> torch.Tensor:
        """As TorchLayers says."""
        lengths = np.array([len(row) for row in rows])
        ends = np.cumsum(lengths)
        tokens = int(ends[-1])
        places = np.arange(tokens) - np.repeat(ends - lengths, lengths) + self._first
        ids = np.fromiter(chain.from_iterable(rows), np.int64, tokens)
        numbers = sent(np.concatenate((ids, places, [0], ends)), self._model.device.type)
        with torch.inference_mode():
            found = self._model(
                input_ids=numbers[None, :tokens],
                position_ids=numbers[None, tokens : 2 * tokens],
                bounds=numbers[2 * tokens :].to(torch.int32),
                longest=int(lengths.max()),
            )
            states: torch.Tensor = found.last_hidden_state[0]
        return states


def sent(numbers: NDArray[np.int64], device: str) -> torch.Tensor:
    """The numbers on the device; nothing here waits until they are there."""
    tensor = torch.from_numpy(numbers)
    return tensor if device == "cpu" else tensor.pin_memory().to(device, non_blocking=True)


def load_layers(folder: Path, *, device: str, dtype: torch.dtype) -> tuple[TorchLayers, int]:
    """The layers of a Hugging Face folder, and their dimension. Raises ModelError."""
    try:
        model = load_model(str(folder), local_files_only=True).eval()
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder} is no Hugging Face encoder ({error})") from error
    padded = PaddedLayers(model)
    usual = model.config._attn_implementation  # noqa: SLF001 - transformers has no other name for it
    expected = padded.states(_PROBE)
    packed = _packed(model, expected, tolerance=_EXACT)
    model.to(device=device, dtype=dtype)
    if packed and device != "cpu":
        packed = _packed(model, expected, tolerance=_ROUNDED) if varlen_attn else None
    if packed is None:
        model.set_attn_implementation(usual)
    return packed or padded, model.config.hidden_size


def load_model(name: str, **options: object) -> Any:  # noqa: ANN401 - transformers is untyped here
    """A Hugging Face encoder in float32, without a pooler: the heads read the tokens' states.

    name: a folder, or a name in the hub.  Raises ModelError if it lacks weights, which would be
    random numbers then; OSError and ValueError as AutoModel does.
    """
    told = logging.get_verbosity()
    logging.set_verbosity_error()  # a missing pooler is no news
    try:
        model, found = AutoModel.from_pretrained(
            name, dtype=torch.float32, output_loading_info=True, **options
        )
    finally:
        logging.set_verbosity(told)
    if missing := sorted(key for key in found["missing_keys"] if not key.startswith("pooler.")):
        raise ModelError(
            f"{name} lacks {len(missing)} of the weights that its config.json speaks of, such as "
            f"{missing[0]}; name an encoder that is whole"
        )
    if getattr(model, "pooler", None) is not None:
        model.pooler = None
    return model


def _packed(
    model: torch.nn.Module, expected: torch.Tensor, *, tolerance: float
) -> PackedLayers | None:
    """The model's layers on packed texts, None where they do not answer as is expected."""
    try:
        model.set_attn_implementation(PACKED)
        if model.config._attn_implementation != PACKED:  # noqa: SLF001 - it only warns
            return None
        layers = PackedLayers(model)
        found = layers.states(_PROBE).float().cpu()
    except (RuntimeError, TypeError, ValueError, AttributeError):
        # An encoder that takes no positions, or does not hand on what attention needs.
        return None
    wrong = (found - expected).abs().max() / expected.std()
    return layers if wrong.item() < tolerance else None


def _packed_attention(  # noqa: PLR0913 - as transformers calls it
    module: torch.nn.Module,  # noqa: ARG001
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,  # noqa: ARG001
    *,
    bounds: torch.Tensor,
    longest: int,
    scaling: float | None = None,
    **_: object,
) -> tuple[torch.Tensor, None]:
    """query, key, value: shape (1, heads, tokens, d). bounds: (texts + 1,), where texts begin."""
    if query.is_cuda and varlen_attn is not None:
        q, k, v = (of[0].transpose(0, 1) for of in (query, key, value))
        found = varlen_attn(q, k, v, bounds, bounds, longest, longest, scale=scaling)
        return found[None], None
    edges = bounds.tolist()
    parts = [
        torch.nn.functional.scaled_dot_product_attention(
            *(of[:, :, first:last] for of in (query, key, value)), scale=scaling
        )
        for first, last in pairwise(edges)
    ]
    return torch.cat(parts, dim=2).transpose(1, 2), None


AttentionInterface.register(PACKED, _packed_attention)
