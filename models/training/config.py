"""The file that describes a training run: the base, the schedule, and the sets of data."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
import yaml

from schemas.errors import ModelError
from schemas.scores import EMOTIONS, SENTIMENTS

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Positive = Annotated[float, msgspec.Meta(gt=0)]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]
Count = Annotated[int, msgspec.Meta(ge=1)]
Number = Annotated[int, msgspec.Meta(ge=0)]
CORRECTION_SHARE: Final = 5.0
KNOWN: Final[Mapping[str, Sequence[str | bool]]] = {
    "sentiment": SENTIMENTS,
    "emotions": EMOTIONS,
    "offensive": (True, False),
    "irony": (True, False),
}
"""Labels that a head learns from, by the head's name."""


class Labels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a set keeps the labels of one head.

    field: a column's or key's name.  map: from the set's words or numbers to ours (a sentiment's or
    an emotion's name, or true and false); words that it does not name mean that the label is not
    known.  also: for emotions, ours that the set's annotators looked for; all that the map names by
    default.
    """

    field: str = "label"
    map: dict[str, str | bool] = {}
    also: tuple[str, ...] = ()


class DataSet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One set of labelled texts.

    path: a file, or a folder with `train.*` and perhaps `val.*`; relative to the run's `data`.
    format: "jsonl", "csv", "tsv", "parquet"; "lines" is `{train,val}_text.txt` beside
    `{train,val}_labels.txt`.  licence: as the source states it; it goes into the model card.
    lang: of all texts, where no column says it.  share: how often its texts are drawn, against
    their number.  certainty: weight of its sentiments.  calibrates: whether its held-out labels say
    how sure an answer may be; not where they do not follow from the texts.  targets: column with a
    list of `{aspect, polarity}`, with `term` where the words are marked.  sentiment_from: derive a
    text's sentiment from its "emotions" or from its "targets", where all of them agree.
    """

    path: str
    licence: str
    format: Literal["jsonl", "csv", "tsv", "parquet", "lines"] = "jsonl"
    text: str = "text"
    lang: str | None = None
    lang_field: str = "lang"
    share: Positive = 1.0
    certainty: Share = 1.0
    calibrates: bool = True
    sentiment: Labels | None = None
    emotions: Labels | None = None
    offensive: Labels | None = None
    irony: Labels | None = None
    targets: str | None = None
    sentiment_from: Literal["emotions", "targets"] | None = None


class Weights(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much each head's loss counts.

    meaning, knowledge: to say what the teacher says a text is about, and how it feels.
    answers, target_answers, states: to answer as the imitated networks do, about whole texts and
    about targets, and to come to their tokens' states.
    """

    sentiment: float = 1.0
    emotions: float = 1.0
    offensive: float = 0.7
    irony: float = 0.7
    targets: float = 1.0
    meaning: float = 1.0
    knowledge: float = 0.5
    answers: float = 1.0
    target_answers: float = 1.0
    states: float = 1.0


class Card(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the author of a run says in the model's card, where the run itself cannot tell.

    texts: what it is for.  base_licence: of the base.  words: how its table of words came about.
    made_by: the command.  licences: what holds for the sets that train it.  limits: by experience.
    """

    texts: str = "texts"
    base_licence: str = ""
    words: str = "in 4 bits"
    made_by: str = "groundswell train"
    licences: str = ""
    limits: tuple[str, ...] = ()


class Run(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A training run.

    version: the new model's.  base: a folder or hub name of a Hugging Face encoder that the
    backend supports.  start: weights
    of earlier runs (`network.safetensors`) to go on from; several are averaged.  One may be a model
    folder, or "shipped": its encoder, words and pieces stand in for the base.  data: sets to train
    on.  shares: by path, instead of what the sets say.  guards: sets to measure on and never
    to train on, guard_texts of each at most.
    prefix: stands before every text.  max_tokens: of a text that is trained on.  layers: how many
    of the base, counted from below, or which, from 0 on; all by default.
    minutes: how long to train, 0 for not at all; the learning rate falls to zero over that time, so
    that a slower machine still ends well.  batch_tokens: padding included.  targets_minutes: after
    that, the head of targets alone; mentions_alone: of it, what reads the words of a target that
    stands in the text, so that nothing is said otherwise about others.
    accumulate: batches in a step.
    patience: ends the run when the loss on held-out texts has not fallen in so many looks at it,
    one every look_minutes, and keeps the weights under which it was lowest; 0 does not look.
    learning_rate: of the top layer, head_rate: of the heads.  warm_up: share of the time.
    layer_decay: each layer below learns by this factor less.
    dropout, rdrop: the latter is the weight of R-Drop (Liang et al., 2021), which needs the former.
    lora: rank of LoRA (Hu et al., 2021) instead of all weights; 0 trains all.  adalora: it is the
    mean rank, which the matrices share out by importance (AdaLoRA; Zhang et al., 2023).
    freeze_encoder: train the heads alone.  The table of words is never trained: it is shipped in 4
    bits, which would round away what it learnt, and one that was rounded before stays exact.
    average: decay of the running mean of all weights, which is what is kept; 0 keeps the last.
    augment: share of the texts, each time that they are drawn, that are learnt from in another
    spelling; see models.training.augmentation.
    class_balance, language_balance: see models.training.reading.balanced, and batches.drawn.
    precision: of the arithmetic; bfloat16 only where it is faster (GPUs, and CPUs that have it).
    teacher: a model folder whose embeddings and sentiments are learnt beside the labels from
    teacher_share of the texts, so that topics, and domains that no label covers, go on working.
    imitate: weights of earlier runs, averaged: that network's answers and states are learnt from
    every text, in a network with fewer layers (distillation).
    workers: processes that make batches; 0 makes them beside the training, a GPU needs several.
    history: what came before the run, for the model's card.  card: what else it says.
    backend: what the model is for.  "onnx" is the int8 graph, for the kinds of encoder that
    models.export.folder supports; "torch" keeps any encoder with a `tokenizer.json` as Hugging Face
    does, in float32.  pieces: of the vocabulary that the graph is shipped with.
    read_tokens: of a text that the new model reads.
    """

    version: str
    base: str = ""
    data: tuple[DataSet, ...]
    shares: dict[str, Positive] = {}
    guards: tuple[DataSet, ...] = ()
    guard_texts: Count = 800
    start: tuple[str, ...] = ()
    prefix: str = "query: "
    max_tokens: Count = 96
    layers: Count | Annotated[tuple[Number, ...], msgspec.Meta(min_length=1)] | None = None
    minutes: NotNegative = 60.0
    batch_tokens: Count = 1024
    accumulate: Count = 1
    patience: Number = 0
    look_minutes: Positive = 2.0
    learning_rate: Positive = 1e-4
    head_rate: Positive = 1e-3
    targets_minutes: NotNegative = 0.0
    mentions_alone: bool = False
    warm_up: Share = 0.05
    layer_decay: Share = 0.9
    weight_decay: NotNegative = 0.01
    dropout: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.0
    rdrop: NotNegative = 0.0
    lora: Number = 0
    adalora: bool = False
    freeze_encoder: bool = False
    average: Share = 0.999
    augment: Share = 0.0
    class_balance: Share = 0.5
    language_balance: Share = 0.0
    precision: Literal["float32", "bfloat16"] = "float32"
    weights: Weights = Weights()
    teacher: str | None = None
    teacher_share: Share = 0.25
    imitate: tuple[str, ...] = ()
    workers: Number = 0
    checkpoint_minutes: Positive = 15.0
    report_to: tuple[Literal["tensorboard", "wandb"], ...] = ()
    backend: Literal["onnx", "torch"] = "onnx"
    pieces: Count = 140_000
    read_tokens: Count = 128
    seed: int = 7
    history: str = ""
    card: Card = Card()


def read_run(path: Path) -> Run:
    """A run's file, in YAML.  Raises ModelError, which names the field.

    `extends: other.yaml` takes all fields that the file does not name from another one beside it,
    but for what that one's card says.
    """
    try:
        run = msgspec.convert(_fields(path), Run)
    except OSError as error:
        raise ModelError(
            f"{error.filename} cannot be read ({error.strerror}); name a run's file"
        ) from error
    except UnicodeDecodeError as error:
        raise ModelError(f"{path} is no text in UTF-8 ({error}); save it as such") from error
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise ModelError(f"{path}: {error}; docs/training.md lists the fields") from error
    _check_together(path, run)
    twice = [name for name, count in Counter(_paths(run)).items() if count > 1]
    if twice:
        raise ModelError(
            f"{path}: path={twice[0]!r} stands in more than one entry of data and guards; put all "
            "labels of a file into one entry, or give the other entry a copy of the file"
        )
    if unknown := run.shares.keys() - {source.path for source in run.data}:
        raise ModelError(f"{path}: shares has {min(unknown)!r}, which is no path in data")
    for name, sets in (("data", run.data), ("guards", run.guards)):
        for place, source in enumerate(sets):
            for head, known in KNOWN.items():
                _check_labels(path, f"{name}[{place}].{head}", getattr(source, head), known)
    return run


def _check_together(path: Path, run: Run) -> None:
    if run.rdrop and not run.dropout:
        raise ModelError(
            f"{path}: rdrop={run.rdrop:g} compares two passes that only dropout makes differ; "
            "set dropout, such as 0.1"
        )
    if run.adalora and not run.lora:
        raise ModelError(f"{path}: adalora shares out the ranks of lora; set lora, such as 8")


def _paths(run: Run) -> list[str]:
    return [source.path for source in (*run.data, *run.guards)]


def _fields(path: Path) -> object:
    fields = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(fields, dict) or "extends" not in fields:
        return fields
    other = yaml.safe_load((path.parent / str(fields.pop("extends"))).read_text(encoding="utf-8"))
    if not isinstance(other, dict):
        return other
    of_card = {"history": "", "card": {}}
    return {**other, **of_card, **fields}


def _check_labels(
    path: Path, field: str, labels: Labels | None, known: Sequence[str | bool]
) -> None:
    if labels is None:
        return
    for name in (*labels.map.values(), *labels.also):
        if name not in known:
            names = ", ".join(str(one).lower() for one in known)
            raise ModelError(f"{path}: {field} has {name!r}; expected one of {names}")


def with_corrections(run: Run, file: Path) -> Run:
    """The run, with people's labels beside its sets.

    file: JSON lines with `text`, `lang` and `label`.  They are drawn CORRECTION_SHARE times as
    often as their number says: there are few of them, and they are what the users want learnt.
    """
    labels = DataSet(
        path=str(file), licence="the users' own", share=CORRECTION_SHARE, sentiment=Labels()
    )
    return msgspec.structs.replace(run, data=(*run.data, labels))
