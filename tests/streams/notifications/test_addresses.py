"""No message goes into an inner network, whatever leads there."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from streams.notifications.addresses import UnsafeAddressError, check_url, is_public
from streams.notifications.delivery import Outcome
from streams.notifications.http_post import HttpPoster, HttpRequest
from tests.streams.notifications.receivers import http_receiver

INNER = (
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200", "100.127.255.255",
    "168.63.129.16", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9",
    "224.0.0.1", "224.0.1.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "ff0e::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::",
    "2002:a9fe:a9fe::", "2001:0:7f00:1::", "2001:db8::1", "fec0::1",
)  # fmt: skip
SPELLINGS = (
    "https://localhost/", "https://LOCALHOST./", "https://0x7f.1/", "https://127.1/",
    "https://0177.0.0.1/", "https://2130706433/", "https://0/", "https://[::1]/",
    "https://[::ffff:7f00:1]/", "https://①②⑦.⓪.⓪.①/", "http://127.0.0.1/", "ftp://127.0.0.1/",
    "file:///etc/passwd", "gopher://127.0.0.1:70/", "https://a@127.0.0.1/",
    "https://example.com\\@127.0.0.1/", "https://127.0.0.1:0/", "https://", "//127.0.0.1/",
    "https://exa mple.com/", "https://[::1",
)  # fmt: skip


@pytest.mark.parametrize("address", INNER)
def test_inner_addresses_are_refused(address: str):
    """Private, loopback, link-local, shared, multicast, reserved, metadata, IPv4 within IPv6."""
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1"]
)
def test_public_addresses_are_let_through(address: str):
    """Those of the internet."""
    assert is_public(address)


def test_no_spelling_leads_inside(monkeypatch: pytest.MonkeyPatch):
    """However the address is written; no connection is begun."""
    begun: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda *place: begun.append(place))

    async def post_all() -> list[Outcome]:
        with ThreadPoolExecutor(4) as threads:
            async with HttpPoster(threads) as poster:
                requests = [HttpRequest(url, b"{}") for url in SPELLINGS]
                answers = [await poster.post(one, allow_private=False) for one in requests]
                return [answer.verdict.outcome for answer in answers]

    assert asyncio.run(post_all()) == [Outcome.RETRY] * len(SPELLINGS)
    assert begun == []


def test_the_address_counts_that_is_connected_to(monkeypatch: pytest.MonkeyPatch):
    """A name that is public when looked up first and inner the second time leads nowhere."""
    answers = iter(["93.184.216.34", "127.0.0.1", "127.0.0.1"])

    def look_up(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    async def post() -> tuple[str, int]:
        async with http_receiver() as receiver:
            monkeypatch.setattr(socket, "getaddrinfo", look_up)
            assert is_public(look_up("rebinding.example", 443)[0][4][0])  # type: ignore[index]
            port = receiver.url.split(":")[2].split("/")[0]
            with ThreadPoolExecutor(1) as threads:
                async with HttpPoster(threads) as poster:
                    request = HttpRequest(f"https://rebinding.example:{port}/", b"{}")
                    answer = await poster.post(request, allow_private=False)
            return answer.verdict.detail, len(receiver.got)

    detail, got = asyncio.run(post())
    assert "127.0.0.1, which is not public" in detail
    assert got == 0


def test_private_receivers_need_the_route_s_word():
    """With it, plain HTTP to this machine goes."""

    async def post(allow_private: bool) -> Outcome:
        async with http_receiver() as receiver:
            with ThreadPoolExecutor(1) as threads:
                async with HttpPoster(threads) as poster:
                    request = HttpRequest(receiver.url, b"{}")
                    answer = await poster.post(request, allow_private=allow_private)
                    assert len(receiver.got) == allow_private
                    return answer.verdict.outcome

    assert asyncio.run(post(allow_private=True)) is Outcome.DELIVERED
    assert asyncio.run(post(allow_private=False)) is Outcome.RETRY


def test_refusal_does_not_repeat_the_address():
    """It may be a secret."""
    with pytest.raises(UnsafeAddressError) as caught:
        check_url("https://user:hush@receiver.example/hush", allow_private=False)
    assert "hush" not in str(caught.value)
