"""Incidents as text for a terminal: nothing in a post or a name can steer it."""

import math
from collections.abc import Iterator
from datetime import datetime

from schemas.alert import Alert, SeriesName, Signal, Status
from schemas.evidence import Evidence, EvidencePost
from streams.dead_letters.rendering import escaped

LIST_COLUMNS = ("key", "opened (UTC)", "brand", "kind", "severity", "status", "what happened")
SHORT_KEY = 10
_QUOTE_CHARACTERS = 300


def listed(alert: Alert, now: datetime) -> tuple[str, ...]:
    """An incident as the cells of LIST_COLUMNS, at that time."""
    cells = (
        alert.key[:SHORT_KEY],
        f"{alert.opened_at:%Y-%m-%d %H:%M}",
        alert.brand,
        alert.kind.value,
        alert.severity.value,
        ", ".join(marks(alert, now)),
        alert.sentence,
    )
    return tuple(escaped(cell) for cell in cells)


def marks(alert: Alert, now: datetime) -> Iterator[str]:
    """Whether it goes on, and what people said of it. A silence ends without an event."""
    yield alert.status.value
    if alert.status is Status.OPEN and alert.acknowledged:
        yield "acknowledged"
    if alert.status is Status.OPEN and alert.silenced and alert.silenced.until > now:
        yield "silenced"
    if alert.muted_by:
        yield "muted"
    if alert.verdict.value:
        yield alert.verdict.value.replace("_", " ")


def shown(alert: Alert, now: datetime) -> str:
    """A whole incident for reading at that time, over many lines."""
    lines = [alert.sentence or alert.brand, ""]
    lines += [f"{name + ':':<14}{value}" for name, value in _facts(alert, now) if value]
    lines += ["", "signals:", *(f"  {_signal(signal)}" for signal in alert.signals)]
    if alert.evidence is not None:
        lines += _evidence(alert.evidence)
    if alert.reproduce:
        lines += ["", "decide it again with:", f"  {alert.reproduce}"]
    return "\n".join(escaped(line) for line in lines)


def _facts(alert: Alert, now: datetime) -> Iterator[tuple[str, str]]:
    yield "key", alert.key
    yield "brand", alert.brand
    yield "kind", alert.kind.value
    yield "severity", alert.severity.value
    yield "status", ", ".join(marks(alert, now))
    yield "since", _time(alert.since)
    yield "opened", _time(alert.opened_at)
    yield "last event", f"{alert.change.value}, {_time(alert.updated_at)} (no. {alert.sequence})"
    yield "resolved", _time(alert.resolved_at) if alert.resolved_at else ""
    known = alert.acknowledged
    yield "acknowledged", f"by {known.by}, {_time(known.at)}" if known else ""
    silence = alert.silenced
    yield (
        "silenced" if silence and silence.until > now else "was silenced",
        f"by {silence.by} until {_time(silence.until)}: {silence.reason}" if silence else "",
    )
    yield "muted by", alert.muted_by
    yield "decided by", alert.rule_hash[:16]


def _signal(signal: Signal) -> str:
    what = "negative posts" if signal.kind.value == "negative" else "posts"
    seen = f"{signal.seen:.0f} {what} in {signal.window_min} min"
    known = math.isfinite(signal.low) and math.isfinite(signal.high)
    due = [f"{signal.low:.0f} to {signal.high:.0f} usual"] if known else []
    due += [f"rule {signal.rule}"] if signal.rule else []
    return f"{_time(signal.at)}  {series_text(signal.series)}: {seen} ({', '.join(due)})"


def series_text(series: SeriesName) -> str:
    """A series on one line."""
    parts = [series.brand]
    parts += [
        f"{name} {value}"
        for name, value in (
            ("topic", series.topic),
            ("language", series.lang),
            ("product", series.product),
        )
        if value
    ]
    return ", ".join(parts)


def _evidence(evidence: Evidence) -> list[str]:
    span = f"{_time(evidence.since)} to {_time(evidence.until)}"
    lines = [
        "",
        f"evidence, {span}:",
        f"  {evidence.posts} posts, {evidence.voices} voices, {evidence.negative} negative",
    ]
    lines += [
        f"  {part.dimension} {part.value}: {part.posts} posts, {part.rise_share:.0%} of "
        + ("them" if part.usual is None else "the rise")
        for part in evidence.carriers[:8]
    ]
    if evidence.phrases:
        lines.append("  words: " + ", ".join(phrase.text for phrase in evidence.phrases[:12]))
    for title, posts in (
        ("most representative", evidence.representative),
        ("most far-reaching", evidence.far_reaching),
    ):
        if posts:
            lines += [f"  {title}:", *(f"    {_post(post)}" for post in posts[:5])]
    lines += [
        f"  {place.topic}:{place.partition} offsets {place.first} to {place.last}"
        for place in evidence.offsets
    ]
    if evidence.model_versions:
        lines.append("  models: " + ", ".join(evidence.model_versions))
    if (change := evidence.model_change) is not None:
        lines.append(
            f"  model changed at {_time(change.at)}: of {change.posts} posts that both scored "
            f"{change.before} calls {change.negative_before} negative, {change.after} "
            f"{change.negative_after}"
        )
    return lines


def _post(post: EvidencePost) -> str:
    text = " ".join(post.text.split())
    text = text if len(text) <= _QUOTE_CHARACTERS else text[:_QUOTE_CHARACTERS] + "…"
    copies = f" ({post.copies} copies)" if post.copies > 1 else ""
    return f"[{post.source}, {post.lang}, {post.sentiment}] {text}{copies}"


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z"
