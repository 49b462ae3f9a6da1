"""What a new network learns from older ones, beside the labels."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.encoder import unit_rows
from models.heads import read_heads
from models.meaning import Meaning
from models.own_encoder import own_encoder
from models.training.batches import Tokens
from models.training.config import Run
from models.training.folders import named_folder

BINARY: Final = ("emotions", "offensive", "irony")

Floats = NDArray[np.float32]


def with_lessons(run: Run, sets: Mapping[str, Sequence[Tokens]]) -> dict[str, list[Tokens]]:
    """The texts, a share of them with what the run's `teacher` says of them.

    Its embeddings are less the mean of all.
    """
    if run.teacher is None:
        return {name: list(rows) for name, rows in sets.items()}
    dice = np.random.default_rng(run.seed)
    taught = {name: dice.random(len(rows)) < run.teacher_share for name, rows in sets.items()}
    chosen = [
        tokens.row
        for name, rows in sets.items()
        for tokens, is_taught in zip(rows, taught[name], strict=True)
        if is_taught
    ]
    folder = named_folder(run.teacher)
    heads = read_heads(folder)
    encoder = own_encoder(folder, prefix=run.prefix, max_tokens=run.max_tokens)
    embeddings = encoder.encode([row.text for row in chosen])
    sentiments = heads.sentiment.probabilities(embeddings, [row.lang for row in chosen])
    meanings = Meaning(encoder, heads.meaning).of(embeddings)
    meanings = unit_rows(meanings - meanings.mean(axis=0))
    lessons = zip(meanings, sentiments, strict=True)
    return {
        name: [
            _with_lesson(tokens, *next(lessons)) if is_taught else tokens
            for tokens, is_taught in zip(rows, taught[name], strict=True)
        ]
        for name, rows in sets.items()
    }


def _with_lesson(tokens: Tokens, embedding: Floats, sentiment: Floats) -> Tokens:
    return replace(tokens, embedding=embedding, sentiment=sentiment)


def imitation(found: Mapping[str, Any], said: Mapping[str, Any], mask: Tensor) -> dict[str, Tensor]:
    """How far a network is from what another one says of the same batch, by the names of Weights.

    found, said: what the two networks return.  mask: (b, t), tokens of the texts.
    answers, target_answers: cross-entropy with the other's probabilities (Hinton et al., 2015), of
    all heads for whole texts together, and of the head of targets where the batch has any.
    states: squared distance of the tokens' last states by their squared length.
    """
    answers = _soft(found["sentiment"], said["sentiment"])
    for name in BINARY:
        answers = answers + functional.binary_cross_entropy_with_logits(
            found[name], said[name].sigmoid()
        )
    wanted = said["states"][mask].float()
    apart = (found["states"][mask].float() - wanted).square().sum() / wanted.square().sum()
    losses = {"answers": answers, "states": apart}
    if "targets" in found:
        losses["target_answers"] = _soft(found["targets"], said["targets"])
    return losses


def _soft(logits: Tensor, other: Tensor) -> Tensor:
    return functional.cross_entropy(logits, other.float().softmax(1))


def averaged(networks: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of the weights of networks of one shape ("model soup", Wortsman et al., 2022)."""
    return {
        name: torch.stack([network[name].float() for network in networks]).mean(0)
        for name in networks[0]
    }
