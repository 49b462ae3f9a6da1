"""What an encoder that learns no more makes of texts and phrases, computed once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from models.encoder import token_batches
from models.training.batches import Phrases, Tokens, padded
from models.training.network import Network

BATCH_TOKENS: Final = 4096


def with_states(network: Network, sets: Mapping[str, Sequence[Tokens]]) -> dict[str, list[Tokens]]:
    """The texts of all sets with their tokens' states."""
    found: dict[str, list[Tokens]] = {}
    for name, rows in sets.items():
        states = _states(network, [tokens.ids for tokens in rows])
        found[name] = [
            replace(tokens, states=of_text) for tokens, of_text in zip(rows, states, strict=True)
        ]
    return found


def embed(network: Network, phrases: Phrases) -> None:
    """Give all phrases their embeddings."""
    names = phrases.all
    states = _states(network, [phrases.ids(name) for name in names])
    rows = torch.from_numpy(np.stack([of_phrase.sum(0, np.float32) for of_phrase in states]))
    # Embeddings point along the sum of the states: one token of it is enough to embed.
    embeddings = network.embed(rows[:, None], torch.ones(len(rows), 1)).numpy()
    phrases.embeddings = dict(zip(names, embeddings, strict=True))


def _states(network: Network, texts: Sequence[NDArray[np.int32]]) -> list[NDArray[np.float16]]:
    device = next(network.parameters()).device
    found = [np.zeros((0, 0), np.float16)] * len(texts)
    network.eval()
    for batch in token_batches([len(ids) for ids in texts], budget=BATCH_TOKENS):
        ids, mask = (
            torch.from_numpy(array).to(device) for array in padded([texts[at] for at in batch])
        )
        with torch.no_grad():
            states = network.states(ids, mask).to("cpu", torch.float16).numpy()
        for at, of_text in zip(batch, states, strict=True):
            found[at] = of_text[: len(texts[at])].copy()
    return found
