"""The command `groundswell`.

Each command lives in `compose/commands/<name>.py` and is loaded only when it is used, so that
`groundswell --help` and shell completion answer at once.
"""

import importlib
import logging
import re
import sys
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from schemas.errors import GroundswellError, StoreError

# Name of the command, its module, and its line in `groundswell --help`.
COMMANDS: Final = {
    "up": ("compose.commands.up", "Start Kafka, ClickHouse, the worker and the dashboard here."),
    "demo": ("compose.commands.demo", "Start everything here and play a stream of real posts."),
    "ingest": ("compose.commands.ingest", "Send the posts of a file (JSONL, CSV, Parquet)."),
    "score": ("compose.commands.score", "Score JSON lines; needs no Kafka and no ClickHouse."),
    "train": ("compose.commands.train", "Train a model on labelled texts, and compare it."),
    "evaluate": ("compose.commands.evaluate", "Measure a model on labelled texts."),
    "detect": ("compose.commands.detect", "Find surges and turns in a CSV file of counts."),
    "correct": ("compose.commands.correct", "Correct a mention's sentiment; export the labels."),
    "erase": ("compose.commands.erase", "Erase an author's posts, or one post, for good."),
    "dead-letters": ("compose.commands.dead_letters", "List, show and redrive unreadable posts."),
    "replay": ("compose.commands.replay", "Score and store posts of the past once more."),
    "models": ("compose.commands.models", "Compare and switch the versions of what scored."),
    "access": ("compose.commands.access", "Check the file of roles; list who did what."),
    "watchlist": ("compose.commands.watchlist", "Check a watchlist file."),
    "doctor": ("compose.commands.doctor", "Check the whole installation."),
    "prepare": ("compose.commands.prepare", "Make missing topics and tables on real servers."),
    "worker": ("compose.commands.worker", "Run one worker: Kafka to ClickHouse."),
    "monitor": ("compose.commands.monitor", "Watch the counts and keep the incidents."),
    "alerts": ("compose.commands.alerts", "List, acknowledge, silence and judge incidents."),
    "dashboard": ("compose.commands.dashboard", "Serve the dashboard."),
    "report": ("compose.commands.report", "A view of the dashboard on one page, as PDF."),
}

# What ClickHouse says of itself behind each error.
_TRACE: Final = re.compile(r"\.? Stack trace:\s*(?:\d+\. .*\n\s*)*")

_AWAY: Final = (
    "\nClickHouse does not answer: start it with `groundswell up`, or name another with "
    "--clickhouse-url; `groundswell doctor` looks at it"
)


class LazyGroup(TyperGroup):
    """A group that imports a command's module when the command is run or completed."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401
        """Stand-ins with the help lines: enough for `--help` and for completion."""
        super().__init__(**attributes)
        stand_ins = {name: TyperCommand(name, help=line) for name, (_, line) in COMMANDS.items()}
        self.commands = {**stand_ins}

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, Any]:  # noqa: ANN401
        """The real command, for the first word of the arguments."""
        name, stand_in, rest = super().resolve_command(ctx, args)
        return name, load_command(name) if name and stand_in else None, rest


def load_command(name: str) -> Any:  # noqa: ANN401 - typer's own classes are not public
    """The click command of that name.

    Its module has either `app` (a Typer group) or a function named as the module is.
    """
    module_name, _ = COMMANDS[name]
    module = importlib.import_module(module_name)
    app = getattr(module, "app", None)
    if app is None:
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(name=name)(getattr(module, module_name.rpartition(".")[2]))
    command = typer.main.get_command(app)
    command.name = name
    return command


app = typer.Typer(
    name="groundswell",
    cls=LazyGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        from importlib.metadata import version

        typer.echo(f"groundswell {version('groundswell')}")
        raise typer.Exit


@app.callback()
def groundswell(
    *,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Say the version."),
    ] = False,
) -> None:
    """Watches what people say about brands, in every language.

    `groundswell demo` shows it at once; `groundswell up` starts it for your own posts. Every
    setting is a flag, a line of groundswell.toml and a variable GROUNDSWELL_*.
    """


def main() -> None:
    """Run the command line; an error that carries advice is printed as one message."""
    # What it logs is raised as well: a command that keeps no log would show a traceback first.
    logging.getLogger("clickhouse_driver").addHandler(logging.NullHandler())
    try:
        app()
    except GroundswellError as error:
        advice = _AWAY if isinstance(error, StoreError) and _is_away(error.__cause__) else ""
        said = _TRACE.sub("", str(error))
        typer.secho(f"groundswell: {said}{advice}", err=True, fg=typer.colors.RED)
        sys.exit(1)


def _is_away(cause: BaseException | None) -> bool:
    """Whether ClickHouse did not answer, unlike one that answers and refuses."""
    from clickhouse_driver.errors import NetworkError, SocketTimeoutError

    return isinstance(cause, NetworkError | SocketTimeoutError | OSError | EOFError)
