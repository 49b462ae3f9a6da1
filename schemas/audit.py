"""Who did what: one list of all that people did, from the tables in which it stands.

What people do is rows that are only added, each with who and when; the record of a deed is the deed
itself, so the two cannot differ. Exports and changed files have tables for nothing but this.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

AUDIT_SQL: Final = """
SELECT at, who, what, object, detail FROM (
    SELECT at, who, concat('export ', what) AS what, address AS object, '' AS detail
    FROM exports FINAL
    UNION ALL
    SELECT at, who, if(sentiment = '', 'label taken back', 'label'),
           concat(brand, ' ', source, '/', post_id),
           concat(before, if(sentiment = '', '', concat(' > ', sentiment)),
                  if(reason = '', '', concat(': ', reason)))
    FROM corrections
    UNION ALL
    SELECT at, who, concat('incident ', action), if(key = '', brand, key), reason
    FROM incident_actions FINAL
    UNION ALL
    SELECT asked_at, who, 'trial of rules', toString(id), request
    FROM backtests FINAL
    UNION ALL
    SELECT at, who, if(removed, 'view removed', 'view saved'), name, address
    FROM saved_views FINAL
    UNION ALL
    SELECT at, who, if(removed, 'note removed', 'note saved'), if(brand = '', '*', brand), text
    FROM time_notes FINAL
    UNION ALL
    SELECT at, who, 'file changed', file, detail
    FROM file_changes FINAL
    UNION ALL
    SELECT at, who, if(text = '', 'watchlist back to the file', 'watchlist saved'), toString(id),
           arrayStringConcat(arrayFilter(part -> part != '', arrayPushFront(changes, why)), '; ')
    FROM watchlist_versions
    UNION ALL
    SELECT at, who, concat('model ', action), model_version, why
    FROM model_promotions FINAL
    UNION ALL
    SELECT at, who, concat('replay ', event), id, detail
    FROM replay_events FINAL
    UNION ALL
    SELECT at, who, 'erasure', toString(id), ''
    FROM erasures FINAL
)
WHERE who != ''
ORDER BY at DESC, what, object
LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Deed:
    """One line. object: on what, such as an incident's key. detail: a reason or the like."""

    at: datetime
    who: str
    what: str
    object: str
    detail: str
