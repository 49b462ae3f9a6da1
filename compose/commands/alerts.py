"""`groundswell alerts`: incidents on the command line."""

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.callback()
def alerts() -> None:
    """List incidents, look after them, and try rules on the past."""
