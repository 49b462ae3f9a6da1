"""`groundswell detect`: surges, turns and silences in a CSV file of counts."""

import csv
import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated, Final, TextIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from schemas.alert_rules import Sensitivity as Choice
from schemas.errors import SettingsError
from schemas.threshold_rules import Rule
from streams.detection.lanes import Answer, Lanes
from streams.detection.rules import parse_rule, window_rows
from streams.detection.table import CountTable, TableRow
from streams.detection.tuning import Sensitivity

ADDED: Final = ("anomaly_score", "expected_low", "expected_high", "alert", "kind")
# Rows worked off together. A file sorted by series is quick where whole series fit.
BLOCK_ROWS: Final = 2_500_000


def detect(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV with the columns timestamp and value, and optionally series and negative.",
            show_default=False,
        ),
    ],
    *,
    sensitivity: Annotated[
        Choice,
        typer.Option(
            help="calm: only what nobody could miss. balanced: what a team wants to be woken for. "
            "watchful: earlier and fainter signs, for somebody who watches anyway. "
            "A series brings a false alert in about 25, 20 and 6 weeks. off: only --rule."
        ),
    ] = Choice.BALANCED,
    rules: Annotated[
        list[str] | None,
        typer.Option(
            "--rule",
            metavar="RULE",
            help="A threshold besides, such as 'posts >= 500 in 15m', 'negative >= 40% in 1h with "
            "20 posts' or 'silence >= 2h'; may be given again.",
        ),
    ] = None,
    timezone: Annotated[
        str, typer.Option(help="Of times that name none, such as Europe/Berlin.")
    ] = "UTC",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where the rows go; standard output when not given."),
    ] = None,
) -> None:
    """Find surges, turns of the mood and silences in counts, as the alerts do.

    Reads each row once, in order, and gives the same rows with anomaly_score (0 to 1; an incident
    opens at 0.5), expected_low, expected_high, alert (1 where an incident opens) and kind (volume,
    negative or silence, while it is open). No answer depends on a later row. An empty value is not
    known, and nothing is claimed of it.
    """
    if sensitivity is Choice.OFF and not rules:
        raise SettingsError("--sensitivity 'off' leaves nothing to do; give a --rule")
    if output is not None and output.exists() and output.samefile(file):
        raise SettingsError(f"--output {str(output)!r} is the file itself; name another")
    parsed = [parse_rule(text) for text in rules or []]
    with ExitStack() as stack:
        # Rows hold no cycles, and looking through millions of them again and again takes long.
        gc.disable()
        stack.callback(gc.enable)
        table = CountTable(file, timezone=_zone(timezone))
        stack.callback(table.close)
        _check_columns(table, parsed, file)
        lanes = Lanes(
            sensitivity=None if sensitivity is Choice.OFF else Sensitivity(sensitivity.value),
            rules=parsed,
            with_negative=table.has_negative,
        )
        try:
            sink = _sink(output, stack)
            alerts, count = _write(table, lanes, sink)
        except BrokenPipeError:
            # The reader went away (`| head`): no error, but Python would complain when it closes.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
    for text, rule in zip(rules or [], parsed, strict=True):
        for line in _other_windows(text, rule, lanes):
            typer.echo(line, err=True)
    typer.echo(f"{alerts:,} incidents in {count:,} rows of {lanes.series:,} series", err=True)


def _check_columns(table: CountTable, rules: Sequence[Rule], file: Path) -> None:
    if twice := [name for name in table.header if name.strip().lower() in ADDED]:
        raise SettingsError(
            f"{file} has columns that would be there twice: {', '.join(twice)}; give the counts "
            "themselves where it is what this command wrote, or name these columns otherwise"
        )
    if not table.has_negative and any(rule.measure == "negative" for rule in rules):
        raise SettingsError(
            f"--rule 'negative ...' needs a column 'negative', and {file} has "
            f"{', '.join(table.header)}; add one, or give a rule for posts or silence"
        )


def _other_windows(text: str, rule: Rule, lanes: Lanes) -> Iterator[str]:
    """Where a rule sums whole rows that are not just as long as its window, in words."""
    for step_s, series in sorted(lanes.steps_s().items()):
        minutes = window_rows(rule, step_s) * step_s / 60
        if rule.window_min and minutes != rule.window_min:
            yield (
                f"note: --rule {text!r} sums {minutes:g} minutes in {series:,} series, which have "
                f"a row every {step_s / 60:g} minutes"
            )


def _write(table: CountTable, lanes: Lanes, sink: TextIO) -> tuple[int, int]:
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow([*table.header, *ADDED])
    alerts = count = 0
    for block in _blocks(table):
        answers = lanes.judge(block)
        alerts += sum(answer.alert for answer in answers)
        count += len(block)
        writer.writerows(
            [*row.cells, *_cells(answer)] for row, answer in zip(block, answers, strict=True)
        )
    sink.flush()
    return alerts, count


def _blocks(table: CountTable) -> Iterator[list[TableRow]]:
    rows = iter(table)
    while block := list(islice(rows, BLOCK_ROWS)):
        yield block


def _cells(answer: Answer) -> tuple[str, str, str, str, str]:
    return (
        f"{answer.score:.4f}",
        f"{answer.low:.3f}",
        f"{answer.high:.3f}",
        "1" if answer.alert else "0",
        answer.kind,
    )


def _sink(output: Path | None, stack: ExitStack) -> TextIO:
    if output is None:
        return sys.stdout
    try:
        return stack.enter_context(_file(output))
    except OSError as error:
        raise SettingsError(
            f"--output {str(output)!r} cannot be written ({error.strerror}); name another place"
        ) from error


@contextmanager
def _file(output: Path) -> Iterator[TextIO]:
    """The file, which is there once it is whole; a pipe or a link is written as it comes."""
    if output.is_symlink() or (output.exists() and not output.is_file()):
        with output.open("w", encoding="utf-8", newline="") as sink:
            yield sink
        return
    draft = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8", newline="") as sink:
            yield sink
        draft.replace(output)
    finally:
        draft.unlink(missing_ok=True)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError(f"--timezone {name!r} is no time zone; try Europe/Berlin") from error
