"""What this viewer looks at: kept for the session, mirrored in the page's address.

The session's View is the truth. Widgets start from it and write to it, the address follows it,
and an address that changed by itself (a link, the back button) replaces it.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Any, Final, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from dashboards import addresses
from dashboards.filters import FeedFilter, Scope, View, from_address, to_address, window_of
from dashboards.time_range import (
    CUSTOM,
    CUSTOM_REFRESH_S,
    Window,
    live_window,
    range_named,
)

NUMBERS_PART: Final = "numbers"
FEED_PART: Final = "feed"
SETTLED_REFRESH_S: Final = 30
_VIEW: Final = "view"
_ADDRESS: Final = "address"
_PAUSED_AT: Final = "paused_at"
_WIDGET: Final = "choose_"
_SHOWN: Final = "shown"


def adopt_address() -> None:
    """Take the view from the page's address, if it is another than the one last written."""
    address = addresses.parameters()
    if st.session_state.get(_ADDRESS) != address:
        go(from_address(address))


def go(target: View) -> None:
    """Look at something else, in which all widgets start anew."""
    restart_widgets()
    _keep(target)


def change(changed: View) -> None:
    """Look at what the widgets say."""
    if changed != view():
        _keep(changed)


def view() -> View:
    """What this viewer looks at; the usual where they have not looked at anything yet."""
    return last_view() or View()


def last_view() -> View | None:
    """What this viewer last looked at; None before anything was."""
    return cast("View | None", st.session_state.get(_VIEW))


def change_scope(scope: Scope) -> None:
    """Look at other mentions."""
    if scope != view().scope:
        _keep(replace(view(), scope=scope))


def change_feed(feed: FeedFilter) -> None:
    """Show other posts of the same mentions."""
    if feed != view().feed:
        _keep(replace(view(), feed=feed))


def restart_widgets() -> None:
    """Let all widgets start from the view again."""
    for key in [key for key in st.session_state if str(key).startswith(_WIDGET)]:
        del st.session_state[key]


def reset_widgets(*names: str) -> None:
    """Let the widgets of these names start from the view again."""
    for name in names:
        st.session_state.pop(_WIDGET + name, None)


def widget(name: str, start: Any) -> str:  # noqa: ANN401 - whatever the widget's value is
    """The key of a widget, which starts with this value if it was not there before."""
    key = _WIDGET + name
    st.session_state.setdefault(key, start)
    return key


def zone() -> tzinfo:
    """The viewer's time zone; UTC where the browser does not say."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def now() -> datetime:
    """The present, or the moment at which the viewer stopped the page."""
    return cast("datetime | None", st.session_state.get(_PAUSED_AT)) or datetime.now(UTC)


def pause(*, paused: bool) -> None:
    """Stop the page's time, or let it go on."""
    if not paused:
        st.session_state.pop(_PAUSED_AT, None)
    else:
        st.session_state.setdefault(_PAUSED_AT, datetime.now(UTC))


def window() -> Window:
    """The period that the viewer looks at."""
    return window_of(view().scope, now=now(), zone=zone())


def settled_window() -> Window:
    """The same, but with an end that holds for half a minute: nothing moves under the reader."""
    scope = view().scope
    if scope.range_name == CUSTOM:
        return window()
    chosen = range_named(scope.range_name)
    settled = replace(chosen, refresh_s=max(chosen.refresh_s, SETTLED_REFRESH_S))
    return live_window(settled, now=now(), zone=zone())


def refresh_s() -> int | None:
    """Seconds between two readings; None while the page is paused."""
    if _PAUSED_AT in st.session_state:
        return None
    name = view().scope.range_name
    return CUSTOM_REFRESH_S if name == CUSTOM else range_named(name).refresh_s


@dataclass(slots=True)
class Shown:
    """What a session looks at, for what is made outside of it when a button is clicked.

    at: the moment at which the viewer stopped the page; None while it goes on.
    """

    view: View
    at: datetime | None

    def window(self, zone: tzinfo) -> Window:
        """The period that is looked at, by the clock of that zone."""
        return window_of(self.view.scope, now=self.at or datetime.now(UTC), zone=zone)

    def address(self) -> dict[str, list[str]]:
        """The address of what is looked at."""
        return to_address(self.view)


def shown() -> Shown:
    """What this session looks at from now on: one object, which follows it."""
    at = cast("datetime | None", st.session_state.get(_PAUSED_AT))
    found = cast("Shown", st.session_state.setdefault(_SHOWN, Shown(view(), at)))
    found.view, found.at = view(), at
    return found


def _keep(changed: View) -> None:
    st.session_state[_VIEW] = changed
    if _SHOWN in st.session_state:
        st.session_state[_SHOWN].view = changed
    wanted = to_address(changed)
    st.session_state[_ADDRESS] = wanted
    if addresses.parameters() != wanted:
        addresses.go_to(wanted)
