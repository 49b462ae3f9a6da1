"""The few settings that the page needs, read from the environment of its process.

`groundswell dashboard` checks all settings and passes them on; a page that is started by hand
(`streamlit run dashboards/app.py`) gets along with the defaults.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from dashboards.language import ENGLISH, LANGUAGES
from dashboards.translation import EXPECTED, is_template
from schemas.errors import SettingsError

CLICKHOUSE_VARIABLE: Final = "GROUNDSWELL_CLICKHOUSE_URL"
DEMO_VARIABLE: Final = "GROUNDSWELL_DEMO"
LANGUAGE_VARIABLE: Final = "GROUNDSWELL_DASHBOARD_LANGUAGE"
PROVIDER_VARIABLE: Final = "GROUNDSWELL_OIDC_METADATA_URL"
ACCESS_VARIABLE: Final = "GROUNDSWELL_ACCESS_FILE"
WATCHLIST_VARIABLE: Final = "GROUNDSWELL_WATCHLIST"
HIDE_VARIABLE: Final = "GROUNDSWELL_HIDE_AUTHORS"
TRANSLATE_VARIABLE: Final = "GROUNDSWELL_TRANSLATE_URL"
DEFAULT_CLICKHOUSE_URL: Final = "clickhouse://localhost:9000/groundswell"

_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class PageConfig:
    """Where the data lie, and whether the page calls itself a demo.

    language: one of language.LANGUAGES, for those whose browser asks for none of them.
    sign_in: whether people sign in; access_file then says who may do what. hide_authors: whether
    pseudonyms stand for authors' names. watchlist: its file; None where the page does not know it.
    translate_url: where posts are translated (see translation.py); "" for nowhere.
    """

    clickhouse_url: str
    demo: bool
    language: str = ENGLISH
    sign_in: bool = False
    access_file: Path | None = None
    hide_authors: bool = False
    watchlist: Path | None = None
    translate_url: str = ""

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
            # Not the value: everybody who opens the page sees this, and it may hold a password.
            f"{CLICKHOUSE_VARIABLE} is no ClickHouse address; try {DEFAULT_CLICKHOUSE_URL}"
        )
    language = variables.get(LANGUAGE_VARIABLE) or ENGLISH
    if language not in LANGUAGES:
        raise SettingsError(
            f"{LANGUAGE_VARIABLE}={language!r} is not one of {', '.join(LANGUAGES)}; try {ENGLISH}"
        )
    translate_url = variables.get(TRANSLATE_VARIABLE, "")
    if translate_url and not is_template(translate_url):
        raise SettingsError(f"{TRANSLATE_VARIABLE}={translate_url!r} is not {EXPECTED}")
    access_file = variables.get(ACCESS_VARIABLE)
    watchlist = variables.get(WATCHLIST_VARIABLE)
    return PageConfig(
        clickhouse_url=url,
        demo=_switch(variables, DEMO_VARIABLE),
        language=language,
        sign_in=bool(variables.get(PROVIDER_VARIABLE)),
        access_file=Path(access_file) if access_file else None,
        hide_authors=_switch(variables, HIDE_VARIABLE),
        watchlist=Path(watchlist) if watchlist else None,
        translate_url=translate_url,
    )


def _switch(variables: Mapping[str, str], name: str) -> bool:
    word = variables.get(name, "").strip().lower()
    if word not in _TRUE | _FALSE:
        raise SettingsError(f"{name}={word!r} is neither on nor off; try 1")
    return word in _TRUE
