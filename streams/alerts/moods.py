"""How much a brand's posts count towards being negative, given their languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np

from streams.detection.columns import Flags, Floats, PackedArray
from streams.detection.language_mix import LanguageMix

# Languages beyond these are taken together, in the first row.
_MAX_LANGUAGES: Final = 60
_OTHER: Final = ""


class MoodState(msgspec.Struct, frozen=True):
    """All that is remembered."""

    langs: list[str]
    mix: dict[str, PackedArray]


@dataclass(slots=True)
class Moods:
    """The mix of languages of each brand. langs: one a row of the mix; brands: one a column."""

    langs: list[str]
    mix: LanguageMix

    @classmethod
    def of(cls, brands: int) -> "Moods":
        """Nothing seen yet."""
        return cls([_OTHER], LanguageMix.empty(languages=1, series=brands))

    def counts(self, by_lang: Mapping[tuple[int, str], tuple[int, int]]) -> tuple[Floats, Floats]:
        """Posts and negative posts, shape (languages, brands).

        by_lang: the same by the brand's column and the language.
        """
        for lang in sorted({lang for _, lang in by_lang} - set(self.langs)):
            if len(self.langs) < _MAX_LANGUAGES:
                self.langs.append(lang)
                row = np.zeros((1, self.mix.posts.shape[1]))
                self.mix.posts = np.concatenate((self.mix.posts, row))
                self.mix.negative = np.concatenate((self.mix.negative, row))
        rows = {lang: row for row, lang in enumerate(self.langs)}
        posts, negative = np.zeros((2, *self.mix.posts.shape))
        for (column, lang), (count, bad) in by_lang.items():
            place = rows.get(lang, 0), column
            posts[place] += count
            negative[place] += bad
        return posts, negative

    def usual(self, posts: Floats, totals: Floats) -> Floats:
        """Posts weighed by language, shape (brands,); totals: with and without a language."""
        told = posts.sum(0)
        rest = np.where(told > 0, totals / np.maximum(told, 1.0), 0.0)
        return np.where(told > 0, self.mix.usual(posts) * rest, self.mix.usual(self._plain(totals)))

    def _plain(self, totals: Floats) -> Floats:
        plain = np.zeros_like(self.mix.posts)
        plain[0] = totals
        return plain

    def learn(self, posts: Floats, negative: Floats, calm: Flags) -> None:
        """Take in a minute of the brands that are calm."""
        self.mix.learn(np.where(calm, negative, 0.0), np.where(calm, posts, 0.0), step_s=60)

    def state(self) -> MoodState:
        """For a snapshot."""
        return MoodState(self.langs, self.mix.pack())

    @classmethod
    def restored(cls, state: MoodState, was: list[int]) -> "Moods":
        """From a snapshot. was: the column that each brand had there, -1 for a new brand."""
        old = LanguageMix.unpack(state.mix)
        mix = LanguageMix.empty(languages=len(state.langs), series=len(was))
        for column, before in enumerate(was):
            if before >= 0:
                mix.posts[:, column] = old.posts[:, before]
                mix.negative[:, column] = old.negative[:, before]
        return cls(list(state.langs), mix)
