"""What a person did to an incident: a row of the table `incident_actions`."""

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

ACTIONS_TABLE: Final = "incident_actions"


class ActionKind(StrEnum):
    """What was done; the value of the column `action`.

    UNSILENCE ends a silence before its time. INCIDENT and NO_INCIDENT are verdicts. TEST asks for a
    marked test alert through the routes and belongs to no incident.
    """

    ACKNOWLEDGE = "acknowledge"
    SILENCE = "silence"
    UNSILENCE = "unsilence"
    RESOLVE = "resolve"
    INCIDENT = "incident"
    NO_INCIDENT = "no_incident"
    TEST = "test"


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """One row. It names an incident's key or, for silences only, a whole brand.

    who: a name for people to read. until: end of a silence. reason: of a silence or a verdict.
    """

    id: UUID
    at: datetime
    who: str
    kind: ActionKind
    key: str = ""
    brand: str = ""
    until: datetime | None = None
    reason: str = ""
