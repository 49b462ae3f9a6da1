"""Which records of Groundswell's own topics quote erased posts, and what they become. No I/O."""

import msgspec

from schemas.alert import Alert
from schemas.erasure import SuppressionList
from streams.erasure.scrubbing import Goes, scrubbed_alert
from streams.erasure.topic_rewriting import Change, Content


def without_quotes(goes: Goes) -> Change:
    """What becomes of a record of `alerts`: the alert without these quotes."""

    def change(content: Content) -> Content:
        try:
            alert = msgspec.json.decode(content.value or b"", type=Alert)
        except msgspec.MsgspecError:
            return content
        new = scrubbed_alert(alert, goes)
        if new is alert:
            return content
        return Content(content.key, msgspec.json.encode(new), content.headers)

    return change


def without_labels(listed: SuppressionList) -> Change:
    """What becomes of a record of `corrections`: those of erased posts go, tombstones too."""

    def change(content: Content) -> Content | None:
        try:
            place = msgspec.json.decode(content.key or b"", type=tuple[str, str, str])
        except msgspec.MsgspecError:
            return content
        return None if listed.has_post(place[1], place[2]) else content

    return change
