"""Takes quotes of erased posts out of alerts and notifications. No I/O."""

from collections.abc import Callable
from typing import Final

import msgspec

from schemas.alert import Alert
from schemas.erasure import SuppressionList
from schemas.evidence import Evidence, EvidencePost
from streams.notifications.notification import Notification

# Whether a post that is quoted has to go.
Goes = Callable[[EvidencePost], bool]
_MIN_PHRASE_CHARACTERS: Final = 2


def quotes_suppressed(listed: SuppressionList) -> Goes:
    """Those of posts on the suppression list."""
    return lambda post: listed.has(post.source, post.post_id, post.author)


def scrubbed_alert(alert: Alert, goes: Goes) -> Alert:
    """The alert without these quotes, or the very same one if it has none of them.

    Its numbers stay: they say what was seen when it was decided. Of the words that set the posts
    apart those go that are found in no other quote.
    """
    evidence = alert.evidence
    if evidence is None:
        return alert
    gone = [post for post in _quoted(evidence) if goes(post)]
    if not gone:
        return alert
    kept = [post for post in _quoted(evidence) if not goes(post)]
    return msgspec.structs.replace(
        alert,
        evidence=msgspec.structs.replace(
            evidence,
            representative=tuple(post for post in evidence.representative if not goes(post)),
            far_reaching=tuple(post for post in evidence.far_reaching if not goes(post)),
            phrases=tuple(
                phrase
                for phrase in evidence.phrases
                if not _only_in(phrase.text, gone=gone, kept=kept)
            ),
        ),
    )


def scrubbed_notification(
    notification: Notification, goes: Goes, *, keys: frozenset[str] = frozenset()
) -> Notification:
    """The notification without these quotes, or the very same one if it has none of them.

    A message's own quotes do not say whose they are: of a message about an incident that quotes
    such a post all of them go. keys: of incidents that are known to.
    """
    alerts = tuple(scrubbed_alert(alert, goes) for alert in notification.alerts)
    changed = any(new is not old for new, old in zip(alerts, notification.alerts, strict=True))
    told = keys & {notice.key for notice in notification.notices}
    if not changed and not (told and any(one.quotes for one in notification.message.sections)):
        return notification
    sections = tuple(
        msgspec.structs.replace(section, quotes=()) for section in notification.message.sections
    )
    message = msgspec.structs.replace(notification.message, sections=sections)
    return msgspec.structs.replace(notification, alerts=alerts, message=message)


def _quoted(evidence: Evidence) -> tuple[EvidencePost, ...]:
    return (*evidence.representative, *evidence.far_reaching)


def _only_in(phrase: str, *, gone: list[EvidencePost], kept: list[EvidencePost]) -> bool:
    folded = phrase.casefold()
    if len(folded) < _MIN_PHRASE_CHARACTERS:
        return False
    return any(_says(post, folded) for post in gone) and not any(
        _says(post, folded) for post in kept
    )


def _says(post: EvidencePost, folded: str) -> bool:
    return folded in post.text.casefold() or folded in post.author.casefold()
