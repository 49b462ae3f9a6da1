"""How Streamlit is to be started for this page: its theme and a chrome that keeps out of the way.

The options are passed as flags, so that they hold whatever folder the server is started in.
"""

from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from dashboards.palette import DARK, FONTS, LIGHT

LOOPBACK: Final = "127.0.0.1"
_LOOPBACK_NAMES: Final = ("localhost", LOOPBACK, "::1")
APP: Final = Path(__file__).with_name("app.py")

_OPTIONS: Final = {
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.runOnSave": "false",
    "server.enableXsrfProtection": "true",
    # The page takes no files; without this it would keep those of anybody, signed in or not.
    "server.maxUploadSize": "0",
    # Going through all objects after each script takes longer than most scripts do, and lets no
    # other viewer's draw meanwhile; Python's own collector comes when it is due.
    "runner.postScriptGC": "false",
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "minimal",
    # A fault is for the log; its stack trace is not for the viewer.
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "client.showSidebarNavigation": "false",
    "theme.font": FONTS,
    "theme.baseRadius": "0.5rem",
    "theme.baseFontSize": "15",
    "theme.headingFontWeights": "[650, 650, 600]",
    "theme.showWidgetBorder": "true",
    "theme.metricValueFontSize": "1.9rem",
}


def streamlit_flags(*, port: int, address: str = LOOPBACK, url: str = "") -> list[str]:
    """Arguments of `python -m streamlit run APP …`, the address and port among them.

    url: by which people reach the page; "" where it is not known.
    """
    options = {
        "server.address": address,
        "server.port": str(port),
        **_OPTIONS,
        **{f"theme.light.{name}": value for name, value in LIGHT.items()},
        **{f"theme.dark.{name}": value for name, value in DARK.items()},
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [*flags, *(f"--server.allowedHosts={name}" for name in _names(address, url))]


def _names(address: str, url: str) -> list[str]:
    """Names by which a page on loopback may be asked for; none for any name.

    Any other is a strange page's, whose name its owner lets lead here: the browser of somebody on
    this machine takes the two for one place, and would let that page read and do everything.
    """
    if not _is_loopback(address):
        return []
    own = urlsplit(url).hostname
    return list(dict.fromkeys([*_LOOPBACK_NAMES, *([own] if own else [])]))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
