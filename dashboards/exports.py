"""What is taken out of the page, and the record of who took it."""

import itertools
from collections.abc import Callable
from typing import Final
from urllib.parse import urlencode

import streamlit as st
from streamlit import runtime

from dashboards import visitor
from dashboards.addresses import Parameters
from dashboards.config import load_config
from dashboards.export_writer import ExportWriter
from dashboards.recorded_wording import NOBODY
from dashboards.views.viewer_name import known_name

# Files that are held at a time, for all viewers: so many may be on their way to browsers at once.
KEPT: Final = 8
_turns = itertools.count()


def recorded(
    what: str,
    made: Callable[[], bytes],
    *,
    address: Callable[[], Parameters],
    file_name: str,
    mime: str,
) -> Callable[[], bytes]:
    """The export for a download button: made when it is clicked, once that is written down.

    what: csv, parquet or report. address: of the view that it is taken from, asked at the click.
    file_name, mime: as the button has them. Streamlit makes it outside of any session, so who
    takes it is found out now; whether they may, then.
    What comes back raises NotAllowedError, or StoreError: without a record there is no export.

    The button is to be drawn with the whole page alone. Of one in a part that is drawn anew by
    itself, Streamlit forgets what it makes while browsers still show it, and a click in between
    brings nothing.
    """
    claims, who, writer = visitor.claims(), known_name() or NOBODY, _writer()

    def take() -> bytes:
        taken_from = urlencode(address(), doseq=True, errors="replace")
        with visitor.signed_in_as(claims):
            writer.write(what, address=taken_from, who=who, by=visitor.present())
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
