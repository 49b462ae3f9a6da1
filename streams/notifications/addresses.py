"""Which addresses of the internet a message may be sent to (no requests into inner networks)."""

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

from schemas.errors import GroundswellError

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# What the flags of `ipaddress` let through, by its version: shared and special blocks, and the
# public address at which one cloud serves its machines.
_REFUSED: Final = tuple(
    map(
        ipaddress.ip_network,
        (
            "100.64.0.0/10",
            "192.0.0.0/24",
            "192.88.99.0/24",
            "198.18.0.0/15",
            "168.63.129.16/32",
            "fec0::/10",
        ),
    )
)
_NAT64: Final = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))


class UnsafeAddressError(GroundswellError):
    """A route leads to where no message may be sent."""


def check_url(url: str, *, allow_private: bool) -> str:
    """The URL, if its form is allowed; raises UnsafeAddressError, which does not repeat it."""
    try:
        parts = urlsplit(url)
        fits = bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        fits = False
    if not fits or re.search(r"[\s\\\x00-\x1f\x7f]", url):
        raise UnsafeAddressError("url: is no address; write https://host/path, without a user")
    schemes = {"https", "http"} if allow_private else {"https"}
    if parts.scheme not in schemes:
        remedy = "use https, or say `allow_private: true` for a receiver of your own network"
        raise UnsafeAddressError(f"url: {parts.scheme}: is not allowed; {remedy}")
    return url


def check_address(text: str) -> None:
    """Raises UnsafeAddressError unless the IP address is one of the public internet."""
    if not is_public(text):
        remedy = "say `allow_private: true` in the route if an inner receiver is meant"
        raise UnsafeAddressError(f"url: leads to {text}, which is not public; {remedy}")


def is_public(text: str) -> bool:
    """Whether an IP address, as a resolver gives it, is one of the public internet."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(map(_is_public, _meant(address)))


def _meant(address: _Address) -> list[_Address]:
    """The address, and those of IPv4 that it carries: a gateway may unpack them."""
    found: list[_Address] = [address]
    if isinstance(address, ipaddress.IPv6Address):
        found += [one for one in (address.ipv4_mapped, address.sixtofour) if one]
        found += address.teredo or ()
        if any(address in network for network in _NAT64):
            found.append(ipaddress.IPv4Address(address.packed[-4:]))
        if address.ipv4_mapped:
            del found[0]
    return found


def _is_public(address: _Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_loopback
        and not address.is_link_local
        and not address.is_unspecified
        and not any(
            address in network for network in _REFUSED if network.version == address.version
        )
    )
