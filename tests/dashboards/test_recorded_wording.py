"""What Groundswell writes down of itself, in the reader's language."""

import pytest

from compose.messages import messages
from dashboards.language import CHINESE, in_language
from dashboards.recorded_wording import NOBODY, recorded_text
from schemas.correction import DRAWN_AT_RANDOM
from schemas.versions import BY_REPLAY, BY_WORKER, FIRST_WHY


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
