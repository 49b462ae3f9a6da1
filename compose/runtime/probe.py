"""Readiness probes: does the part behind a port answer in its own protocol?"""

import http.client
import socket
import struct
from dataclasses import dataclass
from typing import Final, Protocol

from compose.clickhouse_server.events import PROBE
from compose.setting_kinds import host_and_port

_TIMEOUT_S: Final = 2.0
_API_VERSIONS: Final = 18
_CLICKHOUSE_HELLO: Final = 0


class Probe(Protocol):
    """Asks a part whether it is ready."""

    def problem(self) -> str | None:
        """None when the part is ready, else what is the matter."""
        ...


@dataclass(frozen=True, slots=True)
class KafkaProbe:
    """Ready when the broker answers ApiVersions, which it does once its metadata are loaded."""

    host: str
    port: int

    def problem(self) -> str | None:
        """None when ready, else what is the matter."""
        correlation_id = 7
        body = struct.pack(">hhih", _API_VERSIONS, 0, correlation_id, -1)
        try:
            with socket.create_connection((self.host, self.port), _TIMEOUT_S) as connection:
                connection.settimeout(_TIMEOUT_S)
                connection.sendall(struct.pack(">i", len(body)) + body)
                answer = _read(connection, 8)
        except OSError as error:
            return f"Kafka at {self.host}:{self.port} does not answer: {error}"
        if len(answer) < 8 or struct.unpack(">ii", answer)[1] != correlation_id:
            return f"what answers at {self.host}:{self.port} is no Kafka"
        return None


@dataclass(frozen=True, slots=True)
class ClickHouseProbe:
    """Ready when the server says hello in the native protocol."""

    host: str
    port: int

    def problem(self) -> str | None:
        """None when ready, else what is the matter."""
        # Client hello: name, version 1.1, a revision that every server knows, then the database,
        # user and password. A wrong password is answered too, and means that a server is there.
        hello = b"\x00" + _string(PROBE) + b"\x01\x01" + _varint(54_058)
        hello += _string("default") + _string("default") + _string("")
        try:
            with socket.create_connection((self.host, self.port), _TIMEOUT_S) as connection:
                connection.settimeout(_TIMEOUT_S)
                connection.sendall(hello)
                answer = _read(connection, 1)
        except OSError as error:
            return f"ClickHouse at {self.host}:{self.port} does not answer: {error}"
        if not answer or answer[0] not in {_CLICKHOUSE_HELLO, 2}:
            return f"what answers at {self.host}:{self.port} is no ClickHouse (native protocol)"
        return None


@dataclass(frozen=True, slots=True)
class HttpProbe:
    """Ready when a GET answers 200."""

    name: str
    port: int
    path: str
    host: str = "127.0.0.1"

    def problem(self) -> str | None:
        """None when ready, else what is the matter."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=_TIMEOUT_S)
        try:
            connection.request("GET", self.path)
            response = connection.getresponse()
            said = response.read(500).decode("utf-8", "replace").strip()
        except (OSError, http.client.HTTPException) as error:
            return f"the {self.name} at {self.host}:{self.port} does not answer: {error}"
        finally:
            connection.close()
        if response.status != http.HTTPStatus.OK:
            return f"the {self.name} is not ready ({response.status}): {said}"
        return None


@dataclass(frozen=True, slots=True)
class RunsProbe:
    """Ready as soon as it runs: a part that nobody connects to."""

    def problem(self) -> str | None:
        """None, always."""
        return None


@dataclass(frozen=True, slots=True)
class AnyOfProbe:
    """Ready when one of several is: the bootstrap servers of a cluster."""

    probes: tuple[Probe, ...]

    def problem(self) -> str | None:
        """None when one is ready, else what the last one said."""
        problem = None
        for probe in self.probes:
            problem = probe.problem()
            if problem is None:
                return None
        return problem


def kafka_probe(servers: str) -> Probe:
    """The probe of `host:port,host:port`."""
    addresses = [host_and_port(server) for server in servers.split(",")]
    return AnyOfProbe(tuple(KafkaProbe(host, port) for host, port in addresses))


def _read(connection: socket.socket, length: int) -> bytes:
    found = b""
    while len(found) < length:
        part = connection.recv(length - len(found))
        if not part:
            break
        found += part
    return found


def _string(text: str) -> bytes:
    encoded = text.encode()
    return _varint(len(encoded)) + encoded


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number >= 0x80:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])
