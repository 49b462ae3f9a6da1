"""What happened, in the reader's language."""

from dashboards.language import CHINESE, language
from schemas.alert import Alert
from schemas.sentence import sentence


def chinese_sentence(alert: Alert) -> str:
    """The alert's sentence in Chinese; "" where its signals are not known."""
    return sentence(alert, language="zh") if alert.signals else ""


def told(english: str, chinese: str) -> str:
    """The one that the reader reads; the English one where there is no other."""
    return (chinese if language() == CHINESE else "") or english
