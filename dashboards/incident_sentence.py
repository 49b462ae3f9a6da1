"""What happened, in the reader's language."""

from datetime import tzinfo

from dashboards.language import CHINESE, language
from schemas.alert import Alert
from schemas.sentence import sentence


def sentence_in(alert: Alert, zone: tzinfo) -> str:
    """The alert's sentence as its reader reads it, by the clock of that zone."""
    if not alert.signals:
        return alert.sentence
    return sentence(alert, language="zh" if language() == CHINESE else "en", zone=zone)


def told(english: str, chinese: str) -> str:
    """The one that the reader reads; the English one where there is no other."""
    return (chinese if language() == CHINESE else "") or english
