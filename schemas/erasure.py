"""The suppression list: whose posts, and which posts, must never be stored again.

It holds keyed hashes, no names. The key, a secret of the installation, is itself an entry of the
list, so that the list can be rebuilt from its topic when the database is lost. Whoever can read the
database and guesses a name can check the guess; nobody else can.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Final

import msgspec

SUPPRESSIONS_TABLE: Final = "suppressions"
_DIGEST_BYTES: Final = 20
SALT_BYTES: Final = 32
_SEPARATOR: Final = "\x1f"


class SuppressionKind(StrEnum):
    """What a hash is of. SALT: it is the key itself. AUTHOR_AT: an author within one source."""

    SALT = "salt"
    AUTHOR = "author"
    AUTHOR_AT = "author_at"
    POST = "post"


class Suppression(msgspec.Struct, frozen=True, kw_only=True):
    """One entry: a row of `suppressions`, and a record of the topic of the same name.

    hash: in hexadecimal; see `suppression_hash`. at: when it was entered, UTC.
    """

    kind: SuppressionKind
    hash: str
    at: datetime

    @property
    def key(self) -> str:
        """What tells it from the others: the record's key on the topic."""
        return f"{self.kind.value}:{self.hash}"


SUPPRESSION_COLUMNS: Final = ("kind", "hash", "at")
INSERT_SUPPRESSIONS: Final = (
    f"INSERT INTO {SUPPRESSIONS_TABLE} ({', '.join(SUPPRESSION_COLUMNS)}) VALUES"
)


def normal_author(author: str) -> str:
    """The form in which names are compared: no case, no width, no outer space, no leading @."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", author).casefold())
    return folded.strip().removeprefix("@").strip()


def suppression_hash(kind: SuppressionKind, *parts: str, salt: bytes) -> str:
    """The keyed hash of a name or a post.

    parts: of AUTHOR the author; of AUTHOR_AT source and author; of POST source and post id.
    """
    *first, last = parts
    if kind is not SuppressionKind.POST:
        last = normal_author(last)
    text = _SEPARATOR.join((kind.value, *first, last))
    digest = blake2b(text.encode("utf-8", "surrogatepass"), key=salt, digest_size=_DIGEST_BYTES)
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class SuppressionList:
    """All entries, to be asked about posts. Nobody is on an empty one."""

    salts: tuple[bytes, ...] = ()
    hashes: dict[SuppressionKind, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[tuple[str, str]]) -> "SuppressionList":
        """The list of (kind, hash); an entry may come several times."""
        found: dict[SuppressionKind, set[str]] = {}
        for kind, digest in entries:
            found.setdefault(SuppressionKind(kind), set()).add(digest)
        salts = sorted(found.pop(SuppressionKind.SALT, ()))
        hashes = {kind: frozenset(digests) for kind, digests in found.items()}
        return cls(tuple(bytes.fromhex(salt) for salt in salts), hashes)

    def __bool__(self) -> bool:
        return bool(self.hashes)

    def has_author(self, source: str, author: str) -> bool:
        """Whether this author's posts in this source must not be kept."""
        if not normal_author(author):
            return False
        return self._has(SuppressionKind.AUTHOR, author) or self._has(
            SuppressionKind.AUTHOR_AT, source, author
        )

    def has_post(self, source: str, post_id: str) -> bool:
        """Whether this post must not be kept."""
        return self._has(SuppressionKind.POST, source, post_id)

    def has(self, source: str, post_id: str, author: str) -> bool:
        """Whether a post must not be kept, by its id or by its author."""
        return bool(self.hashes) and (
            self.has_post(source, post_id) or self.has_author(source, author)
        )

    def _has(self, kind: SuppressionKind, *parts: str) -> bool:
        known = self.hashes.get(kind)
        return known is not None and any(
            suppression_hash(kind, *parts, salt=salt) in known for salt in self.salts
        )
