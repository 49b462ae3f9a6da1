"""What happened, in one plain sentence, in English and in Chinese. Deterministic."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Final

from schemas.alert import Alert, Kind, Signal
from schemas.evidence import Carrier, Evidence, ModelChange
from schemas.sentence_words import WORDS, Language, Words

# From this part of the rise on, a topic or a language is what the incident is "mostly about".
_MOST: Final = 0.5
# And its part of the posts must have grown: what always prevails explains nothing.
_GROWN: Final = 0.1
_HARDLY: Final = 0.5
_MAX_NAME_CHARACTERS: Final = 80
_UNSEEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


def sentence(alert: Alert, *, language: Language = "en", zone: tzinfo = UTC) -> str:
    """One sentence from the alert's strongest signal and, if it is there, its evidence.

    The alert has at least one signal. zone: whose time it tells. Names in it are of one line and
    have no control characters.
    """
    words = WORDS[language]
    signal = _leading(alert)
    facts = _facts(alert, signal, words, zone)
    text = _pattern(signal, facts, words).format_map(facts)
    if _adds_usual(signal, facts):
        text += words.usual.format_map(facts)
    if signal.rule:
        text += words.rule.format(rule=_plain(signal.rule))
    evidence = alert.evidence
    if evidence is not None and signal.kind is not Kind.SILENCE:
        text += "".join(_carried(evidence, alert.kind, words))
        if signal.kind is Kind.VOLUME and evidence.posts:
            text += words.mood.format(share=facts["share"])
    if evidence is not None and evidence.model_change is not None:
        text += _model(evidence.model_change, words, zone)
    return text + words.end


def _model(change: ModelChange, words: Words, zone: tzinfo) -> str:
    """World or model: what each of the two versions says of the same posts."""
    pattern = words.model if change.posts else words.model_unknown
    return pattern.format(
        before=_plain(change.before),
        after=_plain(change.after),
        at=f"{change.at.astimezone(zone):%H:%M %Z}",
        posts=_count(change.posts),
        negative_before=_count(change.negative_before),
        negative_after=_count(change.negative_after),
    )


def _leading(alert: Alert) -> Signal:
    """The whole brand's signal of the incident's kind before narrower ones, the strongest first."""

    def rank(signal: Signal) -> tuple[bool, bool, bool, float, datetime]:
        name = signal.series
        narrow = bool(name.parts)
        rise = abs(signal.seen - signal.expected) if math.isfinite(signal.expected) else 0.0
        return (signal.kind is not alert.kind, narrow, bool(signal.rule), -rise, signal.at)

    return min(alert.signals, key=rank)


def _pattern(signal: Signal, facts: Mapping[str, str], words: Words) -> str:
    expected = math.isfinite(signal.expected) and signal.expected >= _HARDLY
    if signal.kind is Kind.SILENCE:
        return words.silence
    if signal.kind is Kind.NEGATIVE:
        if signal.rule:
            return words.rule_share if facts["share"] else words.rule_negative
        return words.negative if facts["usual_share"] else words.negative_counts
    if signal.rule:
        return words.rule_volume
    return words.volume if expected else words.volume_from_nothing


def _adds_usual(signal: Signal, facts: Mapping[str, str]) -> bool:
    """Whether what is usual still has to be said, and is known."""
    if signal.kind is Kind.SILENCE or not math.isfinite(signal.expected):
        return False
    told_already = not signal.rule and (signal.kind is Kind.VOLUME or bool(facts["usual_share"]))
    return not told_already and math.isfinite(signal.high)


def _facts(alert: Alert, signal: Signal, words: Words, zone: tzinfo) -> dict[str, str]:
    expected = signal.expected if math.isfinite(signal.expected) else 0.0
    ratio = signal.seen / expected if expected > 0 else 0.0
    evidence = alert.evidence
    share = evidence.negative / evidence.posts if evidence and evidence.posts else None
    # Of the same posts, as many would be negative as usual as the signal expects.
    usual = share * expected / signal.seen if share and signal.seen else None
    seen = _count(signal.seen)
    return {
        "name": _name(signal, words),
        "times": f"{ratio:.1f}" if ratio < 10 else f"{ratio:,.0f}",
        "since": _since(alert, words, zone),
        "seen": seen,
        "posts": words.few.format(seen=seen) if signal.seen >= _HARDLY else words.nothing,
        "expected": _count(expected),
        "high": _count(signal.high) if math.isfinite(signal.high) else "?",
        "span": _span(alert, signal, words, zone),
        "share": _percent(share, words),
        "usual_share": _percent(usual, words),
    }


def _carried(evidence: Evidence, kind: Kind, words: Words) -> list[str]:
    """What most of the rise is about, and in which language."""
    total = evidence.negative if kind is Kind.NEGATIVE else evidence.posts
    usual = evidence.usual_negative if kind is Kind.NEGATIVE else evidence.usual
    found = {}
    for carrier in sorted(evidence.carriers, key=lambda one: -one.rise_share):
        if carrier.dimension in found or carrier.rise_share < _MOST:
            continue
        if _part_grew(carrier, total, usual):
            found[carrier.dimension] = carrier.value
    about = [("topic", words.topic), ("product", words.product)]
    parts = [pattern.format(value=_plain(found[name])) for name, pattern in about if name in found][
        :1
    ]
    if "lang" in found:
        lang = words.lang_too if parts else words.lang
        parts.append(lang.format(value=_plain(words.language_name(found["lang"]))))
    return parts


def _part_grew(carrier: Carrier, total: int, usual: float | None) -> bool:
    if not usual or carrier.usual is None:
        # Nothing is known of the usual: only what a post is about is news in itself.
        return carrier.dimension == "topic"
    return carrier.posts / max(total, 1) - carrier.usual / usual >= _GROWN


def _name(signal: Signal, words: Words) -> str:
    series = signal.series
    lang = words.language_name(series.lang) if series.lang else ""
    parts = (series.brand, series.topic, series.product, lang)
    return ", ".join(_plain(part) for part in parts if part)


def _since(alert: Alert, words: Words, zone: tzinfo) -> str:
    since = (alert.since_again or alert.since).astimezone(zone)
    day = "" if since.date() == alert.updated_at.astimezone(zone).date() else f"{since:%Y-%m-%d} "
    pattern = words.again if alert.since_again else words.since
    return pattern.format(time=f"{day}{since:%H:%M %Z}")


def _span(alert: Alert, signal: Signal, words: Words, zone: tzinfo) -> str:
    """The window that was counted; until when, where it is not the one that opened the incident."""
    minutes = signal.window_min
    span = words.minutes.format(number=minutes)
    if minutes >= 120 and minutes % 60 == 0:
        span = words.hours.format(number=minutes // 60)
    if signal.at <= alert.opened_at:
        return span
    return words.up_to.format(span=span, time=f"{signal.at.astimezone(zone):%H:%M}")


def _percent(share: float | None, words: Words) -> str:
    return "" if share is None else words.percent.format(number=f"{share * 100:.0f}")


def _count(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or float(value).is_integer() else f"{value:.1f}"


def _plain(text: str) -> str:
    """A name on one line, without what could reorder or break it."""
    plain = " ".join(_UNSEEN.sub(" ", text).split())
    return plain if len(plain) <= _MAX_NAME_CHARACTERS else f"{plain[: _MAX_NAME_CHARACTERS - 1]}…"
