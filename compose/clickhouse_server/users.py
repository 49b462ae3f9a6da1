"""Who may connect: names, passwords and who may only read."""

import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path

import msgspec

from schemas.errors import SettingsError


class User(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One user.  password_sha256: of the UTF-8 password, in hexadecimal; None: no password.

    tables: of a user who may read nothing but these, as `database.table`, each with the condition
    on the rows that they see ("" for all).  settings: in force for all of such a user's questions.
    """

    name: str
    password_sha256: str | None = None
    read_only: bool = False
    tables: dict[str, str] | None = None
    settings: dict[str, int] = {}

    @property
    def is_limited(self) -> bool:
        """Whether ClickHouse keeps tables or rows from this user."""
        return self.tables is not None


@dataclass(frozen=True, slots=True)
class Users:
    """All users by name."""

    by_name: dict[str, User]

    @property
    def limited(self) -> tuple[User, ...]:
        """Those who may not read everything."""
        return tuple(user for user in self.by_name.values() if user.is_limited)

    def authenticate(self, name: str, password: str) -> User | None:
        """Return the user, or None when there is none of that name and password."""
        user = self.by_name.get(name)
        given = hashlib.sha256(password.encode()).hexdigest()
        if user is None:
            return None
        if user.password_sha256 is None:
            return user if not password else None
        return user if hmac.compare_digest(given, user.password_sha256.lower()) else None


# As a fresh ClickHouse has it, plus a user for everything that only reads.
DEFAULT_USERS = Users({user.name: user for user in (User("default"), User("viewer", None, True))})


def load_users(path: Path) -> Users:
    """Read users from a JSON file: a list of objects with `name`, `password_sha256`, `read_only`.

    Raises SettingsError naming the file when it cannot be read or is no such list.
    """
    try:
        users = msgspec.json.decode(path.read_bytes(), type=list[User])
    except (OSError, msgspec.MsgspecError) as error:
        raise SettingsError(
            f"--users {path}: {error}; expected a JSON list such as "
            '[{"name": "default", "password_sha256": "…", "read_only": false}]'
        ) from error
    if not users:
        raise SettingsError(f"--users {path} names no user; name at least `default`")
    return Users({user.name: user for user in users})
