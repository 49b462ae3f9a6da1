"""A search as a condition of ClickHouse's. Words are values of parameters, never part of the SQL.

Words and phrases become RE2 patterns on the folded text. Distances are counted in the text's list
of words, in which each character of a script without spaces is one. Texts that cannot hold are told
by a sieve before they are folded.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from dashboards.search.folding import replacements
from dashboards.search.sieve import sieve_pattern
from dashboards.search.tree import And, Near, Node, Not, Or, Term, Within
from dashboards.search.words import words_of
from schemas.word_edges import PREFIXES, is_unspaced, word_edges

_WORD: Final = r"\pL\pN\p{Mn}\p{Mc}_"
_UNSPACED: Final = (
    r"\p{Han}\p{Hiragana}\p{Katakana}\x{30FC}\x{3006}"
    r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}"
)
_EDGE: Final = f"[^{_WORD}]|[{_UNSPACED}]"
# What is plain ASCII needs no folding but of case, and most of it is.
_FOLDED: Final = (
    "if(match(text, '[^\\x20-\\x7e\\t\\n\\r]'), "
    "translateUTF8(caseFoldUTF8(normalizeUTF8NFKC(text)), %(search_old)s, %(search_new)s), "
    "lower(text))"
)
# Of a sieve that lets all texts through.
_ANY: Final = "1"
# Folded texts of Latin scripts are mostly plain ASCII: their words are found in half the time.
_WORDS: Final = (
    "if(length(folded_text) = lengthUTF8(folded_text), extractAll(folded_text, '[a-z0-9_]+'), "
    "extractAll(replaceRegexpAll(folded_text, %(search_unspaced)s, ' \\\\0 '), %(search_word)s))"
)


@dataclass(frozen=True, slots=True)
class Compiled:
    """columns: to be selected beside those of the mentions, for `condition` to ask.

    sieve: what holds wherever `condition` does, to be asked of the mentions themselves before.
    parameters: of all.
    """

    columns: str
    condition: str
    parameters: dict[str, str | list[str] | int]
    sieve: str = _ANY


def compile_search(tree: Node) -> Compiled:
    """The condition that holds for the texts in which the tree holds."""
    old, new = replacements()
    compiler = _Compiler({"search_old": old, "search_new": new})
    condition, sieve = compiler.condition(tree), compiler.sieve(tree)
    columns = f"{_FOLDED} AS folded_text"
    if compiler.counts_words:
        columns += f", {_WORDS} AS folded_words"
        compiler.parameters |= {
            "search_unspaced": f"[{_UNSPACED}]",
            "search_word": f"[{_WORD}]+",
        }
    return Compiled(columns, condition, compiler.parameters, sieve)


def folded_texts() -> Compiled:
    """The column `folded_text` alone: a mention's text as a search sees it."""
    old, new = replacements()
    return Compiled(f"{_FOLDED} AS folded_text", "1", {"search_old": old, "search_new": new})


@dataclass(slots=True)
class _Compiler:
    """Collects parameters while it walks through the tree."""

    parameters: dict[str, str | list[str] | int] = field(default_factory=dict)
    counts_words: bool = False

    def condition(self, node: Node) -> str:
        match node:
            case Term():
                return f"match(folded_text, {self._value(pattern(node))})"
            case Not():
                return f"NOT {self.condition(node.part)}"
            case And():
                return f"({' AND '.join(map(self.condition, node.parts))})"
            case Or():
                return f"({' OR '.join(map(self.condition, node.parts))})"
            case Near():
                return self._near(node)
            case Within():
                return self._within(node)

    def sieve(self, node: Node) -> str:
        match node:
            case Term():
                # The longest piece is the one that the fewest texts have.
                pieces = sorted(node.pieces, key=len, reverse=True)
                return _all(f"match(text, {self._value(sieve_pattern(one))})" for one in pieces)
            case Not():
                return _ANY
            case And():
                return _all(map(self.sieve, node.parts))
            case Or():
                return _one(map(self.sieve, node.parts))
            case Near():
                return _all([_one(map(self.sieve, node.left)), _one(map(self.sieve, node.right))])
            case Within():
                return _all(map(self.sieve, node.terms))

    def _near(self, node: Near) -> str:
        """Some span of the one ends shortly before some span of the other begins."""
        most = self._value(node.distance)
        left, right = self._spans(node.left), self._spans(node.right)
        gaps = f"b.1 - a.2 BETWEEN 0 AND {most} OR a.1 - b.2 BETWEEN 0 AND {most}"
        return f"arrayExists(a -> arrayExists(b -> {gaps}, {right}), {left})"

    def _within(self, node: Within) -> str:
        """Some stretch of the text's words has a span of every term."""
        length = sum(len(words_of(term)) for term in node.terms) + node.distance
        end = f"s + {self._value(length)}"
        held = " AND ".join(
            f"arrayExists(a -> a.1 >= s AND a.2 <= {end}, {self._spans((term,))})"
            for term in node.terms
        )
        self.counts_words = True
        return f"arrayExists(s -> {held}, arrayEnumerate(folded_words)::Array(Int64))"

    def _spans(self, terms: Sequence[Term]) -> str:
        """SQL of all (place of the first word, place after the last one) of the terms."""
        self.counts_words = True
        found = [self._spans_of(term) for term in terms]
        return found[0] if len(found) == 1 else f"arrayConcat({', '.join(found)})"

    def _spans_of(self, term: Term) -> str:
        words = words_of(term)
        edges = word_edges("".join(term.pieces))
        tests = []
        for place, word in enumerate(words):
            prefixes = PREFIXES.get(edges.left, ()) if place == 0 else ()
            wanted = self._value([word, *(prefix + word for prefix in prefixes)])
            here = f"folded_words[i + {place}]"
            goes_on = place == len(words) - 1 and (term.open_ended or not edges.right)
            if goes_on and not is_unspaced(word[0]):
                tests.append(f"arrayExists(w -> startsWith({here}, w), {wanted})")
            else:
                tests.append(f"has({wanted}, {here})")
        places = f"arrayFilter(i -> {' AND '.join(tests)}, arrayEnumerate(folded_words))"
        return f"arrayMap(i -> (i::Int64, (i + {len(words)})::Int64), {places})"

    def _value(self, value: str | list[str] | int) -> str:
        name = f"search_{len(self.parameters)}"
        self.parameters[name] = value
        return f"%({name})s"


def _all(sieves: Iterable[str]) -> str:
    return " AND ".join(one for one in sieves if one != _ANY) or _ANY


def _one(sieves: Iterable[str]) -> str:
    found = list(sieves)
    return _ANY if _ANY in found else f"({' OR '.join(found)})"


def pattern(term: Term) -> str:
    """RE2 for the term as words of its own, where its script sets words apart."""
    edges = word_edges("".join(term.pieces))
    prefixes = "|".join(PREFIXES.get(edges.left, ()))
    left = f"(?:^|{_EDGE})" if edges.left else ""
    right = f"(?:{_EDGE}|$)" if edges.right and not term.open_ended else ""
    between = re.escape(term.pieces[0])
    for before, after in zip(term.pieces, term.pieces[1:], strict=False):
        # Between characters of a script without spaces there may be one or none.
        close = is_unspaced(before[-1]) or is_unspaced(after[0])
        between += f"[^{_WORD}]{'*' if close else '+'}{re.escape(after)}"
    return f"{left}{f'(?:{prefixes})?' if prefixes else ''}{between}{right}"
