"""Which of the user's phrases stand in a text, word for word."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from ahocorasick_rs import AhoCorasick, MatchKind

from models.encoder import readable
from schemas.skeleton import skeleton, skeletons
from schemas.word_edges import stands_alone, word_edges

READ_TOKENS: Final = 1024  # more than any model here reads; an endless text costs no more


class PhraseFinder:
    """Finds phrases in the texts' skeletons, as words of their own, all in one pass.

    topics: phrases by topic.
    """

    def __init__(self, topics: Mapping[str, Sequence[str]]) -> None:
        places: defaultdict[str, set[int]] = defaultdict(set)
        for place, phrases in enumerate(topics.values()):
            for phrase in phrases:
                places[skeleton(readable(phrase, max_tokens=READ_TOKENS))].add(place)
        places.pop("", None)
        self._topics = list(places.values())
        self._edges = [word_edges(folded) for folded in places]
        self._automaton = AhoCorasick(list(places), matchkind=MatchKind.Standard)

    def find(self, texts: Sequence[str]) -> list[set[int]]:
        """For each text the places of the topics of which a phrase stands in it."""
        valid = [readable(text, max_tokens=READ_TOKENS) for text in texts]
        return [self._find(folded) for folded in skeletons(valid)]

    def _find(self, folded: str) -> set[int]:
        found: set[int] = set()
        for phrase, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            if stands_alone(folded, start, end, self._edges[phrase]):
                found |= self._topics[phrase]
        return found
