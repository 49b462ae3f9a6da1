"""What a run begins from: its base, or a model folder, and the weights of earlier runs."""

import json
from pathlib import Path
from typing import Any, Final

import torch
from msgspec.structs import replace as replace_fields
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor
from transformers import AutoConfig, AutoModel
from transformers.utils import cached_file

from models.export.folder import WORDS, XLM_R_MARKS, check_tokenizer, shape_of
from models.export.hugging_face import read_back
from models.heads import read_heads
from models.onnx_encoder import GRAPH, TOKENIZER, load_tokenizer
from models.torch_layers import load_model
from models.training.config import Run
from models.training.folders import model_folder
from models.training.shipping import weights_of
from models.training.teaching import averaged
from schemas.errors import ModelError

DROPOUTS: Final = (
    "hidden_dropout_prob", "attention_probs_dropout_prob", "dropout", "attention_dropout",
    "embedding_dropout", "mlp_dropout",
)  # fmt: skip
"""What the kinds of encoder call it in their `config.json`."""


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
    try:
        read = load_tokenizer(tokenizer_file(run), max_tokens=run.max_tokens)
        encoder = _graph_encoder(run) if _has_graph(run) else _hugging_face_encoder(run)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"base={name!r} is no encoder that can be loaded ({error}); name a folder, or a "
            "model of the Hugging Face hub where it can be reached"
        ) from error
    if run.backend == "torch":
        _check_reads(name, encoder, max(run.max_tokens, run.read_tokens))
    return encoder, read


def _place(run: Run) -> str:
    """The folder, or the name in the hub, of what the encoder comes from."""
    name = source(run)
    return str(model_folder(name) or name)


def _has_graph(run: Run) -> bool:
    """Whether it is an int8 graph; else it is as Hugging Face keeps it."""
    return (Path(_place(run)) / GRAPH).exists()


def _graph_encoder(run: Run) -> Any:  # noqa: ANN401 - transformers is untyped here
    """The encoder whose weights a model folder's graph computes with."""
    told = read_back(Path(_place(run)))
    config = AutoConfig.for_model(**told.config)
    _prepare(config, run)
    encoder = AutoModel.from_config(config, add_pooling_layer=False)
    encoder.load_state_dict({name: torch.tensor(value) for name, value in told.weights.items()})
    return encoder


def _hugging_face_encoder(run: Run) -> Any:  # noqa: ANN401 - transformers is untyped here
    config = AutoConfig.from_pretrained(_place(run))
    _prepare(config, run)
    return load_model(_place(run), config=config)


def _prepare(config: Any, run: Run) -> None:  # noqa: ANN401
    """Give an encoder's configuration the run's dropout.

    Raises ModelError, before hours of training, if the run's backend cannot compute it.
    """
    if run.backend == "onnx":
        try:
            shape_of(config.to_dict(), max(run.max_tokens, run.read_tokens))
            check_tokenizer(json.loads(tokenizer_file(run).read_text(encoding="utf-8")))
        except ModelError as error:
            raise ModelError(
                f"base={source(run)!r} cannot become an int8 graph: {error}; with `backend: torch` "
                "any encoder can be trained, for torch and vLLM"
            ) from error
    for name in DROPOUTS:
        if hasattr(config, name):
            setattr(config, name, run.dropout)


def _check_reads(name: str, encoder: Any, tokens: int) -> None:  # noqa: ANN401
    """Raises ModelError unless the encoder gives states of so many tokens."""
    ids = torch.full((1, tokens), 5)
    try:
        with torch.no_grad():
            states = encoder(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
        fits = states.shape == (1, tokens, encoder.config.hidden_size)
    except (AttributeError, IndexError, RuntimeError, TypeError, ValueError) as error:
        raise ModelError(
            f"base={name!r} gives no states of {tokens} tokens ({error}); name an encoder, or set "
            "max_tokens and read_tokens to what it reads"
        ) from error
    if not fits:
        raise ModelError(f"base={name!r} gives other states than one a token; name an encoder")


def tokenizer_file(run: Run) -> Path:
    """The encoder's `tokenizer.json`, in its folder or in the hub's cache."""
    return Path(cached_file(_place(run), TOKENIZER))


def tokenizer_and_marks(run: Run) -> tuple[str, dict[str, str]]:
    """The text of the encoder's `tokenizer.json`, and which of its pieces are marks."""
    text = tokenizer_file(run).read_text(encoding="utf-8")
    if _has_graph(run):
        return text, dict(XLM_R_MARKS)
    marks: dict[str, str] = {}
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        path = cached_file(_place(run), name, _raise_exceptions_for_missing_entries=False)
        told = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
        for mark, piece in told.items():
            content = piece.get("content") if isinstance(piece, dict) else piece
            if mark.endswith("_token") and isinstance(content, str):
                marks[mark] = content
    return text, marks


def start_weights(run: Run) -> dict[str, Tensor]:
    """The mean of the weights that a run starts from; nothing where it starts from its base."""
    return averaged([_weights(name) for name in run.start]) if run.start else {}


def _weights(name: str) -> dict[str, Tensor]:
    """Of a network, without its words: they come with the encoder."""
    folder = model_folder(name)
    if folder is None:
        return load_file(name)
    weights = weights_of(read_heads(folder))
    if (folder / GRAPH).exists():  # what Hugging Face keeps comes with the encoder
        encoder = {f"encoder.{name}": value for name, value in read_back(folder).weights.items()}
        del encoder[f"encoder.{WORDS}"]
        weights |= encoder
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
