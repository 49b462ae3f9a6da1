"""A server that answers as `vllm serve --runner pooling` does, over the fake encoder or another."""

import base64
import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from models.encoder import Embedder
from models.fake_encoder import FakeEncoder


class VllmLikeServer(ThreadingHTTPServer):
    """refusals: statuses that the next requests get instead of an answer."""

    daemon_threads = True

    def __init__(self, encoder: Embedder) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.encoder = encoder
        self.refusals: list[int] = []
        self.requests: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: VllmLikeServer

    def do_GET(self) -> None:
        self._answer({"data": [{"id": "base-encoder"}]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(body)
        if self.server.refusals:
            self.send_error(self.server.refusals.pop(0))
            return
        rows = self.server.encoder.encode(body["input"])
        data = [
            {"index": index, "embedding": base64.b64encode(row.tobytes()).decode()}
            for index, row in enumerate(rows)
        ]
        self._answer({"data": data[::-1]})  # the index says the order, not the place

    def _answer(self, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        pass


@contextlib.contextmanager
def vllm_like_server(encoder: Embedder | None = None) -> Iterator[VllmLikeServer]:
    """A running server on a free port."""
    with VllmLikeServer(encoder or FakeEncoder()) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
