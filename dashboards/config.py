"""The few settings that the page needs, read from the environment of its process.

`groundswell dashboard` checks all settings and passes them on; a page that is started by hand
(`streamlit run dashboards/app.py`) gets along with the defaults.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from schemas.errors import SettingsError

CLICKHOUSE_VARIABLE: Final = "GROUNDSWELL_CLICKHOUSE_URL"
DEMO_VARIABLE: Final = "GROUNDSWELL_DEMO"
DEFAULT_CLICKHOUSE_URL: Final = "clickhouse://localhost:9000/groundswell"

_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class PageConfig:
    """Where the data lie, and whether the page calls itself a demo."""

    clickhouse_url: str
    demo: bool

    @property
    def clickhouse_place(self) -> str:
        """Host and port for people to read; never the user or the password."""
        parts = urlsplit(self.clickhouse_url)
        return f"{parts.hostname or 'localhost'}:{parts.port or 9000}"


def load_config(environment: Mapping[str, str] | None = None) -> PageConfig:
    """Read the environment (the process's own where none is given).

    Raises SettingsError, naming variable, value and what was expected.
    """
    variables = os.environ if environment is None else environment
    url = variables.get(CLICKHOUSE_VARIABLE) or DEFAULT_CLICKHOUSE_URL
    if not url.startswith(("clickhouse://", "clickhouses://")):
        raise SettingsError(
            f"{CLICKHOUSE_VARIABLE}={url!r} is no ClickHouse address; try {DEFAULT_CLICKHOUSE_URL}"
        )
    demo = variables.get(DEMO_VARIABLE, "").strip().lower()
    if demo not in _TRUE | _FALSE:
        raise SettingsError(f"{DEMO_VARIABLE}={demo!r} is neither on nor off; try 1")
    return PageConfig(clickhouse_url=url, demo=demo in _TRUE)
