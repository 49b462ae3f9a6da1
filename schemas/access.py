"""Who may see and do what on the page: people, their roles, and the brands that they see."""

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final

from schemas.errors import StoreError


class Role(StrEnum):
    """What somebody is; each may do what those before it may."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    ADMIN = "admin"


class Right(StrEnum):
    """What somebody may do beside reading."""

    CORRECT = "correct"
    EXPORT = "export"
    KEEP = "keep views and notes"
    JUDGE = "acknowledge and judge"
    TRY = "try rules on the past"
    EDIT = "edit the watchlist"
    SILENCE = "silence"
    AUDIT = "see who did what"


_ANALYST: Final = frozenset(
    {Right.CORRECT, Right.EXPORT, Right.KEEP, Right.JUDGE, Right.TRY, Right.EDIT}
)
RIGHTS: Final = {
    Role.VIEWER: frozenset[Right](),
    Role.ANALYST: _ANALYST,
    Role.ADMIN: frozenset(Right),
}


class NotAllowedError(StoreError):
    """Somebody may not do this; nothing was written."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who looks at the page. name: as written down for what they do, "" if nobody knows it.

    brands: None for all.
    """

    name: str
    role: Role
    brands: frozenset[str] | None = None

    def may(self, right: Right) -> bool:
        """Whether their role lets them."""
        return right in RIGHTS[self.role]

    def sees(self, brand: str) -> bool:
        """Whether the brand is one of theirs. "" stands for all brands together."""
        return self.brands is None or brand in self.brands

    def require(self, right: Right, *brands: str) -> None:
        """Raise NotAllowedError unless they may do that, and to these brands."""
        if not self.may(right):
            raise NotAllowedError(f"role={self.role.value} may not {right.value}; ask an admin")
        for brand in brands:
            if not self.sees(brand):
                told = (
                    f"brand={brand!r} is not one of yours" if brand else "name one of your brands"
                )
                raise NotAllowedError(f"{told}; ask an admin")


# Where nobody signs in, one person has the page to themselves.
LOCAL_PERSON: Final = Person("", Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Grant:
    """One entry of the file. email: may have * in it; "" where a group is named. brands: None for
    all.
    """

    email: str
    group: str
    role: Role
    brands: frozenset[str] | None

    def is_for(self, email: str, groups: frozenset[str]) -> bool:
        """Whether it is about somebody with that address, in lower case, and these groups."""
        return fnmatchcase(email, self.email) if self.email else self.group in groups


@dataclass(frozen=True, slots=True)
class Access:
    """The whole file. groups_claim: name of the claim in which the provider tells groups."""

    grants: tuple[Grant, ...]
    groups_claim: str = "groups"

    def person(self, email: str, groups: frozenset[str] = frozenset()) -> Person | None:
        """The person with that address and groups; None if no entry is about them.

        The first entry that is about them counts.
        """
        address = email.strip().lower()
        for grant in self.grants:
            if address and grant.is_for(address, groups):
                return Person(address, grant.role, grant.brands)
        return None

    @property
    def brand_sets(self) -> tuple[frozenset[str], ...]:
        """The different sets of brands that somebody is limited to."""
        return tuple(dict.fromkeys(grant.brands for grant in self.grants if grant.brands))
