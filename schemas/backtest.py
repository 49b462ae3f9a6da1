"""A rule or a sensitivity tried on the past: what is asked, and what came of it.

Both lie as JSON in the table `backtests`: whoever wants one writes a row with status ASKED, and the
monitor answers it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from schemas.alert import Kind, Severity, Verdict

BACKTESTS_TABLE: Final = "backtests"
MAX_DAYS: Final = 92


class BacktestStatus(StrEnum):
    """How far it is; the value of the column `status`."""

    ASKED = "asked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class BacktestRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What to try, from `since` (included) to `until` (not), UTC.

    brands: empty for all. rules: threshold rules as text (see schemas.scoped_rules), of the brand
    as a whole or of one topic, language or product; they are tried alone unless a sensitivity is
    given too. sensitivity: tried without the watchlist's rules.
    Without rules and sensitivity the watchlist is tried as it stands. watchlist: another one in its
    place, as text, of which only names and alerts matter; "" for the one in force.
    """

    since: datetime
    until: datetime
    brands: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    sensitivity: str = ""
    watchlist: str = ""


class TriedIncident(msgspec.Struct, frozen=True, kw_only=True):
    """One incident that would have opened, or that did.

    resolved_at: None if it went on at the end. rules: by which it was found, "" for the detector.
    chinese: the sentence in Chinese, "" where it is not known. key: of the incident that did open,
    also beside one that would have; "" where there is none.
    verdict: what a person said of the one that did.
    """

    brand: str
    kind: Kind
    severity: Severity
    opened_at: datetime
    resolved_at: datetime | None
    sentence: str
    rules: tuple[str, ...]
    chinese: str = ""
    key: str = ""
    verdict: Verdict = Verdict.NONE


class RuleScore(msgspec.Struct, frozen=True, kw_only=True):
    """How a rule ("" for the detector) would have done, by people's verdicts.

    incidents: that it would have opened. confirmed, refuted: of them, those beside an incident that
    was judged so. precision: confirmed by all that were judged; None if none was.
    """

    rule: str
    incidents: int
    confirmed: int
    refuted: int
    precision: float | None = None


class BacktestResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it.

    would, did: by time. missed: keys of incidents that did open and would not have. error: why
    there is nothing, in words for people; "" if all is well.
    """

    would: tuple[TriedIncident, ...] = ()
    did: tuple[TriedIncident, ...] = ()
    missed: tuple[str, ...] = ()
    scores: tuple[RuleScore, ...] = ()
    minutes: int = 0
    series: int = 0
    error: str = ""
