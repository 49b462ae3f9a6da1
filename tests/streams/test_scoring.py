"""Prepared batches to rows, the same for live and replay."""

import numpy as np
import pytest

from models.scorer import load_scorer
from schemas.mention import COLUMN_NAMES
from schemas.scores import OpinionOf, ScoreBatch
from streams.preparation import prepare
from streams.scoring import merged, score_batches
from tests.streams.test_preparation import NOW, batch, good, match

LANG, TEXT = COLUMN_NAMES.index("lang"), COLUMN_NAMES.index("text")


def scored(*values):
    prepared = [prepare(batch(*values), match, now=NOW)]
    return score_batches(
        prepared, load_scorer("stub"), lambda texts: ["xx"] * len(texts), now=lambda: NOW
    )


def test_languages_that_are_missing_are_detected():
    """And those that the posts give are kept."""
    given = good("Apple").replace(b"{", b'{"lang":"de",', 1)
    found = scored(given, good("Apple pie"))
    assert found.columns[LANG] == ["de", "xx"]
    assert found.rows == 2


def test_merged_batches_keep_their_order():
    """Rows, spans and counts stay side by side."""
    one, two = scored(good("Apple"), b"{"), scored(good("nobody"), good("Samsung Apple"))
    both = merged([one, two])
    assert both.columns[TEXT] == ["Apple", "Samsung Apple", "Samsung Apple"]
    assert both.spans == [*one.spans, *two.spans]
    assert both.unmatched == [0, 1]
    assert both.bad_at_end == [1, 0]
    assert [letter.offset for letter in both.dead_letters] == [11]


def test_without_a_match_nothing_is_scored():
    """All columns are there, and empty."""
    assert scored(b"{").columns == [[] for _ in COLUMN_NAMES]


class RivalScorer:
    """Praises what it is asked about, and remembers what that was."""

    model_version, model_sha256 = "m", ""
    asked: object = None

    def __init__(self, *, knows_targets: bool) -> None:
        self.knows_targets = knows_targets

    def score(self, texts, langs, *, targets=None):
        self.asked = targets
        bad = np.tile(np.array([[1, 0, 0]], np.float32), (len(texts), 1))
        of_targets = targets and [
            tuple(OpinionOf(name, (0, 0, 1)) for name in names) for names in targets
        ]
        return ScoreBatch(bad, [()] * len(texts), targets=of_targets)


def test_only_posts_about_several_brands_ask_for_each():
    """One brand has the sentiment of the whole text."""
    prepared = [prepare(batch(good("Apple"), good("Samsung Apple")), match, now=NOW)]
    scorer = RivalScorer(knows_targets=True)
    found = score_batches(prepared, scorer, lambda texts: ["xx"] * len(texts), now=lambda: NOW)
    assert scorer.asked == [(), ("Apple", "Samsung")]
    sentiments = found.columns[COLUMN_NAMES.index("sentiment")]
    assert sentiments == ["negative", "positive", "positive"]


@pytest.mark.parametrize(("text", "knows_targets"), [("Apple", True), ("Samsung Apple", False)])
def test_nobody_asks_in_vain(text, knows_targets):
    """Neither without rivals, nor of a model that has no such head."""
    scorer = RivalScorer(knows_targets=knows_targets)
    prepared = [prepare(batch(good(text)), match, now=NOW)]
    score_batches(prepared, scorer, lambda texts: ["xx"] * len(texts), now=lambda: NOW)
    assert scorer.asked is None
