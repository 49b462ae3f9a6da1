"""Sign-in at the page: what Streamlit is told of the provider, in a private file."""

import contextlib
import os
import secrets
from pathlib import Path
from typing import Final

from compose.settings import Settings
from schemas.access_file import load_access
from schemas.errors import SettingsError

SECRETS_FILE: Final = "streamlit-secrets.toml"
COOKIE_FILE: Final = "cookie-secret"
CALLBACK: Final = "/oauth2callback"
FILE_PREFIX: Final = "file:"
_COOKIE_BYTES: Final = 32


def check_sign_in(settings: Settings) -> None:
    """Raise SettingsError or AccessError unless people can sign in as the settings say.

    Where no provider is set there is nothing to check.
    """
    if not settings.oidc_metadata_url:
        return
    for name in ("oidc_client_id", "oidc_client_secret"):
        if not getattr(settings, name):
            raise SettingsError(
                f"{name} is not set, but oidc_metadata_url={settings.oidc_metadata_url!r} is; "
                "set it as the provider gave it (docs/access.md)"
            )
    _client_secret(settings)
    load_access(settings.access_file)


def sign_in_flags(settings: Settings) -> list[str]:
    """Arguments for Streamlit; writes the file that they name. None without a provider.

    Raises as `check_sign_in` does.
    """
    file = settings.data_dir / SECRETS_FILE
    if not settings.oidc_metadata_url:
        file.unlink(missing_ok=True)
        return []
    check_sign_in(settings)
    values = {
        "redirect_uri": settings.dashboard_address + CALLBACK,
        "cookie_secret": _cookie_secret(settings.data_dir),
        "client_id": settings.oidc_client_id,
        "client_secret": _client_secret(settings),
        "server_metadata_url": settings.oidc_metadata_url,
    }
    lines = [f"{name} = {_quoted(text)}\n" for name, text in values.items()]
    _write_private(file, "[auth]\n" + "".join(lines))
    return [f"--secrets.files={file}"]


def _client_secret(settings: Settings) -> str:
    """The secret itself, or what the file holds that it names."""
    given = settings.oidc_client_secret
    if not given.startswith(FILE_PREFIX):
        return given
    path = Path(given.removeprefix(FILE_PREFIX)).expanduser()
    try:
        found = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"oidc_client_secret={given!r}: the file cannot be read ({error}); correct the path"
        ) from error
    if not found:
        raise SettingsError(f"oidc_client_secret={given!r}: the file is empty; put the secret in")
    return found


def _cookie_secret(folder: Path) -> str:
    """What signs the cookies by which people stay signed in; made once."""
    file = folder / COOKIE_FILE
    folder.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        made = file.with_suffix(f".{os.getpid()}")
        _write_private(made, secrets.token_hex(_COOKIE_BYTES))
        # Whole at once, and never over one that another process made meanwhile.
        with contextlib.suppress(FileExistsError):
            os.link(made, file)
        made.unlink()
    return file.read_text(encoding="ascii")


def _write_private(file: Path, text: str) -> None:
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as writer:
        writer.write(text)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'
