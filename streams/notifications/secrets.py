"""Reads the secrets that routes name."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from schemas.errors import SettingsError
from schemas.routes import SecretReference

_MAX_BYTES: Final = 10_000


def read_secret(reference: SecretReference, environment: Mapping[str, str] | None = None) -> str:
    """The secret that stands there, without the white space around it.

    environment: variables; None for the process's own. Raises SettingsError, which says where it
    was looked for and never what was found.
    """
    if reference.source == "env":
        variables = os.environ if environment is None else environment
        secret = variables.get(reference.place, "").strip()
        if not secret:
            raise SettingsError(f"{reference} is not set; set it where the monitor is started")
        return secret
    try:
        with Path(reference.place).open("rb") as file:
            secret = file.read(_MAX_BYTES).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no UTF-8"
        remedy = "let the monitor's user read it"
        raise SettingsError(f"{reference} cannot be read ({reason}); {remedy}") from None
    if not secret:
        raise SettingsError(f"{reference} is empty; write the secret into it")
    return secret
