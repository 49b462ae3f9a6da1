"""What a run begins from: its base, or a model folder, and the weights of earlier runs."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from msgspec.structs import replace as replace_fields
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor
from transformers import AutoConfig, AutoModel
from transformers.utils import cached_file

from models.export.folder import WORDS, check_tokenizer, shape_of
from models.export.hugging_face import read_back
from models.heads import read_heads
from models.onnx_encoder import TOKENIZER, load_tokenizer
from models.training.config import Run
from models.training.folders import model_folder
from models.training.shipping import weights_of
from models.training.teaching import averaged
from schemas.errors import ModelError


def start_folder(run: Run) -> Path | None:
    """The model folder that a run goes on from, if it does.  Raises ModelError if it names more."""
    folders = dict.fromkeys(folder for name in run.start if (folder := model_folder(name)))
    if len(folders) > 1:
        raise ModelError(
            f"start names {len(folders)} model folders, each with words of its own; name one"
        )
    return next(iter(folders), None)


def source(run: Run) -> str:
    """Where encoder, words and tokenizer come from: the folder to go on from, else the base."""
    return str(start_folder(run) or run.base)


def load_encoder(run: Run) -> tuple[Any, Tokenizer]:
    """The encoder with all of its layers, and its tokenizer.  Raises ModelError."""
    name = source(run)
    if not name:
        raise ModelError("the run names no base; name one, or a model folder in start")
    folder = model_folder(name)
    dropout = {"hidden_dropout_prob": run.dropout, "attention_probs_dropout_prob": run.dropout}
    usual = {"attn_implementation": "sdpa", "add_pooling_layer": False}
    try:
        tokenizer = tokenizer_file(run)
        if folder is None:
            # Before hours of training, not when its result cannot be shipped.
            _check_supported(name, AutoConfig.from_pretrained(name).to_dict(), tokenizer, run)
            encoder = AutoModel.from_pretrained(name, **dropout, **usual)
        else:
            told = read_back(folder)
            _check_supported(name, told.config, tokenizer, run)
            config = AutoConfig.for_model(**{**told.config, **dropout})
            encoder = AutoModel.from_config(config, **usual)
            arrays = {name: torch.tensor(value) for name, value in told.weights.items()}
            encoder.load_state_dict(arrays)
        return encoder, load_tokenizer(tokenizer, max_tokens=run.max_tokens)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"base={name!r} is no encoder that can be loaded ({error}); name a folder, or a "
            "model of the Hugging Face hub where it can be reached"
        ) from error


def _check_supported(name: str, config: Mapping[str, Any], tokenizer: Path, run: Run) -> None:
    try:
        shape_of(config, max(run.max_tokens, run.read_tokens))
        check_tokenizer(json.loads(tokenizer.read_text(encoding="utf-8")))
    except ModelError as error:
        raise ModelError(f"base={name!r} cannot become a model: {error}") from error


def tokenizer_file(run: Run) -> Path:
    """The encoder's `tokenizer.json`, in its folder or in the hub's cache."""
    name = source(run)
    return Path(cached_file(str(model_folder(name) or name), TOKENIZER))


def start_weights(run: Run) -> dict[str, Tensor]:
    """The mean of the weights that a run starts from; nothing where it starts from its base."""
    return averaged([_weights(name) for name in run.start]) if run.start else {}


def _weights(name: str) -> dict[str, Tensor]:
    """Of a network, without its words: they come with the encoder."""
    folder = model_folder(name)
    if folder is None:
        return load_file(name)
    encoder = {f"encoder.{name}": value for name, value in read_back(folder).weights.items()}
    del encoder[f"encoder.{WORDS}"]
    weights = encoder | weights_of(read_heads(folder))
    return {name: torch.tensor(value) for name, value in weights.items()}


def imitating(run: Run) -> Run:
    """The run whose network is the one that a run imitates.  Raises ModelError."""
    other = replace_fields(run, base=source(run), start=run.imitate, lora=0, freeze_encoder=True)
    if source(other) != source(run):
        raise ModelError(
            f"imitate names {source(other)}, a model folder with words of its own; "
            "start has to name it, too"
        )
    return other
