"""The page's server keeps no files: whoever can open the page could fill its memory with them."""

import re
from http.client import HTTPConnection
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Subprotocol


def test_nobody_can_leave_files(dashboard: str):
    """Not even with a session and the token against forged requests, which every visitor has."""
    place = urlsplit(dashboard).netloc
    http = HTTPConnection(place, timeout=20)
    http.request("GET", "/_stcore/health")
    answer = http.getresponse()
    answer.read()
    [(cookie, token)] = re.findall(
        r"((?:\w*_)?xsrf=([^;]+))", answer.getheader("Set-Cookie", default="")
    )
    boundary = "cut"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        f"some text\r\n--{boundary}--\r\n"
    )
    with connect(
        f"ws://{place}/_stcore/stream", subprotocols=[Subprotocol("streamlit")], max_size=None
    ) as wire:
        wish = BackMsg()
        wish.rerun_script.query_string = ""
        wire.send(wish.SerializeToString())
        told = ForwardMsg()
        while told.WhichOneof("type") != "new_session":
            told = ForwardMsg.FromString(wire.recv(timeout=20, decode=False))
        session = told.new_session.initialize.session_id
        http.request(
            "PUT",
            f"/_stcore/upload_file/{session}/file",
            body,
            {
                "Content-Type": f"multipart/form-data; boundary={boundary}",
                "Cookie": cookie,
                "X-Xsrftoken": token,
            },
        )
        assert http.getresponse().status == 413
