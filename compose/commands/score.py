"""`groundswell score`: JSON lines in, JSON lines with scores out."""

import json
import os
import select
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final

import numpy as np
import typer
from numpy.typing import NDArray

from models.language import LanguageDetector
from models.scorer import Scorer, load_scorer
from schemas.errors import ModelError
from schemas.scores import EMOTIONS, SENTIMENTS, OpinionOf, ScoreBatch

MAX_LINE_BYTES: Final = 8_000_000
MAX_WAITING_BYTES: Final = 16_000_000
MAX_LANG_CHARACTERS: Final = 35
MAX_TARGETS: Final = 100
MAX_TARGET_CHARACTERS: Final = 200
READ_BYTES: Final = 1 << 16
PASSED_ON: Final = ("id", "post_id")

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One line that can be scored.

    lang: None where it has to be detected.  targets: whose polarity is asked for; None where the
    line names none.
    """

    text: str
    lang: str | None
    passed_on: Answer
    targets: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class BadLine:
    """One line that cannot be scored, and why.  line: counted from 1."""

    line: int
    error: str


def score(
    file: Annotated[
        Path | None,
        typer.Argument(help="JSON lines, each with `text`; standard input when not given or `-`."),
    ] = None,
    *,
    model: Annotated[
        str,
        typer.Option(
            help="`shipped`, a folder, `torch:FOLDER`, `vllm:[FOLDER@]http://host:port`, or `stub` "
            "(no real scores).",
            envvar="GROUNDSWELL_MODEL",
        ),
    ] = "shipped",
    threads: Annotated[
        int, typer.Option(min=0, help="Threads of the model; 0 for one per core.")
    ] = 0,
    batch: Annotated[int, typer.Option(min=1, max=100_000, help="Lines scored together.")] = 512,
) -> None:
    """Score texts, without Kafka or ClickHouse.

    Each line of the input is a JSON object with `text`, and `lang` where it is known, and `brand`
    or `targets` (a list) where the polarity towards them is asked for.  Each line of the output, in
    the same order, has `sentiment`, `score` (-1 to 1), `probabilities`, `emotion` (probabilities),
    `offensive`, `irony`, `aspects` and `targets` (lists with `polarity` and `score`), `lang` and
    `model_version`, and `id` or `post_id` where the input has it.  A line that cannot be scored
    gives `error` and its `line` number.  Empty text is neutral.
    """
    try:
        scorer = load_scorer(model, threads=threads or None)
    except ModelError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
    try:
        if file is None or str(file) == "-":
            score_lines(sys.stdin.buffer, sys.stdout.buffer, scorer, batch=batch)
        else:
            with file.open("rb") as source:
                score_lines(source, sys.stdout.buffer, scorer, batch=batch)
    except BrokenPipeError:
        # The reader went away (`| head`): no error, but Python would complain when it closes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ModelError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error


def score_lines(source: BinaryIO, sink: BinaryIO, scorer: Scorer, *, batch: int) -> None:
    """Answer every line of the source with one line, in order; at most `batch` lines wait.

    A source that pauses gets answers to all lines it has sent, without waiting for a full batch;
    so does one whose lines are so long that they would fill the memory.
    """
    detector = LanguageDetector()
    waiting: list[Request | BadLine] = []
    number = waiting_bytes = 0
    for line in read_lines(source):
        if line is not None:
            number += 1
            waiting.append(parse_line(line, number=number))
            waiting_bytes += len(line)
        full = len(waiting) >= batch or waiting_bytes >= MAX_WAITING_BYTES
        if waiting and (line is None or full):
            sink.writelines(
                json.dumps(answer).encode() + b"\n" for answer in answers(waiting, scorer, detector)
            )
            sink.flush()
            waiting, waiting_bytes = [], 0


def read_lines(source: BinaryIO) -> Iterator[bytes | None]:
    """The source's lines without their line feeds; None whenever it pauses, and at its end.

    A line longer than MAX_LINE_BYTES comes cut, but still longer than that.
    """
    descriptor = source.fileno()
    rest = b""
    while True:
        if not select.select([descriptor], [], [], 0)[0]:
            yield None
        chunk = os.read(descriptor, READ_BYTES)
        if not chunk:
            break
        if len(rest) > MAX_LINE_BYTES and b"\n" not in chunk:
            continue  # it is too long already
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
        rest = rest[: MAX_LINE_BYTES + 1]
    if rest:
        yield rest
    yield None


def parse_line(line: bytes, *, number: int) -> Request | BadLine:
    """What one line asks for."""
    try:
        return _request(line)
    except ValueError as error:
        return BadLine(number, _shortened(str(error)))


def _request(line: bytes) -> Request:
    """Raises ValueError, which says what is wrong with the line."""
    if len(line) > MAX_LINE_BYTES:
        raise ValueError(f"the line is longer than {MAX_LINE_BYTES} bytes; shorten its text")
    try:
        row = json.loads(line.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON on one line: {error}") from error
    if not isinstance(row, dict):
        raise ValueError(f"not a JSON object but {_shortened(repr(row))}")  # noqa: TRY004
    if not isinstance(row.get("text"), str):
        raise ValueError(f"`text` is {_found(row, 'text')}; expected a string")  # noqa: TRY004
    lang = row.get("lang") or None
    if lang is not None and not (isinstance(lang, str) and len(lang) <= MAX_LANG_CHARACTERS):
        raise ValueError(f"`lang` is {_found(row, 'lang')}; expected a code such as `en`")
    passed_on = {key: row[key] for key in PASSED_ON if key in row}
    for key, value in passed_on.items():
        if not isinstance(value, str | int):
            raise ValueError(  # noqa: TRY004
                f"`{key}` is {_found(row, key)}; expected a string or a whole number"
            )
    return Request(row["text"], lang, passed_on, _targets(row))


def _targets(row: Answer) -> tuple[str, ...] | None:
    """The brand, then the targets; None where the line has neither key."""
    found: list[str] = []
    if row.get("brand") is not None:
        found += _names(row, "brand", [row["brand"]])
    if row.get("targets") is not None:
        found += _names(row, "targets", row["targets"])
    asked = row.get("brand") is not None or row.get("targets") is not None
    return tuple(dict.fromkeys(found)) if asked else None


def _names(row: Answer, key: str, names: object) -> list[str]:
    if not isinstance(names, list) or not all(
        isinstance(name, str) and name.strip() and len(name) <= MAX_TARGET_CHARACTERS
        for name in names
    ):
        raise ValueError(
            f"`{key}` is {_found(row, key)}; expected names of {MAX_TARGET_CHARACTERS} characters "
            "at most"
        )
    if len(names) > MAX_TARGETS:
        raise ValueError(f"`{key}` has {len(names)} names; {MAX_TARGETS} are answered at most")
    return names


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _found(row: Answer, key: str) -> str:
    return repr(row[key])[:60] if key in row else "missing"


def _shortened(text: str) -> str:
    return text if len(text) <= 200 else text[:200] + "…"


def answers(
    waiting: Sequence[Request | BadLine], scorer: Scorer, detector: LanguageDetector
) -> Iterator[Answer]:
    """One answer a line, in order."""
    requests = [line for line in waiting if isinstance(line, Request)]
    unknown = [request.text for request in requests if request.lang is None]
    detected = iter(detector.detect(unknown))
    langs = [request.lang or next(detected) for request in requests]
    scored = scorer.score(
        [request.text for request in requests],
        langs,
        targets=[request.targets or () for request in requests] if scorer.knows_targets else None,
        aspects=scorer.knows_targets,
    )
    places = iter(range(len(requests)))
    for line in waiting:
        if isinstance(line, BadLine):
            yield {"error": line.error, "line": line.line}
            continue
        at = next(places)
        yield {
            **line.passed_on,
            **_scores(scored, at, with_targets=line.targets is not None),
            "lang": langs[at],
            "model_version": scorer.model_version,
            "model_sha256": scorer.model_sha256,
        }


def _scores(scored: ScoreBatch, at: int, *, with_targets: bool) -> Answer:
    """What every head that the model has says about one text."""
    found: Answer = {
        "sentiment": scored.sentiments[at],
        "score": round(float(scored.scores[at]), 6),
        "probabilities": _shares(SENTIMENTS, scored.probabilities[at]),
    }
    if scored.emotions is not None:
        found["emotion"] = _shares(EMOTIONS, scored.emotions[at])
    if scored.offensive is not None:
        found["offensive"] = round(float(scored.offensive[at]), 6)
    if scored.irony is not None:
        found["irony"] = round(float(scored.irony[at]), 6)
    if scored.aspects is not None:
        found["aspects"] = [_opinion("aspect", one) for one in scored.aspects[at]]
    if scored.targets is not None and with_targets:
        found["targets"] = [_opinion("target", one) for one in scored.targets[at]]
    return found


def _shares(names: Sequence[str], shares: NDArray[np.float32]) -> dict[str, float]:
    return {name: round(share, 6) for name, share in zip(names, shares.tolist(), strict=True)}


def _opinion(key: str, opinion: OpinionOf) -> Answer:
    return {key: opinion.name, "polarity": opinion.polarity, "score": round(opinion.score, 6)}
