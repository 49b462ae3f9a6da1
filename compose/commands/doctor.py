"""`groundswell doctor`: what is wrong with the installation, and what to do."""

import typer

from compose.flags import ALL_SETTINGS, takes_settings
from compose.settings import Settings


@takes_settings(*ALL_SETTINGS)
def doctor(settings: Settings) -> None:
    """Check the whole installation: packages, Java, Kafka, ClickHouse, model, ports, folders.

    Checks the running parts as well, if `groundswell up` runs, and says how far the workers are
    behind. Ends with 1 if something fails.
    """
    from compose.runtime.doctor import examine
    from compose.runtime.findings import Verdict

    colours = {
        Verdict.OK: typer.colors.GREEN,
        Verdict.WARN: typer.colors.YELLOW,
        Verdict.FAIL: typer.colors.RED,
    }
    failed = 0
    for finding in examine(settings):
        verdict = typer.style(f"{finding.verdict.value:<5}", fg=colours[finding.verdict])
        typer.echo(f"{verdict} {finding.what}: {finding.detail}")
        if finding.remedy:
            typer.echo(f"      -> {finding.remedy}")
        failed += finding.verdict is Verdict.FAIL
    if failed:
        typer.echo(f"{failed} check{'s' if failed > 1 else ''} failed", err=True)
        raise typer.Exit(1)
    typer.echo("All is well.")
