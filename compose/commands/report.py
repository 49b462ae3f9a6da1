"""`groundswell report`: a view of the page as PDF, without a browser."""

import logging
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from compose.flags import takes_settings
from compose.settings import Settings
from schemas.errors import SettingsError


@takes_settings("clickhouse_url", "dashboard_language")
def report(
    settings: Settings,
    view: Annotated[
        str,
        typer.Argument(
            help="Address of the view, as the browser shows it, or what follows its question "
            "mark: `page=explore&brand=Acme`, `incident=KEY`. Now of all brands if not given."
        ),
    ] = "",
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")] = Path(
        "groundswell-report.pdf"
    ),
    zone: Annotated[str, typer.Option(help="Time zone of the reader.")] = "UTC",
) -> None:
    """Write a view of the dashboard on one page, as PDF."""
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError(f"--zone {zone!r} is no time zone; try Europe/Berlin") from error
    os.environ["GROUNDSWELL_CLICKHOUSE_URL"] = settings.clickhouse_url
    from streamlit.logger import set_log_level

    # The page's questions say that no page runs.
    set_log_level(logging.ERROR)
    from dashboards.addresses import LANGUAGE
    from dashboards.filters import from_address, window_of
    from dashboards.language import LANGUAGES, in_language
    from dashboards.report.reading import incident_report, report_of

    address = parse_qs(urlsplit(view).query or view.removeprefix("?"))
    [asked, *_] = address.get(LANGUAGE, [""])
    with in_language(asked if asked in LANGUAGES else settings.dashboard_language):
        if incident := address.get("incident"):
            made = incident_report(incident[0], zone=place)
        else:
            wanted = from_address(address)
            window = window_of(wanted.scope, now=datetime.now(UTC), zone=place)
            made = report_of(wanted, window, zone=place)
    if str(output) == "-":
        sys.stdout.buffer.write(made)
        return
    output.write_bytes(made)
    print(f"wrote {output}")
