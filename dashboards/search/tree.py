"""A search as a tree of what must occur in a text."""

from dataclasses import dataclass


class SearchError(ValueError):
    """A search that cannot be understood.

    position: of the character at fault, counted from 1. found: what stands there. remedy: what to
    write instead.
    """

    def __init__(self, position: int, found: str, remedy: str) -> None:
        super().__init__(f"character {position}, {found!r}: {remedy}")
        self.position = position
        self.found = found
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase.

    pieces: what stood between spaces, folded as texts are; at least one, none empty.
    open_ended: whether the last word may go on (`train*`).
    """

    pieces: tuple[str, ...]
    open_ended: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """One of `left` and one of `right`, in either order, with at most `distance` words between."""

    left: tuple[Term, ...]
    right: tuple[Term, ...]
    distance: int


@dataclass(frozen=True, slots=True)
class Within:
    """All terms in any order, in a stretch with at most `distance` words beside them."""

    terms: tuple[Term, ...]
    distance: int


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not hold."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """All parts must hold."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One part must hold."""

    parts: tuple["Node", ...]


Node = Term | Near | Within | Not | And | Or
