"""The words of a term, cut as ClickHouse cuts those of a text."""

from dashboards.search.tree import Term
from schemas.word_edges import in_word, is_unspaced


def words_of(term: Term) -> list[str]:
    """Its words; each character of a script without spaces is one. Empty for mere punctuation."""
    words = [""]
    for character in " ".join(term.pieces):
        if is_unspaced(character):
            words += [character, ""]
        elif in_word(character):
            words[-1] += character
        else:
            words.append("")
    return [word for word in words if word]
