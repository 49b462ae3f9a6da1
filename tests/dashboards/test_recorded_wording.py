"""What Groundswell writes down of itself, in the reader's language."""

import re

import pytest

from compose.messages import messages
from dashboards.access_wording import ACCESS_WORDS
from dashboards.language import CHINESE, in_language
from dashboards.recorded_wording import NOBODY, recorded_text
from schemas.audit import AUDIT_SQL
from schemas.correction import DRAWN_AT_RANDOM
from schemas.incident_action import ActionKind
from schemas.replay import Event
from schemas.versions import BY_REPLAY, BY_WORKER, FIRST_WHY, PromotionAction


@pytest.mark.parametrize("text", [NOBODY, DRAWN_AT_RANDOM, BY_REPLAY, BY_WORKER, FIRST_WHY])
def test_it_is_a_message_of_the_page(text: str):
    """So that it cannot go without a translation; in English it is shown as it is stored."""
    assert recorded_text(text) in {message.one for message in messages()}
    assert recorded_text(text) == text


def test_what_people_write_is_shown_as_it_is():
    """Names and reasons are theirs, in whichever language the page speaks."""
    with in_language(CHINESE):
        assert recorded_text("Mei") == "Mei"
        assert recorded_text(DRAWN_AT_RANDOM) != DRAWN_AT_RANDOM


def test_every_deed_has_words():
    """None is shown in the log's own English."""
    kinds = {"incident": ActionKind, "model": PromotionAction, "replay": Event}
    deeds = {f"{what} {kind}" for what, found in kinds.items() for kind in found}
    deeds |= set(re.findall(r"'(\w+(?: \w+)+)'", AUDIT_SQL))
    assert deeds >= {"watchlist saved", "replay done", "label taken back"}
    assert deeds <= ACCESS_WORDS.deeds.keys()
