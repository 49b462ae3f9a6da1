"""Pseudonyms that stand for authors' names where these are hidden.

A keyed hash: the same author has the same one everywhere, and who guesses a name cannot check the
guess without the installation's secret. Python and ClickHouse compute the same.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

import msgspec

from schemas.alert import Alert
from schemas.evidence import EvidencePost

SECRETS_TABLE: Final = "installation_secrets"
SECRET_NAME: Final = "authors"  # noqa: S105 - its name
SECRET_BYTES: Final = 32
PREFIX: Final = "author "
DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """The pseudonyms of one installation. secret: in hexadecimal."""

    secret: str = field(repr=False)

    def of(self, author: str) -> str:
        """The author's; none for an unknown author."""
        if not author:
            return ""
        key = bytes.fromhex(self.secret)
        inner = sha256(key + author.encode("utf-8", "surrogatepass")).digest()
        return PREFIX + sha256(key + inner).hexdigest()[:DIGITS]

    def sql(self, column: str) -> str:
        """The same as SQL, of a column; its parameter `author_secret` is the secret."""
        key = "unhex(%(author_secret)s)"
        inner = f"SHA256(concat({key}, {column}))"
        digest = f"substring(lower(hex(SHA256(concat({key}, {inner})))), 1, {DIGITS})"
        return f"if({column} = '', '', concat('{PREFIX}', {digest}))"

    def hide(self, alert: Alert) -> Alert:
        """An alert whose quotes name no author, and link to nobody's posts."""
        if alert.evidence is None:
            return alert
        evidence = msgspec.structs.replace(
            alert.evidence,
            representative=tuple(map(self._hidden, alert.evidence.representative)),
            far_reaching=tuple(map(self._hidden, alert.evidence.far_reaching)),
        )
        return msgspec.structs.replace(alert, evidence=evidence)

    def _hidden(self, post: EvidencePost) -> EvidencePost:
        return msgspec.structs.replace(post, author=self.of(post.author), url="")
