"""The table of promotions: which model version people see, since when, by whom and why."""

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

PROMOTIONS_TABLE: Final = "model_promotions"
MAX_WHO_CHARACTERS: Final = 200
MAX_WHY_CHARACTERS: Final = 2_000
# Which parts begin with a version where none is active, and why.
BY_WORKER: Final = "worker"
BY_REPLAY: Final = "replay"
FIRST_WHY: Final = "the first version here"
# SQL of the active version; '' where nothing was promoted, and then each post counts as it was
# scored last.
ACTIVE_VERSION: Final = f"(SELECT argMax(model_version, (number, at, id)) FROM {PROMOTIONS_TABLE})"  # noqa: S608


class PromotionAction(StrEnum):
    """Why a version is active. FIRST: a worker found that none was."""

    FIRST = "first"
    PROMOTE = "promote"
    ROLLBACK = "rollback"


class Promotion(msgspec.Struct, frozen=True):
    """One row of the table; that with the highest number says what people see."""

    number: int
    id: UUID
    at: datetime
    action: PromotionAction
    model_version: str
    who: str = ""
    why: str = ""


def active_stack(promotions: list[Promotion]) -> list[Promotion]:
    """What is active, last, and before it what each rollback would go back to.

    promotions: all, in order; of several with one number, which were written at the same moment,
    the last counts. A rollback takes away the last one that is not undone already.
    """
    stack: list[Promotion] = []
    for promotion in {item.number: item for item in promotions}.values():
        if promotion.action is not PromotionAction.ROLLBACK:
            stack.append(promotion)
        elif len(stack) > 1:
            stack.pop()
    return stack
