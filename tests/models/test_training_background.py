"""The topics' background and figures, on embeddings that are made up."""

import numpy as np
import pytest

from models.encoder import unit_rows
from models.training.background import SAMPLE_PER_LANGUAGE, background, contrast
from models.training.embedded import Embedded
from models.training.labelled import Labelled
from models.training.topic_figures import Tally, topic_figures
from tests.models.test_topics import SUBJECTS, SubjectEncoder

DIMENSION = SubjectEncoder.dimension
MOOD = unit_rows(np.random.default_rng(8).normal(size=(1, DIMENSION)).astype(np.float32))[0]
ASPECTS = {"delivery": "logistics", "food": "food quality"}


def reviews(domain: str, *, langs: tuple[str, ...] = ("de", "en")) -> Embedded:
    """Texts about delivery and food in some languages, most of all in good or bad mood."""
    random = np.random.default_rng(len(domain))
    examples, rows = [], []
    for number in range(400):
        subject = ("delivery", "food")[number % 2]
        lang = langs[number // 2 % len(langs)]
        examples.append(
            Labelled(
                f"{subject} {number}", lang, domain, domain=domain, aspects=(ASPECTS[subject],)
            )
        )
        mood = random.choice([-2, 2]) * MOOD
        noise = random.normal(size=DIMENSION) / 8
        rows.append(SUBJECTS[subject] + mood + noise + (lang == "de"))
    return Embedded(examples, unit_rows(np.array(rows, np.float32)))


@pytest.mark.parametrize("texts", [20, 150])
def test_few_texts_without_aspects_are_a_background_as_well(texts):
    """Nothing says in which directions texts about one thing differ: all of them count alike."""
    rows = unit_rows(np.random.default_rng(1).normal(size=(texts, DIMENSION)).astype(np.float32))
    usual = background([Embedded([Labelled("x", "en", "mine")] * texts, rows)])
    assert usual.contrast == pytest.approx(np.eye(DIMENSION))
    assert usual.mean == pytest.approx(rows.mean(axis=0), abs=1e-6)
    assert np.isfinite(usual.sample).all()
    assert usual.means.shape == (len(usual.languages), DIMENSION)


def test_background_knows_the_languages_that_have_enough_texts():
    """Means by language, and a sample of each that is centred by them."""
    three = reviews("hotel", langs=("de", "en", "fr"))
    usual = background([three])
    assert usual.languages == ("de", "en", "fr")
    assert usual.sample.shape == (3 * SAMPLE_PER_LANGUAGE, DIMENSION)
    assert np.abs(usual.sample.mean(axis=0)).max() < 0.2
    assert background([reviews("hotel", langs=("de", *["en"] * 5))]).languages == ("en",)


def test_contrast_turns_moods_down_and_subjects_up():
    """What differs between texts about one aspect counts less than what tells aspects apart."""
    parts = [reviews("hotel")]
    matrix = background(parts).contrast
    subject = SUBJECTS["delivery"] - SUBJECTS["food"]
    before = np.linalg.norm(MOOD) / np.linalg.norm(subject)
    after = np.linalg.norm(MOOD @ matrix) / np.linalg.norm(subject @ matrix)
    assert after < before / 2


def test_contrast_leaves_out_a_domain():
    """As if its texts were not there."""
    one, other = reviews("hotel"), reviews("restaurant")
    usual = background([one, other])
    assert contrast([one, other], usual, without={"restaurant"}) == pytest.approx(
        contrast([one], usual)
    )
    assert contrast([one, other], usual) != pytest.approx(contrast([one], usual))


def test_figures_count_what_is_right():
    """Every text about food says so; the phrases find it in a domain that was left out."""
    parts = [reviews("hotel"), reviews("phone")]
    topics = {"food and drink": ["food good", "food bad"], "price": ["weather", "money"]}
    by_topic, by_language = topic_figures(
        SubjectEncoder(), topics, background(parts), trained=parts, measured=parts
    )
    food = by_topic["food and drink"]
    assert (food.right + food.missing, food.precision > 0.8) == (400, True)
    assert by_topic["price"].right + by_topic["price"].missing == 0
    assert set(by_language) == {"de", "en"}
    assert sum(tally.right for tally in by_language.values()) == food.right


def test_tally_of_nothing():
    """No claims and no labels: no division by zero."""
    assert (Tally(0, 0, 0).precision, Tally(0, 0, 0).recall) == (0, 0)
    assert (Tally(3, 1, 2).precision, Tally(3, 1, 2).recall) == (0.75, 0.6)
