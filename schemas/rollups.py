"""The tables that count mentions by minute, and the parts of SQL that their readers share."""

from typing import Final

from schemas.mention import MENTIONS_TABLE

MINUTES_TABLE: Final = "mention_minutes"
MARKS_TABLE: Final = "rollup_marks"
AUDITS_TABLE: Final = "rollup_audits"

SENTIMENTS: Final = ("negative", "neutral", "positive")
# A minute is counted by each of these, in columns `lang.name`, `lang.negative` and so on.
DIMENSIONS: Final = ("lang", "source", "topic", "product")
# A minute's place in a mention; the table's key can be searched by it.
MINUTE_OF_MENTION: Final = "toStartOfMinute(posted_at)"
# Whether every change that no insert tells is known to the rollups, and how many minutes are not
# computed yet. Where the first is 0, the mentions themselves must be asked.
READY_SQL: Final = f"""
SELECT (SELECT countIf(mutation = '') > 0 FROM {AUDITS_TABLE}) AND 0 = (
           SELECT count() FROM system.mutations
           WHERE database = currentDatabase() AND table = '{MENTIONS_TABLE}'
             AND mutation_id NOT IN (SELECT mutation FROM {AUDITS_TABLE})
       ),
       (SELECT sum(sign) FROM {MARKS_TABLE})
"""  # noqa: S608 - constants only
# For IN, beside UNSETTLED_CLAUSE.
UNSETTLED: Final = "(SELECT arrayJoin(unsettled))"


def unsettled_clause(condition: str = "1") -> str:
    """SQL that names `unsettled`: (brand, minute) touched and not surely computed again since.

    A query that takes some minutes from the rollups and these from the mentions counts each once:
    the list is made once a query. condition: on brand and minute.
    """
    return (
        "WITH (SELECT groupArray((brand, minute)) FROM ("  # noqa: S608 - constants
        f"SELECT DISTINCT brand, minute FROM {MARKS_TABLE} WHERE {condition} "
        "GROUP BY brand, minute, mark HAVING sum(sign) > 0)) AS unsettled"
    )
