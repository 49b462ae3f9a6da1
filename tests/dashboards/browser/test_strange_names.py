"""A page from elsewhere whose name leads to this machine (DNS rebinding) gets nothing."""

import socket
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol


def _connected(dashboard: str, name: str) -> None:
    """Connect as a browser does whose page is at that name and this port."""
    port = urlsplit(dashboard).port
    assert port
    place = f"{name}:{port}"
    with (
        socket.create_connection(("127.0.0.1", port)) as wire,
        connect(
            f"ws://{place}/_stcore/stream",
            sock=wire,
            origin=Origin(f"http://{place}"),
            subprotocols=[Subprotocol("streamlit")],
        ),
    ):
        pass


def test_only_this_machines_names_are_answered(dashboard: str):
    """To the browser both are one place: the name that was asked for tells them apart."""
    _connected(dashboard, "localhost")
    _connected(dashboard, "127.0.0.1")
    with pytest.raises(InvalidStatus, match="403"):
        _connected(dashboard, "elsewhere.example")
