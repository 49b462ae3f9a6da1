"""The network that is trained: an encoder, and the heads that read its one encoding."""

from functools import partial
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.targets import OPINIONS, attention_heads
from models.training.config import Weights
from models.training.labelled import UNKNOWN
from schemas.scores import EMOTIONS, SENTIMENTS

Batch = dict[str, Tensor]


class TargetHead(nn.Module):
    """What a text says about a target: attention from the target over the text's tokens.

    The query is the target's own encoding, and the mean of its tokens where it stands in the text;
    what it gathers, with both of them and the text's embedding, goes through one hidden layer.
    """

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.query = nn.Linear(2 * dimension, dimension)
        self.key = nn.Linear(dimension, dimension)
        self.value = nn.Linear(dimension, dimension)
        self.hidden = nn.Linear(4 * dimension, dimension)
        self.out = nn.Linear(dimension, len(OPINIONS))

    def teach_mentions_alone(self) -> None:
        """Let only the weights learn that read a target's words where it stands in the text.

        What is said about phrases that do not stand there stays as it is, given that weights do not
        decay either.
        """
        width = self.out.in_features
        read = {
            "query.weight": slice(width, 2 * width),
            "hidden.weight": slice(2 * width, 3 * width),
        }
        for name, weight in self.named_parameters():
            learns = torch.zeros_like(weight)
            if name in read:
                learns[:, read[name]] = 1.0
            weight.register_hook(partial(_masked, learns))

    def forward(self, states: Tensor, mask: Tensor, text: Tensor, phrases: Tensor, batch: Batch
                ) -> Tensor:  # fmt: skip
        """Logits of OPINIONS, shape (n, 4), for n pairs of a text and a phrase.

        states: (b, t, d).  mask: (b, t).  text: embeddings (b, d).  phrases: embeddings (p, d).
        """
        at, marks = batch["pair_text"], batch["pair_mention"]
        of_pair = states[at]
        phrase = phrases[batch["pair_phrase"]]
        mention = torch.einsum("nt,ntd->nd", marks, of_pair) / marks.sum(1, keepdim=True).clamp(1)
        query = self.query(torch.cat([phrase, mention], 1))
        context = _attend(query, self.key(states)[at], self.value(states)[at], mask[at])
        features = torch.cat([context, phrase, mention, text[at]], 1)
        logits: Tensor = self.out(functional.gelu(self.hidden(features)))
        return logits


def _masked(learns: Tensor, gradient: Tensor) -> Tensor:
    return gradient * learns.to(gradient.device)


def _attend(query: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> Tensor:
    """Multi-head attention of one query a row: (n, d) over (n, t, d)."""
    rows, length, dimension = keys.shape
    count = attention_heads(dimension)
    heads = (count, dimension // count)
    context = functional.scaled_dot_product_attention(
        query.view(rows, 1, *heads).transpose(1, 2),
        keys.view(rows, length, *heads).transpose(1, 2),
        values.view(rows, length, *heads).transpose(1, 2),
        attn_mask=mask[:, None, None, :],
    )
    return context.transpose(1, 2).reshape(rows, dimension)


class Network(nn.Module):
    """An encoder with heads.  encoder: a Hugging Face model.  dimension: of its hidden states.

    An embedding is the mean of the token states, brought to the length sqrt(dimension): the
    encoders' unit vectors in a scale that suits linear heads.
    """

    def __init__(self, encoder: nn.Module, dimension: int, weights: Weights) -> None:
        super().__init__()
        self.encoder = encoder
        self.sentiment = nn.Linear(dimension, len(SENTIMENTS))
        self.emotions = nn.Linear(dimension, len(EMOTIONS))
        self.offensive = nn.Linear(dimension, 1)
        self.irony = nn.Linear(dimension, 1)
        self.meaning = nn.Linear(dimension, dimension, bias=False)
        self.targets = TargetHead(dimension)
        nn.init.eye_(self.meaning.weight)
        self._scale: Final = dimension**0.5
        self._weights = weights

    def states(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Token states, shape (b, t, d)."""
        states: Tensor = self.encoder(input_ids=ids, attention_mask=mask.long()).last_hidden_state
        return states

    def embed(self, states: Tensor, mask: Tensor) -> Tensor:
        """Embeddings, shape (b, d)."""
        summed = (states * mask[..., None]).sum(1)
        return functional.normalize(summed, dim=1) * self._scale

    def forward(self, **batch: Tensor) -> dict[str, Any]:
        """Logits of every head, the tokens' states, and `loss` where the batch has labels."""
        states = batch["states"] if "states" in batch else self.states(batch["ids"], batch["mask"])
        text = self.embed(states, batch["mask"])
        found: dict[str, Any] = {
            "states": states,
            "sentiment": self.sentiment(text),
            "emotions": self.emotions(text),
            "offensive": self.offensive(text)[:, 0],
            "irony": self.irony(text)[:, 0],
        }
        if "pair_text" in batch:
            phrases = batch["phrases"] if "phrases" in batch else self._phrases(batch)
            found["targets"] = self.targets(states, batch["mask"], text, phrases, batch)
        if "teacher" in batch:
            found["meaning"] = self.meaning(text[batch["taught"]])
        if "sentiment" in batch:
            losses = self._losses(found, batch)
            found["losses"] = {name: loss.detach() for name, loss in losses.items()}
            found["loss"] = sum(losses.values())
        return found

    def _phrases(self, batch: Batch) -> Tensor:
        mask = batch["phrase_mask"]
        # The texts teach the encoder; phrases would double the work for little.
        with torch.no_grad():
            return self.embed(self.states(batch["phrase_ids"], mask), mask)

    def _losses(self, found: dict[str, Any], batch: Batch) -> dict[str, Tensor]:
        """Each head's loss: a sum over the rows that have its label, by the batch's rows."""
        rows, weights = len(batch["ids"]), self._weights
        sentiment = functional.cross_entropy(
            found["sentiment"], batch["sentiment"], ignore_index=UNKNOWN, reduction="none"
        )
        losses = {"sentiment": weights.sentiment * (sentiment * batch["certainty"]).sum() / rows}
        for name, each in (("emotions", 4.0), ("offensive", 1.0), ("irony", 1.0)):
            surprise = _binary(found[name], batch[name]).sum() / rows / each
            losses[name] = getattr(weights, name) * surprise
        if "targets" in found:
            losses["targets"] = weights.targets * functional.cross_entropy(
                found["targets"], batch["pair_opinion"]
            )
        if "meaning" in found:
            near = functional.cosine_similarity(found["meaning"], batch["teacher"])
            losses["meaning"] = weights.meaning * (1 - near).sum() / rows
            # What the teacher says (Hinton et al., 2015) keeps domains that no label covers.
            surprise = functional.cross_entropy(
                found["sentiment"][batch["taught"]], batch["teacher_sentiment"], reduction="sum"
            )
            losses["knowledge"] = weights.knowledge * surprise / rows
        return losses


def _binary(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of yes and no; 0 where the label is not known."""
    known = labels != UNKNOWN
    surprise = functional.binary_cross_entropy_with_logits(
        logits, labels.clamp(0).to(logits.dtype), reduction="none"
    )
    return surprise * known
