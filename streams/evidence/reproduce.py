"""The command that decides an alert again."""

import shlex
from datetime import datetime, timedelta
from typing import Final

from schemas.alert import Alert
from schemas.alert_rules import AlertRules
from schemas.scoped_rules import scoped_rule

_BEFORE: Final = timedelta(hours=1)
_AFTER: Final = timedelta(minutes=1)


def reproduce(alert: Alert, rules: AlertRules) -> str:
    """A `groundswell alerts backtest` of the hour before the incident until its last event.

    It names all that decided, so that it decides the same after rules have changed: the rules that
    were met and, where the detector saw something, the brand's sensitivity. Quoted for the shell.
    """
    words = [
        *("groundswell", "alerts", "backtest", "--brand", alert.brand),
        *("--from", _told(alert.since - _BEFORE), "--to", _told(alert.updated_at + _AFTER)),
    ]
    if any(not signal.rule for signal in alert.signals):
        words += ["--sensitivity", rules.sensitivity_of(alert.brand).value]
    met = {scoped_rule(signal.rule, signal.series) for signal in alert.signals if signal.rule}
    for rule in sorted(met):
        words += ["--rule", rule]
    return shlex.join(words)


def _told(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:00Z}"
