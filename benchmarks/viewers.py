"""Viewers who ask for a page as a browser does, and draw nothing of it.

Many browsers on the machine of the server would take its time from it, as those of people, each
on a machine of its own, do not.
"""

import asyncio
import time
from typing import Final
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

# A page that sent nothing for so long is complete: its live parts are drawn anew on demand only.
_QUIET_S: Final = 3.0


def received_ms(address: str, viewers: int) -> list[float]:
    """Ask for a page so many times at once; milliseconds until each had all of it.

    address: as a browser would be sent to.
    """

    async def all_of_them() -> list[float]:
        return await asyncio.gather(*(_received_ms(address) for _ in range(viewers)))

    return asyncio.run(all_of_them())


async def _received_ms(address: str) -> float:
    parts = urlsplit(address)
    start_s = time.monotonic()
    async with connect(
        f"ws://{parts.netloc}/_stcore/stream",
        subprotocols=[Subprotocol("streamlit")],
        max_size=None,
    ) as server:
        await server.send(_wish(address, parts.query))
        return (await _last_part_s(server) - start_s) * 1e3


def _wish(address: str, query: str) -> bytes:
    wish = BackMsg()
    wish.rerun_script.query_string = query
    wish.rerun_script.context_info.timezone = "UTC"
    wish.rerun_script.context_info.locale = "en"
    wish.rerun_script.context_info.url = address
    return bytes(wish.SerializeToString())


async def _last_part_s(server: ClientConnection) -> float:
    """When the last part of the page came.  Raises RuntimeError if there was none."""
    last_s = None
    while True:
        try:
            told = await asyncio.wait_for(server.recv(decode=False), _QUIET_S)
        except TimeoutError:
            if last_s is None:
                raise RuntimeError("the page's server sent nothing to draw") from None
            return last_s
        if ForwardMsg.FromString(told).WhichOneof("type") == "delta":
            last_s = time.monotonic()
