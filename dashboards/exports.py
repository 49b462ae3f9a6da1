"""What is taken out of the page, and the record of who took it."""

import itertools
from collections.abc import Callable
from typing import Final
from urllib.parse import urlencode

import streamlit as st
from streamlit import runtime

from dashboards import addresses, visitor
from dashboards.config import load_config
from dashboards.export_writer import ExportWriter
from dashboards.views.viewer_name import known_name

# Files that are held at a time, for all viewers: so many may be on their way to browsers at once.
KEPT: Final = 8
NOBODY: Final = "a reader of the page"
_turns = itertools.count()


def recorded(
    what: str, made: Callable[[], bytes], *, file_name: str, mime: str
) -> Callable[[], bytes]:
    """The export for a download button: made when it is clicked, once that is written down.

    what: csv, parquet or report. file_name, mime: as the button has them. Streamlit makes it
    outside of any session, so who takes it and from which view is found out now; whether they may,
    then.
    What comes back raises NotAllowedError, or StoreError: without a record there is no export.
    """
    claims, who, writer = visitor.claims(), known_name() or NOBODY, _writer()
    address = urlencode(addresses.parameters(), doseq=True, errors="replace")

    def take() -> bytes:
        with visitor.signed_in_as(claims):
            writer.write(what, address=address, who=who, by=visitor.present())
            data = made()
        _keep(data, mime, file_name)
        return data

    return take


def _keep(data: bytes, mime: str, file_name: str) -> None:
    """Hold the file until others took its place.

    Streamlit forgets what a button made once parts were drawn twice, by whomever: with several
    viewers that is before a browser has fetched it.
    """
    if runtime.exists():
        files = runtime.get_instance().media_file_mgr
        place = f"taken-{next(_turns) % KEPT}"
        files.add(data, mime, place, file_name=file_name, is_for_static_download=True)


@st.cache_resource(show_spinner=False)
def _writer() -> ExportWriter:
    return ExportWriter(load_config().clickhouse_url)
