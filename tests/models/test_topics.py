"""Topics on embeddings that are made up: what stands out and what does not."""

from collections.abc import Sequence

import numpy as np
import pytest

from models.encoder import unit_rows
from models.topics import ENOUGH, PLAIN_OPINIONS, Background, TopicMatcher

DIMENSION = 64
RANDOM = np.random.default_rng(3)
SUBJECTS = {
    name: unit_rows(RANDOM.normal(size=(1, DIMENSION)).astype(np.float32))[0]
    for name in ("delivery", "food", "opinion")
}


class SubjectEncoder:
    """Embeds a text as its subject, which is its first word, and a little noise."""

    name = "subjects"
    dimension = DIMENSION

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Embeddings: shape (n, DIMENSION)."""
        rows = []
        for text in texts:
            word = "opinion" if text in PLAIN_OPINIONS else text.split(" ")[0]
            noise = np.random.default_rng(len(text)).normal(size=DIMENSION) / 16
            rows.append(SUBJECTS.get(word, np.zeros(DIMENSION)) + noise)
        return unit_rows(np.array(rows, np.float32).reshape(len(rows), DIMENSION))


def background(*, means: Sequence[np.ndarray] = (), contrast: np.ndarray | None = None):
    """Texts at large: all directions, centred at nothing unless means are given."""
    even = np.eye(DIMENSION, dtype=np.float32)
    sample = unit_rows(RANDOM.normal(size=(2000, DIMENSION)).astype(np.float32))
    zero = np.zeros(DIMENSION, np.float32)
    rows = np.array(means, np.float32).reshape(len(means), DIMENSION)
    languages = ("de", "en")[: len(means)]
    return Background(languages, rows, zero, even if contrast is None else contrast, sample)


TOPICS = {
    "delivery": ["delivery late", "delivery quick"],
    "food": ["food cold", "food good", "food so-so"],
}
ENCODER = SubjectEncoder()


def topics_of(texts: Sequence[str], topics=None, usual=None, langs=None) -> list[tuple[str, ...]]:
    matcher = TopicMatcher(ENCODER, TOPICS if topics is None else topics, usual or background())
    return matcher.match(texts, ENCODER.encode(texts), langs or ["und"] * len(texts))


def test_a_text_has_the_topic_that_it_is_near():
    """And none if it is about something else, or an opinion about nothing."""
    texts = ["delivery was bad", "food was bad", "weather", "opinion"]
    assert topics_of(texts) == [("delivery",), ("food",), (), ()]


def test_a_text_without_letters_has_no_topic():
    """Whatever its embedding is near to."""
    matcher = TopicMatcher(ENCODER, TOPICS, background())
    rows = ENCODER.encode(["food", "food"])
    assert matcher.match(["🙂🙂 12!", "a"], rows, ["und"] * 2) == [(), ("food",)]


def test_words_about_it_make_up_for_a_lack_of_nearness():
    """But do not claim what is far away; a lack of words takes nothing away."""
    matcher = TopicMatcher(ENCODER, TOPICS, background())
    rows = ENCODER.encode(["delivery", "food", "weather"])
    beyond = matcher.standing_out(rows, ["und"] * 3) - matcher._least
    unsaid = -8 * np.ones((3, 2), np.float32)
    assert matcher.match(["a"] * 3, rows, ["und"] * 3, unsaid) == [("delivery",), ("food",), ()]
    nearly, hardly = ENOUGH - beyond[2] + 0.1, ENOUGH - beyond[2] - 0.1
    for evidence, found in ((nearly, ("delivery", "food")), (hardly, ())):
        said = np.stack([evidence] * 3).astype(np.float32)
        assert matcher.match(["a"] * 3, rows, ["und"] * 3, said)[2] == found


def test_a_phrase_word_for_word_is_enough():
    """However far the rest of the text is; topics come in the order given."""
    text = "food was late, FOOD COLD, delivery  late"
    assert topics_of([text, "weather, food cold"]) == [("delivery", "food"), ("food",)]


def test_no_topics_find_nothing():
    """Nor do topics without phrases."""
    assert topics_of(["delivery", "food"], {}) == [(), ()]
    assert topics_of(["delivery", "food"], {"food": []}) == [(), ()]


def test_few_texts_at_large_have_a_topic():
    """The share is the one that the module states."""
    usual = background()
    matcher = TopicMatcher(ENCODER, TOPICS, usual)
    rows = unit_rows(np.random.default_rng(9).normal(size=(4000, DIMENSION)).astype(np.float32))
    found = matcher.match(["x"] * 4000, rows, ["und"] * 4000)
    for topic in TOPICS:
        assert sum(topic in names for names in found) / 4000 == pytest.approx(0.015, abs=0.01)


def test_texts_are_centred_by_language():
    """What all texts of a language share is no topic; regions count as their language."""
    shift = 3 * SUBJECTS["delivery"]
    usual = background(means=[shift, np.zeros(DIMENSION)])
    matcher = TopicMatcher(ENCODER, TOPICS, usual)
    rows = unit_rows((ENCODER.encode(["food", "weather"]) + shift).astype(np.float32))
    assert matcher.match(["a", "b"], rows * 3, ["de-AT", "de"])[1] == ()
    assert matcher.match(["a", "b"], rows * 3, ["en", "en"])[1] == ("delivery",)


def test_contrast_turns_directions_down():
    """Where the contrast is zero, topics cannot be told apart."""
    along = SUBJECTS["delivery"][:, None]
    without = np.eye(DIMENSION, dtype=np.float32) - along @ along.T
    assert topics_of(["delivery was bad"], usual=background(contrast=without)) != [("delivery",)]


def test_neighbours_do_not_matter():
    """Alone or among others, in any order."""
    texts = ["delivery was bad", "food was bad", "weather", "food cold"] * 5
    together = topics_of(texts)
    assert together == [topics_of([text])[0] for text in texts]
    assert together[::-1] == topics_of(texts[::-1])
