"""By which names the page may be asked for."""

import pytest

from dashboards.streamlit_flags import streamlit_flags

_FLAG = "--server.allowedHosts="
LOOPBACK = ["localhost", "127.0.0.1", "::1"]


@pytest.mark.parametrize(
    ("address", "url", "names"),
    [
        ("127.0.0.1", "", LOOPBACK),
        ("localhost", "http://localhost:8501", LOOPBACK),
        ("::1", "https://Page.example/groundswell/", [*LOOPBACK, "page.example"]),
        # Beyond this machine it may have any number of names.
        ("0.0.0.0", "https://page.example", []),
        ("mood.example", "", []),
    ],
)
def test_a_page_on_loopback_has_few_names(address: str, url: str, names: list[str]):
    """Any other name is that of a page whose owner let it lead to this machine."""
    flags = streamlit_flags(port=1, address=address, url=url)
    assert [flag.removeprefix(_FLAG) for flag in flags if flag.startswith(_FLAG)] == names
