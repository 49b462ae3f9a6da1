"""What people have laid down about mentions: labels, and what must not be kept."""

from dataclasses import dataclass, field
from typing import Final

from clickhouse_driver import Client

from schemas.correction import CORRECTIONS_TABLE
from schemas.erasure import SUPPRESSIONS_TABLE, SuppressionList
from streams.corrections.standing import NO_CORRECTIONS, StandingCorrections

# Rows are only added, so as long as their number is the same there is nothing new.
_COUNTS: Final = (
    f"SELECT (SELECT count() FROM {CORRECTIONS_TABLE}), (SELECT count() FROM {SUPPRESSIONS_TABLE})"  # noqa: S608
)
_LABELS: Final = (
    "SELECT brand, source, post_id, argMax(sentiment, (at, id)) AS label "  # noqa: S608
    f"FROM {CORRECTIONS_TABLE} GROUP BY brand, source, post_id HAVING label != ''"
)
_SUPPRESSED: Final = f"SELECT DISTINCT kind, hash FROM {SUPPRESSIONS_TABLE}"  # noqa: S608


@dataclass(frozen=True, slots=True)
class StandingRules:
    """Both, as they were at one time."""

    corrections: StandingCorrections = NO_CORRECTIONS
    suppressions: SuppressionList = field(default_factory=SuppressionList)


class RulesReader:
    """Reads them, at the cost of one small question where nothing has changed."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._counts = (0, 0)
        self._rules = StandingRules()

    def current(self) -> StandingRules:
        """The rules that hold now; the very same object as long as they are the same.

        Raises what the client does.
        """
        (counts,) = self._client.execute(_COUNTS)
        if counts != self._counts:
            labels = {
                (brand, source, post_id): label
                for brand, source, post_id, label in self._client.execute(_LABELS)
            }
            listed = SuppressionList.of(self._client.execute(_SUPPRESSED))
            self._rules = StandingRules(StandingCorrections(labels), listed)
            # Counted before: what came meanwhile is read again, and nothing is missed.
            self._counts = counts
        return self._rules
