"""`groundswell models`: which model version people see, and what another would change."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
import typer

from compose.commands.models_compare import compare
from compose.flags import takes_settings
from compose.settings import Settings
from compose.text_tables import print_table
from schemas.errors import StoreError
from schemas.migrations import Deployment
from streams.clickhouse.connection import connect
from streams.dead_letters.rendering import escaped
from streams.versions.promotions import Promotions
from streams.versions.rendering import promotions_table, versions_table
from streams.versions.stored import Coverage, StoredVersion, StoredVersions

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
app.command("compare")(compare)

# Of all mentions so many must have been scored before a version is shown: the others would go on
# showing what other versions say.
LEAST_COVERAGE: Final = 0.99

Version = Annotated[str, typer.Argument(help="Its name, as `groundswell models list` shows it.")]
By = Annotated[str, typer.Option(help="Your name. [default: this machine's user]")]
Reason = Annotated[str, typer.Option(help="Why, for the others.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
Force = Annotated[bool, typer.Option("--force", help="Also where that would be refused.")]


@app.callback()
def models() -> None:
    """List, compare and switch the model versions that scored what is stored.

    A version is filled beside the others by a replay or by shadow scoring, compared, and promoted:
    then everybody sees it at once, and a rollback goes back as quickly.
    """


class _Parts:
    """What the commands ask."""

    def __init__(self, settings: Settings) -> None:
        self.client = connect(settings.clickhouse_url)
        self.promotions = Promotions(self.client)
        cluster = Deployment(settings.clickhouse_cluster)
        self.stored = StoredVersions(self.client, cluster.on_cluster)

    def version(self, name: str) -> StoredVersion:
        """Raises StoreError for one that scored nothing."""
        found = self.stored.all()
        for item in found:
            if item.version == name:
                return item
        names = ", ".join(item.version for item in found) or "none"
        raise StoreError(f"no mention was scored by model version {name!r}; there are: {names}")


@contextmanager
def _parts(settings: Settings) -> Iterator[_Parts]:
    parts = _Parts(settings)
    try:
        yield parts
    finally:
        parts.client.disconnect()


@app.command("list")
@takes_settings("clickhouse_url")
def list_versions(settings: Settings, *, as_json: AsJson = False) -> None:
    """List the versions in the store, that which scored last first, and what was promoted."""
    with _parts(settings) as parts:
        found, active = parts.stored.all(), parts.promotions.active()
        promotions = parts.promotions.all()
    if as_json:
        told = {"active": active, "versions": found, "promotions": promotions}
        typer.echo(msgspec.json.encode(told).decode())
        return
    print_table(versions_table(found, active, datetime.now(UTC)))
    if promotions:
        print_table(promotions_table(promotions[-10:]))
    else:
        typer.echo("nothing was promoted yet: each mention shows what was scored last")


@app.command()
@takes_settings("clickhouse_url")
def show(settings: Settings, version: Version, *, as_json: AsJson = False) -> None:
    """Show one version: what it scored, how much of all that is, and when people saw it."""
    with _parts(settings) as parts:
        found, coverage = parts.version(version), parts.stored.coverage(version)
        active = parts.promotions.active()
        own = [item for item in parts.promotions.all() if item.model_version == version]
    if as_json:
        told = {"version": found, "coverage": coverage, "active": active == version}
        typer.echo(msgspec.json.encode({**told, "promotions": own}).decode())
        return
    print_table(versions_table([found], active, datetime.now(UTC)))
    typer.echo(_covered(version, coverage))
    typer.echo(f"{coverage.alone:,} of them no other version scored")
    if own:
        typer.echo("")
        print_table(promotions_table(own))


@app.command()
@takes_settings("clickhouse_url")
def promote(
    settings: Settings,
    version: Version,
    *,
    by: By = "",
    reason: Reason = "",
    force: Force = False,
) -> None:
    """Let everybody see this version from now on.

    It is refused where the version scored less than 99 % of all mentions: the others would go on
    showing what other versions say. A replay fills them, --force promotes anyway.
    """
    with _parts(settings) as parts:
        _check_coverage(parts, version, force=force)
        done = parts.promotions.promote(version, who=_who(by), why=reason)
    typer.echo(f"no. {done.number}: everybody now sees {escaped(version)}")


@app.command()
@takes_settings("clickhouse_url")
def rollback(settings: Settings, *, by: By = "", reason: Reason = "", force: Force = False) -> None:
    """Let everybody see again what they saw before the last promotion."""
    with _parts(settings) as parts:
        _check_coverage(parts, parts.promotions.before(), force=force)
        done = parts.promotions.roll_back(who=_who(by), why=reason)
    typer.echo(f"no. {done.number}: everybody sees {escaped(done.model_version)} again")


@app.command()
@takes_settings("clickhouse_url", "clickhouse_cluster")
def prune(
    settings: Settings,
    version: Version,
    *,
    do_it: Annotated[
        bool,
        typer.Option("--delete", help="Delete it; without this it is only said what would be."),
    ] = False,
    force: Force = False,
) -> None:
    """Delete what a version scored. Without --delete it only says what that would be.

    The active version is never deleted. It is refused where a mention would be lost because no
    other version scored it, and where something scored with the version in the last 15 minutes;
    --force deletes anyway.
    """
    with _parts(settings) as parts:
        found, coverage = parts.version(version), parts.stored.coverage(version)
        name = escaped(version)
        typer.echo(f"{name}: {found.mentions:,} rows; {coverage.alone:,} mentions have no other")
        if version == parts.promotions.active():
            raise StoreError(f"{version!r} is what people see; promote another version first")
        if not parts.promotions.all():
            raise StoreError(
                "nothing was promoted yet, so every version is seen; promote one first"
            )
        reasons = _reasons_to_keep(found, coverage)
        if reasons and not force:
            raise StoreError(
                f"{version!r} is kept: {' and '.join(reasons)}; --force deletes anyway"
            )
        if not do_it:
            typer.echo("nothing was deleted; --delete does it")
            return
        for left in parts.stored.prune(version):
            typer.echo(f"{left:,} rows left", err=True)
    typer.echo(f"deleted {name}; the counts follow within seconds while a monitor runs")


def _reasons_to_keep(found: StoredVersion, coverage: Coverage) -> list[str]:
    reasons = []
    if coverage.alone:
        reasons.append(f"{coverage.alone:,} mentions would be lost, for no other version has them")
    if found.is_live(datetime.now(UTC)):
        reasons.append("it scored something in the last 15 minutes")
    return reasons


def _check_coverage(parts: _Parts, version: str, *, force: bool) -> None:
    coverage = parts.stored.coverage(version)
    if not coverage.scored:
        parts.version(version)
    typer.echo(_covered(version, coverage))
    if coverage.share < LEAST_COVERAGE and not force:
        raise StoreError(
            f"{version!r} scored {coverage.share:.1%} of the mentions and {LEAST_COVERAGE:.0%} are "
            "needed, for the others would show what other versions say; fill it with `groundswell "
            "replay`, or promote it anyway with --force"
        )


def _covered(version: str, coverage: Coverage) -> str:
    part = f"{coverage.scored:,} of {coverage.mentions:,} mentions ({coverage.share:.2%})"
    return f"{escaped(version)} scored {part}"


def _who(by: str) -> str:
    return by.strip() or getpass.getuser()
