"""The secret behind authors' pseudonyms: one for the installation, made when it is first needed."""

import secrets
from datetime import UTC, datetime
from typing import Final

from dashboards.short_connection import WRITTEN, short_connection
from schemas.pseudonyms import SECRET_BYTES, SECRET_NAME, SECRETS_TABLE, Pseudonyms

_FIRST: Final = (
    f"SELECT secret FROM {SECRETS_TABLE} WHERE name = %(name)s ORDER BY at, secret LIMIT 1"  # noqa: S608
)
_ADD: Final = f"INSERT INTO {SECRETS_TABLE} (name, at, secret) VALUES"


def load_pseudonyms(clickhouse_url: str) -> Pseudonyms:
    """The installation's pseudonyms. Raises StoreError."""
    with short_connection(clickhouse_url, failure="the authors' secret cannot be read") as client:
        found = client.execute(_FIRST, {"name": SECRET_NAME})
        if not found:
            made = secrets.token_hex(SECRET_BYTES)
            row = (SECRET_NAME, datetime.now(UTC), made)
            client.execute(_ADD, [row], settings=dict(WRITTEN))
            # Another part may have been quicker.
            found = client.execute(_FIRST, {"name": SECRET_NAME})
    return Pseudonyms(str(found[0][0]))


def passing_pseudonyms() -> Pseudonyms:
    """Pseudonyms for as long as the installation's are not known: nobody's name is shown."""
    return Pseudonyms(secrets.token_hex(SECRET_BYTES))
