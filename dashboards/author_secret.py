"""The secret behind authors' pseudonyms: one for the installation, made when it is first needed."""

import secrets
from datetime import UTC, datetime
from typing import Final

from clickhouse_driver import Client
from clickhouse_driver.errors import Error

from schemas.errors import StoreError
from schemas.pseudonyms import SECRET_BYTES, SECRET_NAME, SECRETS_TABLE, Pseudonyms

_FIRST: Final = (
    f"SELECT secret FROM {SECRETS_TABLE} WHERE name = %(name)s ORDER BY at, secret LIMIT 1"  # noqa: S608
)
_ADD: Final = f"INSERT INTO {SECRETS_TABLE} (name, at, secret) VALUES"
_TIMEOUTS_S: Final = {"connect_timeout": 3, "send_receive_timeout": 10, "sync_request_timeout": 3}


def load_pseudonyms(clickhouse_url: str) -> Pseudonyms:
    """The installation's pseudonyms. Raises StoreError."""
    try:
        with Client.from_url(clickhouse_url) as client:
            for name, seconds in _TIMEOUTS_S.items():
                setattr(client.connection, name, seconds)
            found = client.execute(_FIRST, {"name": SECRET_NAME})
            if not found:
                made = secrets.token_hex(SECRET_BYTES)
                row = (SECRET_NAME, datetime.now(UTC), made)
                client.execute(_ADD, [row], settings={"async_insert": 0})
                # Another part may have been quicker.
                found = client.execute(_FIRST, {"name": SECRET_NAME})
    except (Error, OSError, EOFError) as error:
        raise StoreError(f"the authors' secret cannot be read ({type(error).__name__})") from error
    return Pseudonyms(str(found[0][0]))


def passing_pseudonyms() -> Pseudonyms:
    """Pseudonyms for as long as the installation's are not known: nobody's name is shown."""
    return Pseudonyms(secrets.token_hex(SECRET_BYTES))
