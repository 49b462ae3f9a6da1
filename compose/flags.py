"""The settings' flags on a command: declared by name, read in one place."""

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from compose.settings import SETTINGS, Setting, load_settings, setting_named

ALL_SETTINGS = tuple(spec.name for spec in SETTINGS)
_CONFIG = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Settings file (TOML); groundswell.toml in the data folder when not given. "
        "[env var: GROUNDSWELL_CONFIG]",
    ),
]


def takes_settings(
    *names: str,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the parsed settings as its first parameter.

    names: the settings that the command uses; each becomes a flag, beside `--config`. All other
    settings are read as well, from the environment and the file.
    """
    specs = [setting_named(name) for name in names]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def run(config: Path | None, **arguments: Any) -> None:  # noqa: ANN401
            flags = {spec.name: arguments.pop(spec.name) for spec in specs}
            command(load_settings(flags, config=config), **arguments)

        signature = inspect.signature(command, eval_str=True)
        own = list(signature.parameters.values())[1:]
        added = [_parameter(spec.name, _option(spec)) for spec in specs]
        parameters = [*own, _parameter("config", _CONFIG), *added]
        run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {item.name: item.annotation for item in parameters}
        del run.__wrapped__  # typer would read the inner signature
        return run

    return decorate


def _option(spec: Setting) -> Any:  # noqa: ANN401 - an annotation made at run time
    default = f" [default: {spec.default_text}]" if spec.default_text else ""
    text = f"{spec.help} [env var: {spec.variable}]{default}"
    return Annotated[str | None, typer.Option(spec.flag, metavar="VALUE", help=text)]


def _parameter(name: str, annotation: Any) -> inspect.Parameter:  # noqa: ANN401
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation
    )
