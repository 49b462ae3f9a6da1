"""The vLLM backend: embeddings over HTTP from servers started with `vllm serve`.

    vllm serve FOLDER --runner pooling

Each server answers `POST /v1/embeddings` in OpenAI's format.  Several servers share the work; one
that fails is tried again after the others.
"""

import base64
import http.client
import itertools
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import numpy as np
from numpy.typing import NDArray

from models.encoder import Encoding, as_read, unit_rows
from schemas.errors import ModelError

RETRIED: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
MAX_PAUSE_S: Final = 8.0


@dataclass(frozen=True, slots=True)
class VllmLimits:
    """How a client treats its servers.

    batch_texts: texts in one request.  requests_per_server: requests in flight at a time.
    timeout_s: for one request.  attempts: of one request, over all servers, before it fails.
    first_pause_s: before the first retry; doubled from one to the next.
    """

    batch_texts: int = 128
    requests_per_server: int = 2
    timeout_s: float = 60.0
    attempts: int = 6
    first_pause_s: float = 0.25


class VllmEncoder:
    """Encodes on vLLM servers.

    urls: such as `http://gpu1:8000`; all of them serve the same model.
    prefix: stands before every text.  max_tokens: the server cuts longer texts.
    """

    def __init__(
        self,
        urls: Sequence[str],
        *,
        prefix: str,
        max_tokens: int,
        limits: VllmLimits | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._servers = [_server(url) for url in urls]
        if not self._servers:
            raise ModelError("no vLLM server is named; expected vllm:http://host:port[,…]")
        self._prefix = prefix
        self._max_tokens = max_tokens
        self._limits = limits or VllmLimits()
        self._pause = pause
        self._turns = itertools.count()
        self._pool = ThreadPoolExecutor(
            len(self._servers) * self._limits.requests_per_server, thread_name_prefix="vllm"
        )
        self._model: str = self._request("GET", "/v1/models", None)["data"][0]["id"]
        self.name = f"vllm:{self._model}"
        self.gives_states = False
        self.dimension = self._embed([prefix]).shape[1]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embeddings, as models.encoder.Encoder says."""
        prefixed = as_read(texts, prefix=self._prefix, max_tokens=self._max_tokens)
        size = self._limits.batch_texts
        parts = [prefixed[start : start + size] for start in range(0, len(prefixed), size)]
        if not parts:
            return np.empty((0, self.dimension), np.float32)
        return unit_rows(np.concatenate(list(self._pool.map(self._embed, parts))))

    def read(self, texts: Sequence[str]) -> Encoding:
        """Refused: the embeddings that the server gives are of whole texts."""
        del texts
        raise ModelError(
            f"{self.name} gives no states of single tokens, which aspects and targets need; "
            "use the shipped model or torch:FOLDER for them"
        )

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        answer = self._request(
            "POST",
            "/v1/embeddings",
            {
                "model": self._model,
                "input": list(texts),
                "encoding_format": "base64",
                "truncate_prompt_tokens": self._max_tokens,
            },
        )
        rows = sorted(answer["data"], key=lambda row: int(row["index"]))
        if len(rows) != len(texts):
            raise ModelError(f"vLLM answered {len(rows)} embeddings for {len(texts)} texts")
        return np.stack([np.frombuffer(base64.b64decode(row["embedding"]), "<f4") for row in rows])

    def _request(self, method: str, path: str, body: dict[str, Any] | None) -> Any:  # noqa: ANN401 - JSON
        """What the next server that answers says.  Raises ModelError after the last attempt."""
        first = next(self._turns)
        failures = []
        for attempt in range(self._limits.attempts):
            server = self._servers[(first + attempt) % len(self._servers)]
            try:
                return _exchange(server, method, path, body, timeout_s=self._limits.timeout_s)
            except (OSError, http.client.HTTPException, _TryAgain, ValueError) as error:
                failures.append(f"{server.geturl()}: {error or type(error).__name__}")
            if (attempt + 1) % len(self._servers) == 0 and attempt + 1 < self._limits.attempts:
                rounds = (attempt + 1) // len(self._servers)
                seconds = self._limits.first_pause_s * 2 ** (rounds - 1)
                self._pause(min(seconds, MAX_PAUSE_S))
        raise ModelError(
            f"no vLLM server answered after {self._limits.attempts} attempts: {failures[-1]}; "
            "start it with: vllm serve FOLDER --runner pooling"
        )


class _TryAgain(Exception):  # noqa: N818 - not an error of its own
    """The server is busy or broke; another one, or a later moment, may do."""


def _server(url: str) -> SplitResult:
    parts = urlsplit(url.strip().rstrip("/"))
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ModelError(f"vLLM server {url!r} is not a URL; expected http://host:port")
    return parts


def _exchange(
    server: SplitResult, method: str, path: str, body: dict[str, Any] | None, *, timeout_s: float
) -> Any:  # noqa: ANN401 - JSON
    secure = server.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(server.hostname or "", server.port, timeout=timeout_s)
    try:
        content = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        connection.request(method, server.path + path, body=content, headers=headers)
        response = connection.getresponse()
        answer = response.read()
    finally:
        connection.close()
    if response.status in RETRIED:
        raise _TryAgain(f"HTTP {response.status}")
    if response.status != http.client.OK:
        shown = answer[:300].decode("utf-8", "replace")
        raise ModelError(
            f"{server.geturl()}{path} refused with HTTP {response.status}: {shown}; "
            "does it serve an embedding model (--runner pooling)?"
        )
    return json.loads(answer)
