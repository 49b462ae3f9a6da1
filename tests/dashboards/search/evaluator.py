"""What a search means, said once more, slowly and without patterns: ClickHouse must agree."""

from collections.abc import Iterator, Sequence

from dashboards.search.folding import folded
from dashboards.search.tree import And, Near, Node, Not, Or, Term, Within
from schemas.word_edges import PREFIXES, in_word, is_unspaced, stands_alone, word_edges


def holds(node: Node, text: str) -> bool:
    """Whether the search holds in the text."""
    return _holds(node, folded(text))


def _holds(node: Node, text: str) -> bool:
    match node:
        case Term():
            return any(True for _ in _places(node, text))
        case Not():
            return not _holds(node.part, text)
        case And():
            return all(_holds(part, text) for part in node.parts)
        case Or():
            return any(_holds(part, text) for part in node.parts)
        case Near():
            words = _words(text)
            return any(
                0 <= gap <= node.distance
                for left in _spans(node.left, words)
                for right in _spans(node.right, words)
                for gap in (right[0] - left[1], left[0] - right[1])
            )
        case Within():
            words = _words(text)
            length = node.distance + sum(len(_words(" ".join(t.pieces))) for t in node.terms)
            return any(
                all(
                    any(a >= start and b <= start + length for a, b in _spans((term,), words))
                    for term in node.terms
                )
                for start in range(len(words))
            )


def _places(term: Term, text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each place where the term stands."""
    whole = "".join(term.pieces)
    edges = word_edges(whole)
    for start in range(len(text)):
        for end in _ends(term.pieces, text, start):
            # An open end is like the end of a text: nothing follows that could matter.
            seen = text[:end] if term.open_ended else text
            if stands_alone(seen, start, end, edges):
                yield start, end


def _ends(pieces: Sequence[str], text: str, start: int) -> Iterator[int]:
    """Where the pieces end that begin at `start`, whatever separates them."""
    first, *rest = pieces
    if not text.startswith(first, start):
        return
    end = start + len(first)
    if not rest:
        yield end
        return
    gap = end
    while gap < len(text) and not (in_word(text[gap]) or is_unspaced(text[gap])):
        gap += 1
    least = 0 if is_unspaced(first[-1]) or is_unspaced(rest[0][0]) else 1
    # A piece may begin with punctuation, which then is no separator.
    for begin in range(end + least, gap + 1):
        yield from _ends(rest, text, begin)


def _words(text: str) -> list[str]:
    words: list[str] = []
    current = ""
    for character in f"{text} ":
        if in_word(character):
            current += character
            continue
        if current:
            words.append(current)
            current = ""
        if is_unspaced(character):
            words.append(character)
    return words


def _spans(terms: Sequence[Term], words: Sequence[str]) -> list[tuple[int, int]]:
    return [
        (start, start + len(wanted))
        for term in terms
        for wanted in [_words(" ".join(term.pieces))]
        for start in range(len(words) - len(wanted) + 1)
        if _is_here(term, wanted, words[start : start + len(wanted)])
    ]


def _is_here(term: Term, wanted: Sequence[str], words: Sequence[str]) -> bool:
    edges = word_edges("".join(term.pieces))
    for place, (want, word) in enumerate(zip(wanted, words, strict=True)):
        prefixes = ("", *PREFIXES.get(edges.left, ())) if place == 0 else ("",)
        last = place == len(wanted) - 1 and not is_unspaced(want[0])
        goes_on = last and (term.open_ended or not edges.right)
        forms = [prefix + want for prefix in prefixes]
        if not (any(map(word.startswith, forms)) if goes_on else word in forms):
            return False
    return True
