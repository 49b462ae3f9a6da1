"""A training run: reads the sets, trains with Hugging Face's Trainer, keeps the weights."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import torch
from msgspec.structs import replace as replace_fields
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor

from models.heads import read_heads
from models.training.adapters import adapted
from models.training.augmentation import Rewriter
from models.training.batches import Mixture, Phrases, Rewriting, Tokens, drawn, tokenise
from models.training.beginning import (
    imitating,
    load_encoder,
    source,
    start_folder,
    start_weights,
    tokenizer_and_marks,
)
from models.training.config import Run
from models.training.folders import model_folder
from models.training.frozen import embed, teach_meaning, with_states
from models.training.labelled import Sets
from models.training.layers import keep_layers, layer_count, layers_of
from models.training.network import Network
from models.training.shipping import Trained
from models.training.stopping import Batch, some_batches
from models.training.teaching import with_lessons
from models.training.trainer import Lessons, elapsed_s, fit, last_checkpoint
from schemas.errors import ModelError

WEIGHTS: Final = "network.safetensors"

Report = Callable[[str], None]


def load_network(run: Run) -> tuple[Network, Tokenizer]:
    """The encoder with as many layers as the run keeps, heads, and the encoder's tokenizer.

    Raises ModelError if the base or the weights to start from are not there, or do not fit.
    """
    encoder, tokenizer = load_encoder(run)
    # Heads begin alike in all runs: only what begins alike can be averaged.
    torch.manual_seed(0)
    network = Network(encoder, encoder.config.hidden_size, run.weights)
    start = start_weights(run)
    kept = kept_layers(run, len(layers_of(encoder)))
    if len(kept) == layer_count(start):
        keep_layers(encoder, kept)
        _load(network, start)
    else:
        _load(network, start)
        keep_layers(encoder, kept)
    encoder.get_input_embeddings().requires_grad_(requires_grad=False)
    if run.freeze_encoder:
        encoder.requires_grad_(requires_grad=False)
    if run.lora:
        network.encoder = adapted(encoder, run)
    return network, tokenizer


def _load(network: Network, start: Mapping[str, Tensor]) -> None:
    try:
        network.load_state_dict(start, strict=False)
    except RuntimeError as error:
        raise ModelError(
            f"the weights in start are not of an encoder as base has it ({error}); a network that "
            "began from a model folder is gone on from by its own model folder"
        ) from error


def kept_layers(run: Run, count: int) -> Sequence[int]:
    """Which of an encoder's layers a run keeps.  Raises ModelError if it has no such layer.

    A model folder has no others than those that a run of as many layers kept.
    """
    kept = range(run.layers or count) if isinstance(run.layers, int | None) else run.layers
    if len(kept) == count and model_folder(source(run)):
        return range(count)
    if not kept or max(kept) >= count:
        raise ModelError(f"layers={run.layers!r}, but base={source(run)!r} has {count} layers")
    return kept


def imitated_network(run: Run) -> Network | None:
    """The network that the run imitates: the mean of those that `imitate` names."""
    if not run.imitate:
        return None
    other = imitating(run)
    network, _ = load_network(replace_fields(other, layers=layer_count(start_weights(other))))
    network.requires_grad_(requires_grad=False)
    return network


def trained_network(run: Run, weights: Path) -> Trained:
    """What a run has trained, on top of its encoder."""
    folder = start_folder(run)
    network, _ = load_network(replace_fields(run, base=source(run), start=(str(weights),), lora=0))
    config = {**network.encoder.config.to_dict(), "architectures": [type(network.encoder).__name__]}
    arrays = {name: value.numpy() for name, value in network.state_dict().items()}
    before = read_heads(folder) if folder else None
    return Trained(arrays, config, *tokenizer_and_marks(run), before)


def train(run: Run, sets: Sets, out: Path, report: Report = print) -> Path:
    """Train and write the network's weights to a folder; a run that was stopped goes on.

    Returns the file with the weights.
    """
    report(f"{sum(map(len, sets.train.values())):,} texts of {len(sets.train)} sets")
    network, tokenizer = load_network(run)
    torch.manual_seed(run.seed)
    tokens = {
        name: tokenise(tokenizer, rows, prefix=run.prefix) for name, rows in sets.train.items()
    }
    if run.teacher is not None:
        report(f"{run.teacher} reads {run.teacher_share:.0%} of them")
    tokens = with_lessons(run, tokens)
    phrases = Phrases(
        tokenizer, [row for rows in tokens.values() for row in rows], prefix=run.prefix
    )
    # A run that goes on does not begin with the texts that it began with.
    seed = run.seed + int(elapsed_s(last_checkpoint(out)))
    rewriting = Rewriter(tokenizer, run.prefix, run.augment) if run.augment else None
    mixture = mixture_of(run, tokens, phrases, seed=seed, rewriting=rewriting)
    report(f"one pass draws {mixture.texts:,.0f} texts")
    if run.minutes:
        held_out = held_out_batches(run, sets, tokenizer) if run.patience else ()
        fit(run, network, Lessons(mixture, imitated_network(run), held_out), out, report)
    if run.lora:
        network.encoder = network.encoder.merge_and_unload()
    teach_meaning(network, tokens)
    if run.targets_minutes:
        with_targets = {
            name: [row for row in rows if row.row.opinions] for name, rows in tokens.items()
        }
        with_targets = {name: rows for name, rows in with_targets.items() if rows}
        teach_targets(run, network, with_targets, phrases, report)
    out.mkdir(parents=True, exist_ok=True)
    save_file(_trained(network), out / WEIGHTS)
    return out / WEIGHTS


def mixture_of(
    run: Run,
    tokens: Mapping[str, Sequence[Tokens]],
    phrases: Phrases,
    *,
    seed: int,
    rewriting: Rewriting | None = None,
) -> Mixture:
    """Batches of some of a run's sets.  tokens: texts by set."""
    shares = {source.path: source.share for source in run.data} | run.shares
    groups = drawn(tokens, shares, language_balance=run.language_balance)
    return Mixture(groups, phrases, batch_tokens=run.batch_tokens, seed=seed, rewriting=rewriting)


def held_out_batches(run: Run, sets: Sets, tokenizer: Tokenizer) -> list[Batch]:
    """Batches of the texts that a run's sets hold out."""
    tokens = {
        source.path: tokenise(tokenizer, sets.held_out[source.path], prefix=run.prefix)
        for source in run.data
    }
    rows = [row for of_set in tokens.values() for row in of_set]
    phrases = Phrases(tokenizer, rows, prefix=run.prefix)
    return some_batches(mixture_of(run, tokens, phrases, seed=run.seed))


def teach_targets(
    run: Run,
    network: Network,
    sets: Mapping[str, Sequence[Tokens]],
    phrases: Phrases,
    report: Report,
) -> None:
    """Train the head of targets alone, on the states of an encoder that learns no more.

    It has the most to learn of all heads, and so the encoder reads each text only once.
    """
    report("now the head of targets alone")
    network.requires_grad_(requires_grad=False)
    network.targets.requires_grad_(requires_grad=True)
    if run.mentions_alone:
        network.targets.teach_mentions_alone()
        run = replace_fields(run, weight_decay=0.0)
    embed(network, phrases)
    mixture = mixture_of(run, with_states(network, sets), phrases, seed=run.seed)
    alone = replace_fields(run, minutes=run.targets_minutes, workers=0, lora=0, adalora=False)
    fit(alone, network, Lessons(mixture), None, report)


def _trained(network: Network) -> dict[str, Tensor]:
    """All weights but the word table, which stays as the base has it."""
    words = network.encoder.get_input_embeddings().weight
    return {
        name: value.detach().cpu().contiguous()
        for name, value in network.state_dict(keep_vars=True).items()
        if value is not words
    }
