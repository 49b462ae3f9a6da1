"""Hugging Face's Trainer, with ready batches, layer-wise rates and a schedule by the clock."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

from models.training.adapters import RankBudget, orthogonality
from models.training.averaging import WeightAverage
from models.training.batches import Mixture
from models.training.clock import Clock
from models.training.config import Run
from models.training.layers import layer_count, layer_number
from models.training.precision import bfloat16_pays
from models.training.stopping import BEST, Batch, BestWeights, EarlyStop
from models.training.teaching import imitation

AVERAGE: Final = "average.safetensors"
CLOCK: Final = "clock.json"
ENDLESS: Final = 10**9  # steps; the clock ends a run
TELL_S: Final = 60.0

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Lessons:
    """What a network learns from: batches of texts, and a network that it imitates, if any.

    held_out: batches of texts that it does not learn from, for early stopping.
    """

    mixture: Mixture
    imitated: nn.Module | None = None
    held_out: Sequence[Batch] = ()


def fit(run: Run, network: nn.Module, lessons: Lessons, out: Path | None, report: Report) -> None:
    """Train a network for the run's minutes; it ends with the average of its weights.

    Where the lessons have held-out texts, it ends with the average that was best on them.

    out: folder of checkpoints; the last one there is gone on from.  None keeps none.
    """
    checkpoint = last_checkpoint(out) if out else None
    clock = Clock(60 * run.minutes, elapsed_s(checkpoint))
    average = WeightAverage(network, run.average) if run.average else None
    if average is not None and checkpoint is not None:
        average.restore(load_file(checkpoint / AVERAGE), int(checkpoint.name.rpartition("-")[2]))
    best = BestWeights(network, average, lessons.held_out) if lessons.held_out else None
    if best is not None and checkpoint is not None and (checkpoint / BEST).exists():
        best.restore(checkpoint / BEST)
    keeper = _Keeper(run, clock, average, report, saves=out is not None)
    half = run.precision == "bfloat16" and bfloat16_pays()
    trainer = _Trainer(
        run,
        lessons,
        clock,
        model=network,
        args=TrainingArguments(
            output_dir=str(out or "unused"),
            max_steps=ENDLESS,
            gradient_accumulation_steps=run.accumulate,
            bf16=half,
            use_cpu=half and not torch.cuda.is_available(),  # it wants to be told there
            max_grad_norm=1.0,
            save_strategy="no",
            save_total_limit=2,
            logging_steps=200,
            # Looking at each step's loss would make a GPU wait for it.
            logging_nan_inf_filter=False,
            report_to=list(run.report_to) or "none",
            remove_unused_columns=False,
            disable_tqdm=True,
            ignore_data_skip=True,
            seed=run.seed,
        ),
        callbacks=[
            *([RankBudget(network.encoder, clock)] if run.adalora else []),
            # What it saves has to be there before the keeper calls the checkpoint whole.
            *([EarlyStop(run, clock, best, report)] if best else []),
            keeper,
        ],
    )
    trainer.remove_callback(PrinterCallback)  # it tells of rates over the endless steps
    keeper.trainer = trainer
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    if best is not None:
        best.put_into_network()
    elif average is not None:
        average.put_into_network()


class _Stream(IterableDataset[dict[str, Any]]):
    """The mixture's batches, of each worker its own."""

    def __init__(self, mixture: Mixture) -> None:
        self._mixture = mixture

    def __iter__(self) -> Iterator[dict[str, Any]]:
        worker = get_worker_info()
        yield from self._mixture if worker is None else self._mixture.of_worker(worker.id)


def _as_it_is(batch: dict[str, Any]) -> dict[str, Any]:
    """A batch of arrays: between processes, tensors go one by one and take longer."""
    return batch


class _Trainer(Trainer):
    """Trainer with ready batches, layer-wise rates, and a schedule by the clock."""

    def __init__(self, run: Run, lessons: Lessons, clock: Clock, **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)
        self._run = run
        self._mixture = lessons.mixture
        self._clock = clock
        self._imitated = lessons.imitated and lessons.imitated.eval().to(self.args.device)
        self.by_head: dict[str, Tensor] = {}

    def get_train_dataloader(self) -> DataLoader[Any]:
        """The stream makes whole batches."""
        return DataLoader(
            _Stream(self._mixture),
            batch_size=None,
            collate_fn=_as_it_is,
            num_workers=self._run.workers,
        )

    def _prepare_inputs(self, inputs: dict[str, Any]) -> dict[str, Tensor]:
        """The arrays of a batch as tensors where the network is."""
        return {
            name: torch.from_numpy(np.asarray(value)).to(self.args.device)
            for name, value in inputs.items()
        }

    def create_optimizer(self, model: nn.Module | None = None) -> torch.optim.Optimizer:
        """AdamW; lower layers learn less (Howard and Ruder, 2018), heads more."""
        del model
        self.optimizer = torch.optim.AdamW(parameter_groups(self.model, self._run), fused=True)
        return self.optimizer

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:  # noqa: ANN401
        """Warm-up and cosine over the run's minutes."""
        del num_training_steps
        self.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(
            optimizer or self.optimizer, lambda _: self._clock.rate(self._run.warm_up)
        )
        return self.lr_scheduler

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Tensor],
        *_: Any,  # noqa: ANN401
        **__: Any,  # noqa: ANN401
    ) -> Tensor:
        """The heads' losses together; R-Drop's second pass where the run wants it."""
        found = model(**inputs)
        loss: Tensor = found["loss"]
        losses: dict[str, Tensor] = dict(found["losses"])
        if self._imitated is not None:
            with torch.no_grad():
                # Without the labels: its own losses are of no use.
                unlabelled = {name: inputs[name] for name in inputs if name != "sentiment"}
                said = self._imitated(**unlabelled)
            for name, apart in imitation(found, said, inputs["mask"]).items():
                loss = loss + getattr(self._run.weights, name) * apart
                losses[name] = apart.detach()
        for name, value in losses.items():
            before = self.by_head.get(name, value)
            self.by_head[name] = before.lerp(value.to(before.dtype), 0.02)
        if self._run.adalora:
            loss = loss + orthogonality(model)
        if self._run.rdrop > 0:
            again = model(**inputs)
            loss = (loss + again["loss"]) / 2
            loss = loss + self._run.rdrop * _apart(found["sentiment"], again["sentiment"])
        return loss


def _apart(first: Tensor, second: Tensor) -> Tensor:
    """Symmetric Kullback-Leibler divergence of two answers (Liang et al., 2021)."""
    one, other = first.log_softmax(1), second.log_softmax(1)
    return (
        nn.functional.kl_div(one, other, log_target=True, reduction="batchmean")
        + nn.functional.kl_div(other, one, log_target=True, reduction="batchmean")
    ) / 2


def parameter_groups(model: nn.Module, run: Run) -> list[dict[str, Any]]:
    """Parameters with their learning rates and decay; what is frozen is left out."""
    groups: defaultdict[tuple[float, float], list[nn.Parameter]] = defaultdict(list)
    layers = layer_count(name for name, _ in model.named_parameters())
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        rate = run.head_rate
        if name.startswith("encoder."):
            rate = run.learning_rate * run.layer_decay ** (layers - (layer_number(name) or 0))
        decay = run.weight_decay if parameter.ndim > 1 else 0.0
        groups[rate, decay].append(parameter)
    return [
        {"params": parameters, "lr": rate, "weight_decay": decay}
        for (rate, decay), parameters in groups.items()
    ]


class _Keeper(TrainerCallback):
    """Ends the run by the clock, averages the weights, and tells how far it is."""

    def __init__(
        self,
        run: Run,
        clock: Clock,
        average: WeightAverage | None,
        report: Report,
        *,
        saves: bool,
    ) -> None:
        self._run = run
        self._clock = clock
        self._average = average
        self._report = report
        self._saves = saves
        self._told = self._saved = clock.elapsed_s
        self.trainer: _Trainer | None = None

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """After each step of the optimizer."""
        del args, kwargs
        if self._average is not None:
            self._average.update()
        if self._clock.elapsed_s - self._told > TELL_S:
            self._told = self._clock.elapsed_s
            heads = self.trainer.by_head if self.trainer else {}
            losses = ", ".join(
                f"{name} {float(value):.3f}" for name, value in sorted(heads.items())
            )
            self._report(
                f"{self._clock.elapsed_s / 60:.0f} of {self._run.minutes:g} min, until "
                f"{self._clock.ends:%H:%M}, step {state.global_step:,}: {losses}"
            )
        if self._saves and self._clock.elapsed_s - self._saved > 60 * self._run.checkpoint_minutes:
            self._saved = self._clock.elapsed_s
            control.should_save = True
        if self._clock.over:
            control.should_training_stop = True

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Beside Trainer's own checkpoint: the average, then the clock, which marks it as whole."""
        del control, kwargs
        folder = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        if self._average is not None:
            save_file(self._average.weights, folder / AVERAGE)
        part = folder / f"{CLOCK}.part"
        part.write_text(json.dumps({"elapsed_s": self._clock.elapsed_s}))
        part.rename(folder / CLOCK)


def last_checkpoint(out: Path) -> Path | None:
    """The newest whole checkpoint in a folder, if there is one."""
    found = sorted(
        (path for path in out.glob("checkpoint-*") if (path / CLOCK).exists()),
        key=lambda path: int(path.name.rpartition("-")[2]),
    )
    return found[-1] if found else None


def elapsed_s(checkpoint: Path | None) -> float:
    """Seconds of training that a checkpoint stands for."""
    if checkpoint is None:
        return 0.0
    return float(json.loads((checkpoint / CLOCK).read_text())["elapsed_s"])
