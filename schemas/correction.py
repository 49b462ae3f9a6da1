"""A person's label on a mention: an event, kept in order, of which the last one counts.

The columns `sentiment` and `score` of `mentions` say what is in force: the label where a person
gave one, else what the model says. The columns p_* are the model's alone, whatever people say, so
that its own answer can always be read back (`MODEL_SENTIMENT`).
"""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from schemas.mention import COLUMN_NAMES, MENTIONS_TABLE
from schemas.scores import SENTIMENTS

CORRECTIONS_TABLE: Final = "corrections"
# What a label is worth as a score.
SCORES: Final = {name: float(value) for value, name in enumerate(SENTIMENTS, start=-1)}
MAX_REASON_CHARACTERS: Final = 2_000
# The reason of labels whose posts were drawn at random: these alone measure the model fairly, for
# people label of themselves what strikes them as wrong.
DRAWN_AT_RANDOM: Final = "drawn at random"

# SQL: what the model itself says of a mention. The same as numpy's argmax: the first of equals.
MODEL_SENTIMENT: Final = (
    "multiIf(p_negative >= p_neutral AND p_negative >= p_positive, 'negative', "
    "p_neutral >= p_positive, 'neutral', 'positive')"
)
MODEL_SCORE: Final = "toFloat32(p_positive - p_negative)"


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """One event: a row of `corrections`, and a record of the topic of the same name.

    brand, source, post_id: the mention. posted_at: of its post; with these its place in `mentions`.
    sentiment: the label, or "" where an earlier one is taken back. before: what was in force.
    who, reason: for people to read. at: UTC; of one mention's events the latest counts.
    """

    id: UUID
    at: datetime
    brand: str
    posted_at: datetime
    source: str
    post_id: str
    sentiment: str
    before: str
    who: str
    reason: str = ""


CORRECTION_COLUMNS: Final = Correction.__struct_fields__
INSERT_CORRECTIONS: Final = (
    f"INSERT INTO {CORRECTIONS_TABLE} ({', '.join(CORRECTION_COLUMNS)}) VALUES"
)

_PLACE: Final = "brand, posted_at, source, post_id"
_REPLACED: Final = {
    "sentiment": "in_force",
    "score": (
        f"if(label = '', {MODEL_SCORE}, toFloat32(multiIf("
        + ", ".join(f"label = '{name}', {value}" for name, value in list(SCORES.items())[:-1])
        + f", {SCORES[SENTIMENTS[-1]]})))"
    ),
    # Above the row that it takes the place of, and, of two people at once, above the one who knew
    # of fewer events.
    "scored_at": "addMilliseconds(scored_at, events)",
}
# Writes the rows of these mentions anew where they do not say what is in force, under every model
# version. It reads the events itself: whoever runs it last has seen all of them, and running it
# again changes nothing. places: (brand, posted_at in milliseconds, source, post_id), at least one.
APPLY_SQL: Final = f"""
INSERT INTO {MENTIONS_TABLE} ({", ".join(COLUMN_NAMES)})
SELECT {", ".join(_REPLACED.get(name, name) for name in COLUMN_NAMES)}
FROM (
    SELECT *, if(label = '', {MODEL_SENTIMENT}, label) AS in_force
    FROM (
        SELECT {", ".join(COLUMN_NAMES)} FROM {MENTIONS_TABLE} FINAL
        WHERE ({_PLACE}) IN (
            SELECT place.1, fromUnixTimestamp64Milli(place.2::Int64, 'UTC'), place.3, place.4
            FROM (SELECT arrayJoin(%(places)s) AS place)
        )
    ) AS rows
    INNER JOIN (
        SELECT brand, source, post_id, argMax(sentiment, (at, id))::String AS label,
               uniqExact(id)::Int64 AS events
        FROM {CORRECTIONS_TABLE}
        WHERE (brand, source, post_id) IN (
            SELECT place.1, place.3, place.4 FROM (SELECT arrayJoin(%(places)s) AS place)
        )
        GROUP BY brand, source, post_id
    ) AS told USING (brand, source, post_id)
)
WHERE sentiment != in_force
"""  # noqa: S608 - constants only

Place = tuple[str, int, str, str]
