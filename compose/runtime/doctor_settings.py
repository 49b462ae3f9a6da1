"""Whether `groundswell up` runs with the settings that a command beside it is given."""

from compose.runtime.findings import Finding, Verdict
from compose.settings import SETTINGS, Settings

_REMEDY = (
    "`groundswell up`, started again, takes on new ones; what was given to it by a flag or a "
    "variable is to be given to the other commands too, or stand in groundswell.toml in the data "
    "folder, which all of them read"
)


def compare_settings(here: Settings, running: Settings) -> Finding:
    """Names each setting that is another one here; secrets are masked."""
    # The demonstration chooses these two itself.
    own = {"demo", "watchlist"} if running.demo else set()
    other = [
        f"{spec.name}={running.shown(spec.name)!r} runs, {here.shown(spec.name)!r} is set here"
        for spec in SETTINGS
        if spec.name not in own and getattr(here, spec.name) != getattr(running, spec.name)
    ]
    if not other:
        return Finding("settings", Verdict.OK, "those that it runs with")
    return Finding("settings", Verdict.WARN, "; ".join(other), _REMEDY)
