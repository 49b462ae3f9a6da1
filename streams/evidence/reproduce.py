"""The command that decides an alert again."""

import shlex
from datetime import datetime, timedelta
from typing import Final

from schemas.alert import Alert

_BEFORE: Final = timedelta(hours=1)
_AFTER: Final = timedelta(minutes=1)


def reproduce(alert: Alert) -> str:
    """A `groundswell alerts backtest` of the hour before the incident until its last event.

    Names are quoted for the shell.
    """
    rules = sorted({signal.rule for signal in alert.signals if signal.rule})
    words = [
        *("groundswell", "alerts", "backtest", "--brand", alert.brand),
        *("--from", _told(alert.since - _BEFORE), "--to", _told(alert.updated_at + _AFTER)),
    ]
    for rule in rules:
        words += ["--rule", rule]
    return shlex.join(words)


def _told(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:00Z}"
