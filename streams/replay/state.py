"""What state a replay is in, from what has happened to it.  Pure."""

from collections.abc import Iterable
from typing import Final

from schemas.replay import Event, State

FINAL: Final = frozenset({State.CANCELLED, State.DONE})
# A process works on it, or did until it died.
UNDER_WAY: Final = frozenset({State.RUNNING, State.PAUSING, State.CANCELLING})

# What is not named here changes nothing: an event that comes late, or twice.
_NEXT: Final = {
    State.PLANNED: {
        Event.STARTED: State.RUNNING,
        Event.PAUSE_WANTED: State.PAUSED,
        Event.CANCEL_WANTED: State.CANCELLED,
    },
    State.RUNNING: {
        Event.PAUSE_WANTED: State.PAUSING,
        Event.CANCEL_WANTED: State.CANCELLING,
        Event.PAUSED: State.PAUSED,
        Event.FAILED: State.FAILED,
    },
    State.PAUSING: {
        Event.STARTED: State.RUNNING,
        Event.CANCEL_WANTED: State.CANCELLING,
        Event.PAUSED: State.PAUSED,
        Event.FAILED: State.FAILED,
    },
    # Whatever its process says, nobody wants it any longer; unless it was done by then.
    State.CANCELLING: {
        Event.PAUSED: State.CANCELLED,
        Event.FAILED: State.CANCELLED,
    },
    State.PAUSED: {
        Event.STARTED: State.RUNNING,
        Event.CANCEL_WANTED: State.CANCELLED,
    },
    State.FAILED: {
        Event.STARTED: State.RUNNING,
        Event.CANCEL_WANTED: State.CANCELLED,
    },
}
_ENDS: Final = {Event.CANCELLED: State.CANCELLED, Event.DONE: State.DONE}


def state_after(events: Iterable[Event]) -> State:
    """The state of a replay to which these happened, in order."""
    state = State.PLANNED
    for event in events:
        if state not in FINAL:
            state = _ENDS.get(event) or _NEXT[state].get(event, state)
    return state
