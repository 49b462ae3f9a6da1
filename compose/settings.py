"""Every setting of Groundswell, parsed once into one frozen object.

In rising order of weight: the default, the environment (`GROUNDSWELL_*`), a TOML file, a flag.
The file is the one that `--config` or GROUNDSWELL_CONFIG names, else `groundswell.toml` in the
data folder, if it is there.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit

from compose import setting_kinds as kinds
from compose.setting_kinds import Kind, Value
from dashboards.language import ENGLISH, LANGUAGES
from schemas.errors import SettingsError
from schemas.masking import PersonalData
from schemas.topics import INPUT_TOPICS

PREFIX: Final = "GROUNDSWELL_"
CONFIG_VARIABLE: Final = "GROUNDSWELL_CONFIG"
CONFIG_FILE: Final = "groundswell.toml"
WATCHLIST_FILE: Final = "watchlist.yaml"
ACCESS_FILE: Final = "access.yaml"
SECRETS: Final = frozenset({"oidc_client_secret"})
# From the first colon that is not a scheme's to the last @.
_PASSWORD: Final = re.compile(r"^((?:[\w+.-]+://)?[^:@]*):.*@", re.DOTALL)
_DEFAULT_CLICKHOUSE_PORT: Final = 9000


def _setting(default: Value, kind: Kind, text: str) -> Any:  # noqa: ANN401 - stands for the field
    return field(default=default, metadata={"kind": kind, "help": text})


def default_data_dir() -> Path:
    """The data folder of someone who chose none."""
    home = Path(os.environ.get("XDG_DATA_HOME", ""))
    return (home if home.is_absolute() else Path.home() / ".local" / "share") / "groundswell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one process; `load_settings` makes it."""

    kafka: str = _setting(
        "localhost:9092",
        kinds.ADDRESSES,
        "Kafka's bootstrap servers. `groundswell up` starts a Kafka of its own at this port when "
        "the address is this machine, and uses the given one otherwise.",
    )
    clickhouse_url: str = _setting(
        "clickhouse://localhost:9000/groundswell",
        kinds.CLICKHOUSE_URL,
        "ClickHouse's native address and the database. `groundswell up` starts a server of its "
        "own at this port when the address is this machine, and uses the given one otherwise.",
    )
    clickhouse_cluster: str = _setting(
        "",
        kinds.name("the name of a ClickHouse cluster, or nothing", allow_empty=True),
        "ClickHouse cluster on which the tables are made (`ON CLUSTER`, replicated engines); "
        "nothing for one server.",
    )
    data_dir: Path = _setting(  # noqa: RUF009 - a path is as immutable as a text
        Path("~/.local/share/groundswell"),
        kinds.PATH,
        "Folder of this machine's data: Kafka's and ClickHouse's files, logs, the watchlist.",
    )
    input_topics: tuple[str, ...] = _setting(
        INPUT_TOPICS, kinds.TEXT_TOPICS, "Kafka topics that posts are read from."
    )
    watchlist: Path = _setting(  # noqa: RUF009 - a path is as immutable as a text
        Path(WATCHLIST_FILE),
        kinds.PATH,
        "File of brands, products and topics to watch; `watchlist.yaml` in the data folder when "
        "not given.",
    )
    model: str = _setting(
        "shipped",
        kinds.MODEL,
        "Model that scores: `shipped`, `stub` (no real scores, for load tests), a model's folder, "
        "`torch:FOLDER` (what `models.export.hugging_face` makes of one, on a GPU where there is "
        "one), or `vllm:http://host:port` (servers of the shipped model's encoder, several with "
        "commas between; `vllm:FOLDER@http://host:port` for that model folder's).",
    )
    shadow_model: str = _setting(
        "",
        kinds.SHADOW_MODEL,
        "A second model, named as `model` is, that scores a share of the live posts too. What it "
        "says is stored beside, under its own version, and nobody sees it before it is promoted; "
        "nothing for none.",
    )
    shadow_share: float = _setting(
        1.0,
        kinds.share(),
        "Share of the posts that `shadow_model` scores, from 0 to 1; always the same posts.",
    )
    score_threads: int = _setting(
        0, kinds.whole_number(0, 1024), "Threads that score on the CPU; 0 for all cores."
    )
    batch_posts: int = _setting(
        512, kinds.whole_number(1, 100_000), "Most posts that are scored in one batch."
    )
    batch_tokens: int = _setting(
        16_384, kinds.whole_number(64, 10_000_000), "Most tokens that are encoded in one step."
    )
    batch_linger_s: float = _setting(
        0.2, kinds.seconds(0, 60), "Longest wait for a batch to fill, in seconds."
    )
    insert_rows: int = _setting(
        50_000, kinds.whole_number(1, 1_000_000), "Rows that are written to ClickHouse at a time."
    )
    insert_linger_s: float = _setting(
        1.0, kinds.seconds(0.05, 60), "Longest wait before rows are written, in seconds."
    )
    consumer_group: str = _setting(
        "groundswell",
        kinds.name("a Kafka consumer group: letters, digits, '.', '_', '-'"),
        "Kafka consumer group of the workers; all workers of one installation share it.",
    )
    kafka_partitions: int = _setting(
        4,
        kinds.whole_number(1, 1000),
        "Partitions of the topics that `groundswell up` and `groundswell prepare` make; "
        "`groundswell prepare --add-partitions` raises input topics that are there to as many.",
    )
    dashboard_port: int = _setting(8501, kinds.whole_number(1, 65_535), "Port of the dashboard.")
    dashboard_url: str = _setting(
        "",
        kinds.WEB_ADDRESS,
        "Address under which people reach the dashboard, for the links in notifications, and whose "
        "host a page on loopback answers to; nothing for http://LISTEN_HOST:DASHBOARD_PORT.",
    )
    dashboard_language: str = _setting(
        ENGLISH,
        kinds.one_of(*LANGUAGES),
        "Language of the dashboard for those whose browser asks for none that it speaks.",
    )
    translate_url: str = _setting(
        "",
        kinds.TRANSLATOR,
        "Translator that the dashboard links posts to which are not in the reader's language: "
        "`{text}` stands for the post's text, `{language}` for the page's language (`en`, "
        "`zh-CN`), `{source}` for the post's (`auto` where it has no code of two letters). Who "
        "follows the link sends that text there; nothing for no links. See privacy.md.",
    )
    worker_port: int = _setting(
        6066, kinds.whole_number(1, 65_535), "Port of the worker's /metrics, /live and /ready."
    )
    monitor_port: int = _setting(
        6067, kinds.whole_number(1, 65_535), "Port of the monitor's /metrics, /live and /ready."
    )
    monitor_grace_s: float = _setting(
        2.0,
        kinds.seconds(0, 3600),
        "How long the monitor waits for the posts of a minute that is over, in seconds. Raise it "
        "where sources deliver their posts late.",
    )
    listen_host: str = _setting(
        "127.0.0.1",
        kinds.HOST,
        "Address that the dashboard and the pages of worker and monitor listen on. They ask nobody "
        "for a password: leave it at loopback, or put a proxy that does in front.",
    )
    oidc_metadata_url: str = _setting(
        "",
        kinds.WEB_ADDRESS,
        "Address of the OpenID provider's description, by which people sign in at the dashboard "
        "(`https://…/.well-known/openid-configuration`); nothing for no sign-in. See access.md.",
    )
    oidc_client_id: str = _setting(
        "", kinds.ANY_TEXT, "The dashboard's client id at the OpenID provider."
    )
    oidc_client_secret: str = _setting(
        "",
        kinds.ANY_TEXT,
        "The dashboard's client secret at the OpenID provider, or `file:/path` of a file that "
        "holds it. Better not as a flag, which other users of the machine can see.",
    )
    access_file: Path = _setting(  # noqa: RUF009 - a path is as immutable as a text
        Path(ACCESS_FILE),
        kinds.PATH,
        "File that says who may see and do what once people sign in (access.md); `access.yaml` in "
        "the data folder when not given.",
    )
    hide_authors: bool = _setting(
        False,
        kinds.SWITCH,
        "Shows pseudonyms in place of authors' names on the dashboard, in its exports and in "
        "notifications, and no links to posts.",
    )
    kafka_heap_mb: int = _setting(
        512,
        kinds.whole_number(128, 1_000_000),
        "Java heap of the Kafka that `groundswell up` starts, in MB.",
    )
    max_poison: int = _setting(
        1000,
        kinds.whole_number(1, 1_000_000_000),
        "Unreadable records in a row after which the worker stops, for then the topic is wrong.",
    )
    mask_personal_data: tuple[str, ...] = _setting(
        (),
        kinds.words_of(*PersonalData),
        "What is masked in the texts of posts before they are stored: some of `email`, `card`, "
        "`phone`, `handle`, with commas between; nothing to keep texts as they are.",
    )
    retention_texts_days: int = _setting(
        0,
        kinds.whole_number(0, 36_500),
        "Days after which the text, author and addresses of a post are blanked, while its numbers "
        "stay; 0 to keep them for ever. `groundswell up` and `groundswell prepare` put it into "
        "force.",
    )
    retention_rollups_days: int = _setting(
        0,
        kinds.whole_number(0, 36_500),
        "Days after which mentions and the counts of them are deleted; 0 to keep them for ever. "
        "`groundswell up` and `groundswell prepare` put it into force.",
    )
    log_level: str = _setting(
        "info", kinds.one_of("debug", "info", "warning", "error"), "Least weighty log line shown."
    )
    demo: bool = _setting(
        False, kinds.SWITCH, "Marks the dashboard as a demonstration; `groundswell demo` sets it."
    )

    @property
    def kafka_address(self) -> tuple[str, int]:
        """Host and port of the first bootstrap server."""
        return kinds.host_and_port(self.kafka.split(",", maxsplit=1)[0])

    @property
    def masked_data(self) -> tuple[PersonalData, ...]:
        """What is masked in texts."""
        return tuple(PersonalData(word) for word in self.mask_personal_data)

    @property
    def clickhouse_address(self) -> tuple[str, int]:
        """Host and port of ClickHouse."""
        parts = urlsplit(self.clickhouse_url)
        return parts.hostname or "", parts.port or _DEFAULT_CLICKHOUSE_PORT

    @property
    def clickhouse_database(self) -> str:
        """The database's name."""
        return urlsplit(self.clickhouse_url).path.removeprefix("/")

    @property
    def dashboard_address(self) -> str:
        """The dashboard's address for people, without a slash at its end."""
        shown = f"http://{self.listen_host}:{self.dashboard_port}"
        return self.dashboard_url.rstrip("/") or shown

    def shown(self, key: str) -> str:
        """A setting as text for people: a password in a URL is masked, and so is a secret."""
        text = setting_named(key).kind.write(getattr(self, key))
        if key in SECRETS:
            return "***" if text else ""
        password = urlsplit(text).password if key == "clickhouse_url" else None
        return text.replace(f":{password}@", ":***@") if password else text

    def to_toml(self) -> str:
        """All settings as the text of a settings file."""
        return "".join(
            f"{spec.name} = {_toml(spec.kind.write(getattr(self, spec.name)))}\n"
            for spec in SETTINGS
        )

    def to_environment(self) -> dict[str, str]:
        """All settings as environment variables."""
        return {spec.variable: spec.kind.write(getattr(self, spec.name)) for spec in SETTINGS}


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known about one setting: its name, default, kind and help."""

    name: str
    default: Value
    kind: Kind
    help: str

    @property
    def variable(self) -> str:
        """The environment variable."""
        return PREFIX + self.name.upper()

    @property
    def flag(self) -> str:
        """The command-line flag."""
        return "--" + self.name.replace("_", "-")

    @property
    def default_text(self) -> str:
        """The default as it would be written."""
        return self.kind.write(self.default)


SETTINGS: Final = tuple(
    Setting(item.name, cast(Value, item.default), item.metadata["kind"], item.metadata["help"])
    for item in fields(Settings)
)
_BY_NAME: Final = {spec.name: spec for spec in SETTINGS}


def setting_named(key: str) -> Setting:
    """The setting of that name; raises KeyError for an unknown one."""
    return _BY_NAME[key]


def load_settings(
    flags: Mapping[str, str | None] | None = None,
    *,
    config: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Read the environment, the file and the flags into one object.

    flags: setting's name to text; None means that the flag was not given.
    config: the settings file; None for GROUNDSWELL_CONFIG, else the data folder's own, if any.
    environment: variables to read; None for the process's own.
    Raises SettingsError that lists every mistake at once.
    """
    variables = dict(os.environ if environment is None else environment)
    given = {key: text for key, text in (flags or {}).items() if text is not None}
    mistakes: list[str] = []
    values = _read_environment(variables, mistakes)
    flag_values = _read_texts(
        ((key, setting_named(key).flag, text) for key, text in given.items()), mistakes
    )
    file = _settings_file(config, variables, {**values, **flag_values})
    if file is not None:
        values |= _read_file(file, mistakes)
    values |= flag_values
    if mistakes:
        number = "One setting is" if len(mistakes) == 1 else f"{len(mistakes)} settings are"
        raise SettingsError("\n  ".join([f"{number} wrong:", *mistakes]))
    data_dir = values.setdefault("data_dir", default_data_dir())
    assert isinstance(data_dir, Path)
    values.setdefault("watchlist", data_dir / WATCHLIST_FILE)
    values.setdefault("access_file", data_dir / ACCESS_FILE)
    return Settings(**values)  # type: ignore[arg-type]  # each value was read by its own kind


def _read_environment(variables: Mapping[str, str], mistakes: list[str]) -> dict[str, Value]:
    found = []
    for variable, text in sorted(variables.items()):
        if not variable.startswith(PREFIX) or variable == CONFIG_VARIABLE or not text:
            continue  # an empty variable counts as not set
        key = variable.removeprefix(PREFIX).lower()
        if key not in _BY_NAME or variable != setting_named(key).variable:
            known = [*(spec.variable for spec in SETTINGS), CONFIG_VARIABLE]
            # Never its value: it may be a secret under a name that is not quite right.
            mistakes.append(_unknown(variable, variable, known))
            continue
        found.append((key, variable, text))
    return _read_texts(found, mistakes)


def _settings_file(
    config: Path | None, variables: Mapping[str, str], values: Mapping[str, Value]
) -> Path | None:
    named = config or variables.get(CONFIG_VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    folder = values.get("data_dir", default_data_dir())
    assert isinstance(folder, Path)
    return folder / CONFIG_FILE if (folder / CONFIG_FILE).is_file() else None


def _read_file(file: Path, mistakes: list[str]) -> dict[str, Value]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        mistakes.append(f"--config={str(file)!r}: there is no such file; check the path")
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        mistakes.append(f"{file} cannot be read as TOML: {error}; correct the file")
        return {}
    found = []
    for key, raw in table.items():
        if key not in _BY_NAME:
            mistakes.append(_unknown(f"{key} in {file}", key, list(_BY_NAME)))
            continue
        found.append((key, f"{file}: {key}", _text_of(raw)))
    return _read_texts(found, mistakes)


def _read_texts(found: Iterable[tuple[str, str, str]], mistakes: list[str]) -> dict[str, Value]:
    """Read (name, where it was given, text); what cannot be read goes to the mistakes."""
    values: dict[str, Value] = {}
    for key, place, text in found:
        spec = setting_named(key)
        try:
            values[key] = spec.kind.read(text.strip())
        except ValueError:
            remedy = f"; try {spec.default_text}" if spec.default_text else ""
            mistakes.append(f"{place}={_told(text)!r} is not {spec.kind.expected}{remedy}")
    return values


def _told(text: str) -> str:
    """A text that is wrong, for a message that may end in a log: without what may be a password.

    What is wrong may be just that the password was not written as a URL wants it.
    """
    return _PASSWORD.sub(r"\1:***@", text)


def _unknown(place: str, key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean {close[0]}?" if close else "see docs/settings.md for the list"
    return f"{place} is no setting; {hint}"


def _text_of(raw: object) -> str:
    """A TOML value as the text that the same flag would have."""
    if isinstance(raw, list):
        return ",".join(str(part) for part in raw)
    return str(raw).lower() if isinstance(raw, bool) else str(raw)


def _toml(text: str) -> str:
    """A TOML basic string; every kind reads text, so no other form is needed."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'
