"""What Streamlit is told of the provider, and what is refused before anything starts."""

import stat
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from compose.runtime.one_machine import _write_settings
from compose.runtime.plan import Layout
from compose.settings import Settings
from compose.sign_in import SECRETS_FILE, check_sign_in, sign_in_flags
from schemas.errors import AccessError, SettingsError

ACCESS = "access:\n- {email: ana@example.com, role: viewer, brands: [Aurora]}\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A page at which people sign in."""
    (tmp_path / "access.yaml").write_text(ACCESS)
    (tmp_path / "secret").write_text('from "a\\file"\n')
    return Settings(
        clickhouse_url="clickhouse://me:own@localhost:9000/groundswell",
        data_dir=tmp_path,
        dashboard_url="https://page.example/groundswell/",
        oidc_metadata_url="https://id.example/.well-known/openid-configuration",
        oidc_client_id="page",
        oidc_client_secret=f"file:{tmp_path / 'secret'}",
        access_file=tmp_path / "access.yaml",
    )


def test_streamlit_is_told_in_a_private_file(settings: Settings):
    """The secret of the cookies is made once, and stays."""
    [flag] = sign_in_flags(settings)
    file = Path(flag.removeprefix("--secrets.files="))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    told = tomllib.loads(file.read_text())["auth"]
    assert told["client_secret"] == 'from "a\\file"'
    assert told["redirect_uri"] == "https://page.example/groundswell/oauth2callback"
    assert told["server_metadata_url"] == settings.oidc_metadata_url
    assert len(told["cookie_secret"]) == 64
    assert sign_in_flags(settings) == [flag]
    assert tomllib.loads(file.read_text())["auth"] == told
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in settings.data_dir.iterdir()}
    assert modes["cookie-secret"] == 0o600


def test_without_a_provider_nothing_is_told(settings: Settings):
    """What was told before is taken away."""
    sign_in_flags(settings)
    assert sign_in_flags(replace(settings, oidc_metadata_url="")) == []
    assert not (settings.data_dir / SECRETS_FILE).exists()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"oidc_client_id": ""}, "oidc_client_id is not set"),
        ({"oidc_client_secret": ""}, "oidc_client_secret is not set"),
        ({"oidc_client_secret": "file:/none"}, "cannot be read"),
        ({"oidc_client_secret": "file:/dev/null"}, "the file is empty"),
    ],
)
def test_half_a_sign_in_is_refused(settings: Settings, change: dict[str, str], told: str):
    with pytest.raises(SettingsError, match=told):
        check_sign_in(replace(settings, **change))  # type: ignore[arg-type]


def test_a_file_of_roles_is_needed(settings: Settings):
    settings.access_file.unlink()
    with pytest.raises(AccessError):
        check_sign_in(settings)


def test_the_secret_is_never_shown(settings: Settings):
    assert settings.shown("oidc_client_secret") == "***"


def test_our_clickhouse_is_told_of_the_readers(settings: Settings):
    """With an owner's name or without; nobody else is let in."""
    from compose.clickhouse_server.users import load_users

    for url, owner in (
        (settings.clickhouse_url, "me"),
        ("clickhouse://localhost:9000/groundswell", "default"),
    ):
        _write_settings(replace(settings, clickhouse_url=url))
        users = load_users(Layout(settings.data_dir).clickhouse_users)
        assert [name for name, user in users.by_name.items() if not user.is_limited] == [owner]
        assert len(users.limited) == 3
        assert all(user.password_sha256 for user in users.limited)
