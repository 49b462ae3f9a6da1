"""Trying a rule or a sensitivity on the past."""


def backtest() -> None:
    """Draw the panel."""
