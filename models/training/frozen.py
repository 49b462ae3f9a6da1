"""What an encoder that learns no more makes of texts and phrases, computed once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.encoder import token_batches
from models.training.batches import Phrases, Tokens, padded
from models.training.network import Network

BATCH_TOKENS: Final = 4096
# Of the mean squared embedding: enough that directions in which texts hardly differ say nothing.
RIDGE: Final = 1e-3


def with_states(network: Network, sets: Mapping[str, Sequence[Tokens]]) -> dict[str, list[Tokens]]:
    """The texts of all sets with their tokens' states."""
    found: dict[str, list[Tokens]] = {}
    for name, rows in sets.items():
        states = dict(_states(network, [tokens.ids for tokens in rows]))
        found[name] = [replace(tokens, states=states[at]) for at, tokens in enumerate(rows)]
    return found


def embed(network: Network, phrases: Phrases) -> None:
    """Give all phrases their embeddings."""
    names = phrases.all
    embeddings = _embeddings(network, [phrases.ids(name) for name in names]).numpy()
    phrases.embeddings = dict(zip(names, embeddings, strict=True))


def teach_meaning(network: Network, sets: Mapping[str, Sequence[Tokens]]) -> None:
    """Give the head of meaning its best weights for what the teacher said of texts of the sets.

    On an encoder that learns no more, a linear head's are known in closed form: ridge regression
    (Hoerl and Kennard, 1970).  Without it, an average of runs has a mean of heads for encoders
    other than its own.
    """
    rows = [row for of_set in sets.values() for row in of_set]
    embeddings = [row.embedding for row in rows if row.embedding is not None]
    if not embeddings:
        return
    said = torch.from_numpy(np.stack(embeddings)).double()
    read = _embeddings(network, [row.ids for row in rows if row.embedding is not None]).double()
    products = read.T @ read
    products += RIDGE * products.diagonal().mean() * torch.eye(len(products))
    with torch.no_grad():
        network.meaning.weight.copy_(torch.linalg.solve(products, read.T @ said).T)


def _embeddings(network: Network, texts: Sequence[NDArray[np.int32]]) -> Tensor:
    """Embeddings of texts: float32, (n, d)."""
    summed = np.zeros((len(texts), network.meaning.in_features), np.float32)
    for at, states in _states(network, texts):
        summed[at] = states.sum(0, np.float32)
    # Embeddings point along the sum of the states: one token of it is enough to embed.
    return network.embed(torch.from_numpy(summed)[:, None], torch.ones(len(texts), 1))


def _states(
    network: Network, texts: Sequence[NDArray[np.int32]]
) -> Iterator[tuple[int, NDArray[np.float16]]]:
    """Each text's place and its tokens' states, (t, d), in an order of their own."""
    device = next(network.parameters()).device
    network.eval()
    for batch in token_batches([len(ids) for ids in texts], budget=BATCH_TOKENS):
        ids, mask = (
            torch.from_numpy(array).to(device) for array in padded([texts[at] for at in batch])
        )
        with torch.no_grad():
            states = network.states(ids, mask).to("cpu", torch.float16).numpy()
        for at, of_text in zip(batch, states, strict=True):
            yield at, of_text[: len(texts[at])].copy()
