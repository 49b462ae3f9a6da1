"""From what was typed to a tree. NOT binds closest, then NEAR, AND, OR; a space means AND."""

from collections.abc import Sequence
from typing import Final

from dashboards.language import gettext
from dashboards.search.folding import folded
from dashboards.search.lexer import Token, tokens
from dashboards.search.tree import And, Near, Node, Not, Or, SearchError, Term, Within
from dashboards.search.words import words_of

MAX_TERMS: Final = 24
MAX_DEPTH: Final = 12
MAX_DISTANCE: Final = 50
MIN_OPEN_CHARACTERS: Final = 2
_STARTS: Final = frozenset({"word", "phrase", "within", "(", "NOT"})
_JOINS: Final = frozenset({"AND", "OR", "near"})


def parse(search: str) -> Node | None:
    """The tree of a search; None if it is empty. Raises SearchError."""
    # A lone surrogate cannot be sent; it cannot occur in a stored text either.
    found = tokens(search.encode("utf-8", "replace").decode("utf-8"))
    if found[0].kind == "end":
        return None
    return _Parser(found).whole()


class _Parser:
    """Reads the parts of one search from left to right."""

    def __init__(self, found: Sequence[Token]) -> None:
        self._tokens = found
        self._at = 0
        self._terms = 0

    def whole(self) -> Node:
        tree = self._either(0)
        left = self._peek()
        if left.kind == ")":
            remedy = gettext("nothing was opened here; take it away")
            raise SearchError(left.position, ")", remedy)
        return tree

    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _either(self, depth: int) -> Node:
        parts = [self._all(depth)]
        while self._peek().kind == "OR":
            self._take()
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self, depth: int) -> Node:
        parts = [self._near(depth)]
        while self._peek().kind == "AND" or self._peek().kind in _STARTS:
            if self._peek().kind == "AND":
                self._take()
            parts.append(self._near(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _near(self, depth: int) -> Node:
        left = self._not(depth)
        pairs: list[Node] = []
        while self._peek().kind == "near":
            operator = self._take()
            right = self._not(depth)
            distance = _distance(operator)
            pairs.append(Near(_words(left, operator), _words(right, operator), distance))
            left = right
        if not pairs:
            return left
        return pairs[0] if len(pairs) == 1 else And(tuple(pairs))

    def _not(self, depth: int) -> Node:
        if self._peek().kind != "NOT":
            return self._single(depth)
        operator = self._take()
        _check_depth(operator, depth)
        return Not(self._not(depth + 1))

    def _single(self, depth: int) -> Node:
        token = self._take()
        if token.kind == "(":
            return self._group(token, depth)
        if token.kind not in {"word", "phrase", "within"}:
            raise SearchError(token.position, token.text, _missing(token, self._before()))
        term = _term(token)
        if token.kind != "within":
            self._count(token, 1)
            return term
        if len(term.pieces) < 2:
            remedy = gettext('put the words apart by spaces, as in "late train"~5')
            raise SearchError(token.position, token.text, remedy)
        self._count(token, len(term.pieces))
        terms = tuple(Term((piece,)) for piece in term.pieces)
        if not all(map(words_of, terms)):
            raise SearchError(token.position, token.text, _no_letters())
        return Within(terms, _distance(token))

    def _group(self, opened: Token, depth: int) -> Node:
        _check_depth(opened, depth)
        if self._peek().kind == ")":
            remedy = gettext("put words between the parentheses")
            raise SearchError(opened.position, "()", remedy)
        inner = self._either(depth + 1)
        if self._peek().kind != ")":
            remedy = gettext("this is never closed; add a ) where it ends")
            raise SearchError(opened.position, "(", remedy)
        self._take()
        return inner

    def _before(self) -> Token | None:
        """What stands before the part that was taken last."""
        return self._tokens[self._at - 2] if self._at > 1 else None

    def _count(self, token: Token, terms: int) -> None:
        self._terms += terms
        if self._terms > MAX_TERMS:
            remedy = gettext(
                "a search may have {most} words and phrases; leave some out", most=MAX_TERMS
            )
            raise SearchError(token.position, token.text, remedy)


def _term(token: Token) -> Term:
    text = token.text
    open_ended = token.kind == "word" and text.endswith("*")
    pieces = tuple(folded(text[:-1] if open_ended else text).split())
    if open_ended and len("".join(pieces)) < MIN_OPEN_CHARACTERS:
        remedy = gettext("put at least {least} letters before the *", least=MIN_OPEN_CHARACTERS)
        raise SearchError(token.position, text, remedy)
    if not pieces:
        remedy = gettext("there is nothing to look for; write a word")
        raise SearchError(token.position, text or '""', remedy)
    return Term(pieces, open_ended)


def _words(node: Node, operator: Token) -> tuple[Term, ...]:
    """What may stand at one side of NEAR: a word, a phrase, or several of them joined by OR."""
    parts = node.parts if isinstance(node, Or) else (node,)
    found = tuple(part for part in parts if isinstance(part, Term))
    if len(found) < len(parts):
        remedy = gettext(
            "both sides must be a word, a phrase, or words joined by OR in parentheses"
        )
        raise SearchError(operator.position, operator.text, remedy)
    if not all(map(words_of, found)):
        raise SearchError(operator.position, operator.text, _no_letters())
    return found


def _distance(token: Token) -> int:
    if token.distance > MAX_DISTANCE:
        remedy = gettext(
            "at most {most} words may stand between; take a smaller number", most=MAX_DISTANCE
        )
        raise SearchError(token.position, str(token.distance), remedy)
    return token.distance


def _check_depth(token: Token, depth: int) -> None:
    if depth >= MAX_DEPTH:
        remedy = gettext(
            "parentheses and NOT may lie {most} deep; write it flatter", most=MAX_DEPTH
        )
        raise SearchError(token.position, token.text, remedy)


def _missing(token: Token, before: Token | None) -> str:
    if token.kind in _JOINS:
        return gettext(
            'a word is missing before it; write "{word}" to look for the word',
            word=token.text.lower(),
        )
    if before and before.kind in _JOINS | {"NOT"}:
        return gettext("a word is missing after {operator}", operator=before.text)
    return gettext("a word or a phrase is missing here")


def _no_letters() -> str:
    return gettext("distances are counted between words; write words with letters or digits")
