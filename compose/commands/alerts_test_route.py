"""`groundswell alerts test --route NAME`: one marked message, sent from here, and its answer."""

import asyncio
import sys

from compose.settings import Settings
from schemas.errors import SettingsError
from schemas.watchlist import load_watchlist


def try_route(settings: Settings, name: str) -> None:
    """Send a marked test message through one route, and print what the receiver said.

    Secrets are read from this process's environment. Raises SettingsError for a route that the
    watchlist does not have, WatchlistError for a wrong file; exits with 1 if it did not go.
    """
    # Not at the top: the other commands need no HTTP client.
    from streams.notifications.delivery import Outcome
    from streams.notifications.notifier import send_test

    routes = {route.name: route for route in load_watchlist(settings.watchlist).routes}
    if name not in routes:
        known = ", ".join(map(repr, routes)) or "none"
        raise SettingsError(
            f"--route={name!r} is no route of {settings.watchlist}; it has: {known}"
        )
    answer = asyncio.run(send_test(routes[name], dashboard_url=settings.dashboard_address))
    print(f"{answer.outcome}: {answer.detail}")
    if answer.outcome is not Outcome.DELIVERED:
        sys.exit(1)
