"""What a setting's value may be: how its text is read, and how the right one is described."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dashboards import translation
from schemas.vllm_address import folder_and_servers

Value = str | int | float | bool | Path | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value.

    expected: what a right value is, as the second half of "… is not X".
    read: text to value; raises ValueError when the text is no such value.
    write: value to text, so that `read(write(value)) == value`.
    """

    expected: str
    read: Callable[[str], Value]
    write: Callable[[Value], str] = str


def whole_number(least: int, most: int) -> Kind:
    """A whole number within the bounds, both included."""

    def read(text: str) -> Value:
        number = int(text)
        if not least <= number <= most:
            raise ValueError(text)
        return number

    return Kind(f"a whole number from {least} to {most}", read)


def seconds(least: float, most: float) -> Kind:
    """A number of seconds within the bounds, both included."""

    def read(text: str) -> Value:
        number = float(text)
        if not least <= number <= most:  # NaN fails this as well
            raise ValueError(text)
        return number

    return Kind(f"a number of seconds from {least:g} to {most:g}", read)


def share() -> Kind:
    """A part of a whole, both ends included."""

    def read(text: str) -> Value:
        number = float(text)
        if not 0 <= number <= 1:  # NaN fails this as well
            raise ValueError(text)
        return number

    return Kind("a share from 0 to 1", read)


def one_of(*words: str) -> Kind:
    """One of a few words, in any case."""

    def read(text: str) -> Value:
        word = text.lower()
        if word not in words:
            raise ValueError(text)
        return word

    return Kind("one of " + ", ".join(words), read)


def words_of(*words: str) -> Kind:
    """Some of a few words, or none of them, with commas between."""

    def read(text: str) -> Value:
        found = tuple(part.strip().lower() for part in text.split(",") if part.strip())
        if not set(found) <= set(words) or len(set(found)) != len(found):
            raise ValueError(text)
        return found

    expected = f"a list of {', '.join(words)} with commas between, or nothing"
    return Kind(expected, read, lambda value: ",".join(value) if isinstance(value, tuple) else "")


def name(expected: str, *, allow_empty: bool = False, extra: str = "-_.") -> Kind:
    """Letters, digits and a few other characters: what Kafka and ClickHouse allow in names."""

    def read(text: str) -> Value:
        if not (text or allow_empty) or len(text) > 200 or not _is_plain(text, extra):
            raise ValueError(text)
        return text

    return Kind(expected, read)


def _is_plain(text: str, extra: str) -> bool:
    return all(char.isascii() and (char.isalnum() or char in extra) for char in text)


def _read_topics(text: str) -> Value:
    topics = tuple(part.strip() for part in text.split(",") if part.strip())
    if not topics or len(set(topics)) != len(topics):
        raise ValueError(text)
    if not all(_is_plain(topic, "-_.") and len(topic) <= 200 for topic in topics):
        raise ValueError(text)
    return topics


def _read_path(text: str) -> Value:
    if not text.strip() or "\0" in text:
        raise ValueError(text)
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:  # `~nobody`
        raise ValueError(text) from error


def _read_switch(text: str) -> Value:
    words = {"1": True, "true": True, "yes": True, "on": True}
    words |= {"0": False, "false": False, "no": False, "off": False}
    if text.lower() not in words:
        raise ValueError(text)
    return words[text.lower()]


def host_and_port(text: str) -> tuple[str, int]:
    """Split `host:port` (`[::1]:9092` as well); raises ValueError when it is none."""
    parts = urlsplit(f"//{text}")
    if not parts.hostname or not parts.port or parts.path or parts.username is not None:
        raise ValueError(text)
    return parts.hostname, parts.port


def _read_host(text: str) -> Value:
    if not text or not _is_plain(text, ".-:"):
        raise ValueError(text)
    return text


def _read_addresses(text: str) -> Value:
    addresses = [part.strip() for part in text.split(",")]
    for address in addresses:
        host_and_port(address)
    return ",".join(addresses)


def _read_clickhouse_url(text: str) -> Value:
    parts = urlsplit(text)
    database = parts.path.removeprefix("/")
    if parts.scheme not in {"clickhouse", "clickhouses"} or not parts.hostname:
        raise ValueError(text)
    # The database's name stands in SQL text, so it must be a plain one.
    if not database or not _is_plain(database, "_") or parts.port == 0:
        raise ValueError(text)
    return text


def _read_web_address(text: str) -> Value:
    parts = urlsplit(text)
    if text and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.username):
        raise ValueError(text)
    if parts.port == 0 or parts.query or parts.fragment or not text.isprintable() or " " in text:
        raise ValueError(text)
    return text


def _read_translator(text: str) -> Value:
    if text and not translation.is_template(text):
        raise ValueError(text)
    return text


def _read_model(text: str) -> Value:
    if not text.strip():
        raise ValueError(text)
    return _read_shadow_model(text)


def _read_shadow_model(text: str) -> Value:
    """A folder gets its whole path: a replay goes on from another place, a service from any."""
    backend, _, where = text.partition(":")
    if not text or text in {"shipped", "stub"}:
        return text
    if backend == "torch" and where:
        return f"torch:{_read_path(where)}"
    if backend == "vllm":
        folder, servers = folder_and_servers(where)
        return text if folder is None else f"vllm:{_read_path(folder)}@{servers}"
    return str(_read_path(text))


TEXT_TOPICS = Kind(
    "a list of different topic names with commas between, of letters, digits, '.', '_', '-'",
    _read_topics,
    lambda value: ",".join(value) if isinstance(value, tuple) else str(value),
)
PATH = Kind("a path", _read_path)
SWITCH = Kind("true or false", _read_switch, lambda value: str(value).lower())
HOST = Kind("an address of this machine, such as 127.0.0.1 or 0.0.0.0", _read_host)
ADDRESSES = Kind("host:port (several with commas between)", _read_addresses)
CLICKHOUSE_URL = Kind("clickhouse://[user:password@]host[:port]/database", _read_clickhouse_url)
WEB_ADDRESS = Kind("https://host[:port][/path]", _read_web_address)
TRANSLATOR = Kind(translation.EXPECTED, _read_translator)
ANY_TEXT = Kind("a text, or nothing", str)
MODEL = Kind(
    "'shipped', 'stub', a folder, 'torch:FOLDER', or 'vllm:[FOLDER@]http://host:port'", _read_model
)
SHADOW_MODEL = Kind(f"{MODEL.expected}, or nothing", _read_shadow_model)
