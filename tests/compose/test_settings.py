"""The settings: weights of their sources, mistakes, and the page about them."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compose.settings import SETTINGS, Settings, default_data_dir, load_settings, setting_named
from compose.settings_page import settings_page
from schemas.errors import SettingsError

ROOT = Path(__file__).parents[2]


def _load(
    environment: dict[str, str] | None = None,
    file: str | None = None,
    flags: dict[str, str | None] | None = None,
    *,
    folder: Path | None = None,
) -> Settings:
    config = None
    if file is not None:
        assert folder is not None
        config = folder / "settings.toml"
        config.write_text(file, encoding="utf-8")
    return load_settings(flags, config=config, environment=environment or {})


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("shipped", "shipped"),
        ("candidate", "{here}/candidate"),
        ("~/candidate", "{home}/candidate"),
        ("/models/a", "/models/a"),
        ("torch:candidate", "torch:{here}/candidate"),
        ("vllm:http://gpu:8000", "vllm:http://gpu:8000"),
        ("vllm:candidate@http://gpu:8000", "vllm:{here}/candidate@http://gpu:8000"),
    ],
)
def test_a_models_folder_is_the_same_from_wherever_it_is_read(text: str, meant: str):
    """A replay is gone on with from another folder, and a service starts in any."""
    meant = meant.format(here=Path.cwd(), home=Path.home())
    assert _load({"GROUNDSWELL_MODEL": text}).model == meant
    assert _load(flags={"shadow_model": text}).shadow_model == meant


def test_defaults_are_the_ones_that_clients_expect():
    """Kafka and ClickHouse at their usual ports of this machine."""
    settings = _load()
    assert settings.kafka == "localhost:9092"
    assert settings.clickhouse_url == "clickhouse://localhost:9000/groundswell"
    assert settings.input_topics == ("reviews", "social-posts")
    assert settings.data_dir == default_data_dir()
    assert settings.watchlist == default_data_dir() / "watchlist.yaml"


@pytest.mark.parametrize(
    ("environment", "file", "flag", "expected"),
    [
        (None, None, None, 1000),
        ("1", None, None, 1),
        ("1", 2, None, 2),
        ("1", 2, "3", 3),
        ("1", None, "3", 3),
        (None, 2, "3", 3),
    ],
)
def test_environment_then_file_then_flag_in_rising_order(
    tmp_path: Path, environment: str | None, file: int | None, flag: str | None, expected: int
):
    """The heaviest source that names a setting wins."""
    settings = _load(
        {"GROUNDSWELL_MAX_POISON": environment} if environment else {},
        f"max_poison = {file}" if file else None,
        {"max_poison": flag},
        folder=tmp_path,
    )
    assert settings.max_poison == expected


def test_the_data_folders_own_file_is_read(tmp_path: Path):
    """A groundswell.toml beside the data needs no --config."""
    (tmp_path / "groundswell.toml").write_text('kafka = "broker:9092"\n')
    assert _load({"GROUNDSWELL_DATA_DIR": str(tmp_path)}).kafka == "broker:9092"
    assert _load(flags={"data_dir": str(tmp_path)}).kafka == "broker:9092"


def test_the_variable_for_the_file_is_heeded(tmp_path: Path):
    """GROUNDSWELL_CONFIG is the twin of --config."""
    file = tmp_path / "other.toml"
    file.write_text('input_topics = ["a", "b"]\ndemo = true\ninsert_linger_s = 0.5\n')
    settings = _load({"GROUNDSWELL_CONFIG": str(file)})
    assert settings.input_topics == ("a", "b")
    assert settings.demo
    assert settings.insert_linger_s == 0.5


def test_all_mistakes_are_told_at_once_with_key_value_and_remedy(tmp_path: Path):
    """From every source, each with what was expected."""
    with pytest.raises(SettingsError) as caught:
        _load(
            {"GROUNDSWELL_BATCH_TOKENS": "many", "GROUNDSWELL_KAKFA": "x"},
            "max_poisn = 3\ndashboard_port = 70000\n",
            {"kafka": "no-port"},
            folder=tmp_path,
        )
    message = str(caught.value)
    assert message.startswith("5 settings are wrong:")
    for part in (
        "GROUNDSWELL_BATCH_TOKENS='many' is not a whole number from 64 to 10000000; try 16384",
        "GROUNDSWELL_KAKFA is no setting; did you mean GROUNDSWELL_KAFKA?",
        "did you mean max_poison?",
        "dashboard_port='70000' is not a whole number from 1 to 65535; try 8501",
        "--kafka='no-port' is not host:port (several with commas between); try localhost:9092",
    ):
        assert part in message


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://me:s3cret@host:9000/db", "http://me:***@host:9000/db"),
        ("clickhouse://me:s3cret/7@#@host:9000/db", "clickhouse://me:***@host:9000/db"),
        ("clickhouse://me:s3cret@host:99999/db", "clickhouse://me:***@host:99999/db"),
        ("me:s3cret@host", "me:***@host"),
    ],
)
def test_no_mistake_shows_a_secret(url: str, told: str):
    """Messages end in logs: neither a password, nor what stands under an almost right name."""
    with pytest.raises(SettingsError) as caught:
        _load({"GROUNDSWELL_CLICKHOUSE_URL": url, "GROUNDSWELL_OIDC_SECRET": "s3cret"})
    assert f"GROUNDSWELL_CLICKHOUSE_URL={told!r} is not" in str(caught.value)
    assert "GROUNDSWELL_OIDC_SECRET is no setting" in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("kafka = ", "cannot be read as TOML"),
        ("kafka = [1", "cannot be read as TOML"),
        ("[worker]\nbatch_posts = 3", "worker in"),
        ("batch_posts = [1, 2]", "is not a whole number"),
        ("demo = 3", "is not true or false"),
        ("translate_url = 'https://t.example/'", "is not the address of a translator.*{text} once"),
    ],
)
def test_a_bad_file_is_an_error_that_names_it(tmp_path: Path, file: str, said: str):
    """A settings file is never half read."""
    with pytest.raises(SettingsError, match=said) as caught:
        _load(file=file, folder=tmp_path)
    assert "settings.toml" in str(caught.value)


def test_a_missing_file_is_an_error(tmp_path: Path):
    """A --config that is not there is no reason to go on with other values."""
    with pytest.raises(SettingsError, match="there is no such file"):
        load_settings(config=tmp_path / "none.toml", environment={})


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("clickhouse_url", "http://localhost:8123"),
        ("clickhouse_url", "clickhouse://localhost"),
        ("clickhouse_url", "clickhouse://localhost/a;drop"),
        ("clickhouse_url", "clickhouse://localhost:port/x"),
        ("clickhouse_cluster", "a' b"),
        ("input_topics", "a,a"),
        ("input_topics", "a b"),
        ("input_topics", ","),
        ("kafka", "http://broker:1"),
        ("kafka", "broker"),
        ("kafka", "broker:0"),
        ("insert_linger_s", "nan"),
        ("batch_linger_s", "-1"),
        ("worker_port", "0"),
        ("log_level", "loud"),
        ("consumer_group", ""),
        ("demo", "perhaps"),
    ],
)
def test_wrong_values_are_refused(key: str, text: str):
    """Each kind knows its limits; what reaches SQL or a topic's name is plain."""
    with pytest.raises(SettingsError, match=setting_named(key).flag):
        _load(flags={key: text})


def test_an_empty_variable_counts_as_not_set():
    """As compose files pass them on."""
    assert _load({"GROUNDSWELL_MODEL": ""}).model == "shipped"


def test_a_password_is_never_shown():
    """What people see of a URL."""
    settings = _load(flags={"clickhouse_url": "clickhouse://me:s3cret@ch:9000/db"})
    assert settings.shown("clickhouse_url") == "clickhouse://me:***@ch:9000/db"
    assert settings.clickhouse_address == ("ch", 9000)
    assert settings.clickhouse_database == "db"


_plain = st.text("abcdefghijklmnopqrstuvwxyzABC0189_.-", min_size=1, max_size=20)
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "kafka": st.lists(st.tuples(_plain.filter(str.isalnum), st.integers(1, 65535)), min_size=1).map(
        lambda pairs: ",".join(f"{host.lower()}:{port}" for host, port in pairs)
    ),
    "input_topics": st.lists(_plain, min_size=1, unique=True).map(tuple),
    "data_dir": _plain.map(lambda name: Path("/data") / name),
    "model": st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)
    .filter(lambda text: text == text.strip())
    .map(lambda text: str(Path("/models") / text)),
    "max_poison": st.integers(1, 10**9),
    "insert_linger_s": st.floats(0.05, 60),
    "demo": st.booleans(),
}


@given(values=st.fixed_dictionaries({}, optional=_VALUES))
def test_settings_survive_the_way_through_a_file_and_the_environment(
    values: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
):
    """What a parent writes for its parts, they read back unchanged."""
    settings = dataclasses.replace(_load(), **values)
    folder = tmp_path_factory.mktemp("settings")
    assert _load(file=settings.to_toml(), folder=folder) == settings
    assert _load(settings.to_environment()) == settings


@given(key=st.sampled_from([spec.name for spec in SETTINGS]), text=st.text(max_size=40))
def test_any_text_is_read_or_refused_with_advice(key: str, text: str):
    """No value ends in another error than a SettingsError."""
    try:
        settings = _load(flags={key: text})
    except SettingsError as error:
        said = str(error)
    else:
        said = setting_named(key).flag
        again = setting_named(key).kind.write(getattr(settings, key))
        assert setting_named(key).kind.read(again) == getattr(settings, key)
    assert setting_named(key).flag in said


def test_every_setting_has_help_and_the_page_is_current():
    """If this fails: `python -m compose.settings_page > docs/settings.md`."""
    assert all(len(spec.help) > 20 for spec in SETTINGS)
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == settings_page()
