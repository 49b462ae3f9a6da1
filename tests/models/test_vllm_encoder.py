"""The client of vLLM servers: retries, several servers, refusals."""

import numpy as np
import pytest

from models.fake_encoder import FakeEncoder
from models.vllm_encoder import VllmEncoder, VllmLimits
from schemas.errors import ModelError
from tests.models.vllm_server import vllm_like_server

TEXTS = [f"text {number}" for number in range(100)]
LIMITS = VllmLimits(batch_texts=16, attempts=3)


@pytest.fixture
def servers():
    with vllm_like_server() as one, vllm_like_server() as other:
        yield [one, other]


def client(servers, pauses=None) -> VllmEncoder:
    return VllmEncoder(
        [server.url for server in servers],
        prefix="query: ",
        max_tokens=64,
        limits=LIMITS,
        pause=(pauses if pauses is not None else []).append,
    )


def test_servers_share_the_work(servers):
    """Each gets batches, cut to size and to length, and the rows come back in order."""
    encoder = client(servers)
    expected = FakeEncoder().encode(["query: " + text for text in TEXTS])
    assert np.allclose(encoder.encode(TEXTS), expected)
    for server in servers:
        bodies = server.requests
        assert len(bodies) >= 3
        assert max(len(body["input"]) for body in bodies) <= 16
        assert {body["truncate_prompt_tokens"] for body in bodies} == {64}
        assert {body["model"] for body in bodies} == {"base-encoder"}


def test_a_busy_server_is_passed_over(servers):
    """The other one answers, without a pause."""
    pauses: list[float] = []
    encoder = client(servers, pauses)
    servers[0].refusals = [503]
    assert len(encoder.encode(TEXTS[:8])) == 8
    assert len(encoder.encode(TEXTS[:8])) == 8
    assert pauses == []


def test_pauses_grow(servers):
    """A server alone is asked again, later and later."""
    pauses: list[float] = []
    encoder = client(servers[:1], pauses)
    servers[0].refusals = [503, 429]
    assert len(encoder.encode(TEXTS[:8])) == 8
    assert pauses == [0.25, 0.5]


def test_giving_up_says_what_to_do(servers):
    """After the last attempt: which server, what it said, how to start one."""
    encoder = client(servers[:1])
    servers[0].refusals = [500, 502, 503]
    with pytest.raises(ModelError, match=f"{servers[0].url}: HTTP 503; start it with: vllm serve"):
        encoder.encode(TEXTS[:8])


def test_refusals_are_not_repeated(servers):
    """What is wrong with the request stays wrong."""
    encoder = client(servers[:1])
    servers[0].refusals = [400]
    with pytest.raises(ModelError, match="HTTP 400"):
        encoder.encode(TEXTS[:8])
    assert len(servers[0].requests) == 2  # the one at the start, and this one


def test_no_server_is_an_error():
    """Nothing listens on the port of a closed server."""
    with vllm_like_server() as server:
        url = server.url
    with pytest.raises(ModelError, match=r"no vLLM server answered after 3 attempts"):
        VllmEncoder([url], prefix="", max_tokens=8, limits=LIMITS, pause=lambda _: None)


@pytest.mark.parametrize("url", ["", "gpu1:8000", "ftp://gpu1", "http://"])
def test_addresses_are_checked(url):
    """A server is named by a URL."""
    with pytest.raises(ModelError, match="expected http://host:port"):
        VllmEncoder([url], prefix="", max_tokens=8)
