"""What state a replay is in after what happened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.replay import Event, State
from streams.replay.state import FINAL, UNDER_WAY, state_after

EVENTS = st.lists(st.sampled_from(Event), max_size=12)


@pytest.mark.parametrize(
    ("happened", "state"),
    [
        ([], State.PLANNED),
        (["started"], State.RUNNING),
        (["started", "done"], State.DONE),
        (["started", "pause wanted"], State.PAUSING),
        (["started", "pause wanted", "paused"], State.PAUSED),
        (["started", "paused"], State.PAUSED),
        (["started", "paused", "started"], State.RUNNING),
        # Killed, and taken up again.
        (["started", "started"], State.RUNNING),
        (["started", "pause wanted", "started"], State.RUNNING),
        (["started", "failed", "started", "done"], State.DONE),
        # It was done before it heard of the wish.
        (["started", "cancel wanted", "done"], State.DONE),
        (["started", "cancel wanted", "paused"], State.CANCELLED),
        (["started", "cancel wanted", "failed"], State.CANCELLED),
        (["started", "pause wanted", "cancel wanted", "cancelled"], State.CANCELLED),
        # Nobody works on it: a wish is fulfilled at once.
        (["pause wanted"], State.PAUSED),
        (["started", "paused", "cancel wanted"], State.CANCELLED),
        (["started", "failed", "cancel wanted"], State.CANCELLED),
        (["started", "failed", "pause wanted"], State.FAILED),
        # What is wanted stays wanted when another process takes it up.
        (["started", "cancel wanted", "started"], State.CANCELLING),
    ],
)
def test_what_comes_of_events(happened, state):
    """The ways that a replay takes."""
    assert state_after(Event(name) for name in happened) is state


@given(EVENTS, EVENTS)
def test_what_is_final_stays(before, after):
    """Nothing changes a replay that is done or cancelled."""
    state = state_after(before)
    if state in FINAL:
        assert state_after([*before, *after]) is state


@given(EVENTS)
def test_a_wish_said_twice_is_one_wish(events):
    """People are impatient."""
    for wish in (Event.PAUSE_WANTED, Event.CANCEL_WANTED):
        assert state_after([*events, wish]) is state_after([*events, wish, wish])


@given(EVENTS)
def test_a_cancelled_replay_never_runs_again(events):
    """Once it is wanted, it can only end."""
    after = state_after([*events, Event.CANCEL_WANTED])
    assert after in FINAL | {State.CANCELLING}
    assert state_after([*events, Event.CANCEL_WANTED, Event.STARTED]) is after


@given(EVENTS)
def test_a_process_can_always_say_how_it_ended(events):
    """After its last word a replay is never left as if somebody worked on it."""
    for word in (Event.PAUSED, Event.FAILED, Event.CANCELLED, Event.DONE):
        assert state_after([*events, Event.STARTED, word]) not in UNDER_WAY
