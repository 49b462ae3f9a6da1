"""What other parts write in English for people, where the page shows it.

The monitor, the replays and the rules' parser know no reader: what they say is stored, or raised,
in English, and told here in the reader's language.
"""

import re
from functools import cache
from typing import Final

from dashboards.language import Words

_FIELD: Final = re.compile(r"\\\{([a-z]+)\\\}")


class PartWording(Words):
    """Their sentences as they write them."""

    # The monitor's states: streams/alerts.
    monitor: tuple[str, ...] = (
        "reads the stored history",
        "its main source {source} is silent, for several brands at once",
        "no source brings any posts",
        "learning what model {version} says is usual",
        "the minute is not over yet",
        "the input topics have no partitions",
        "{place}: no worker has committed an offset",
        "{place}: {lag} records are not stored yet",
    )
    # A threshold rule that makes no sense: schemas/threshold_rules.py.
    rules: tuple[str, ...] = (
        "is no rule; {remedy}",
        "posts is not measured so; {remedy}",
        "negative is not measured so; {remedy}",
        "silence is not measured so; {remedy}",
        "is out of range; {remedy}",
        (
            "write it as 'posts >= 500 in 15m', 'negative >= 40% in 1h with 20 posts' or "
            "'silence >= 2h' (m, h or d; at most one day)"
        ),
    )
    # What happens to a replay: schemas/replay.py.
    replays: tuple[str, ...] = (
        "started",
        "pause wanted",
        "cancel wanted",
        "paused",
        "failed",
        "cancelled",
        "done",
    )


PART_WORDS: Final = PartWording()


def told_by_part(text: str) -> str:
    """What a part says, in the reader's language; as it stands where it is not known."""
    for pattern, translation in zip(_patterns(), _translations(), strict=True):
        found = pattern.fullmatch(text)
        if found:
            values = {name: told_by_part(value) for name, value in found.groupdict().items()}
            return translation.format(**values)
    return text


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    written = vars(PartWording)
    messages = (*written["monitor"], *written["rules"], *written["replays"])
    return tuple(re.compile(_FIELD.sub(r"(?P<\1>.+)", re.escape(text))) for text in messages)


def _translations() -> tuple[str, ...]:
    return (*PART_WORDS.monitor, *PART_WORDS.rules, *PART_WORDS.replays)
