"""How Streamlit is to be started for this page: its theme and a chrome that keeps out of the way.

The options are passed as flags, so that they hold whatever folder the server is started in.
"""

from pathlib import Path
from typing import Final

from dashboards.palette import DARK, FONTS, LIGHT

APP: Final = Path(__file__).with_name("app.py")

_OPTIONS: Final = {
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.runOnSave": "false",
    "server.enableXsrfProtection": "true",
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


def streamlit_flags(*, port: int, address: str = "127.0.0.1") -> list[str]:
    """Arguments of `python -m streamlit run APP …`, the address and port among them."""
    options = {
        "server.address": address,
        "server.port": str(port),
        **_OPTIONS,
        **{f"theme.light.{name}": value for name, value in LIGHT.items()},
        **{f"theme.dark.{name}": value for name, value in DARK.items()},
    }
    return [f"--{name}={value}" for name, value in options.items()]
