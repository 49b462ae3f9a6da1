"""The pictures of a digest as Vega-Lite, from what the notification itself holds. Pure.

So the same digest has the same pictures, whenever and by whomever it is sent.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from schemas.alert import Alert, Severity
from streams.notifications.notification import Notification
from streams.notifications.plain_text import cleaned, inert
from streams.notifications.words import Words

MAX_INCIDENTS: Final = 12
_WIDTH_PX: Final = 520
_STEP_PX: Final = 26
_NAME: Final = 30
_COLOURS: Final = {
    Severity.NOTICE: "#8c96a5",
    Severity.SERIOUS: "#2f7fd6",
    Severity.CRITICAL: "#d9661f",
}
_CONFIG: Final = {
    "font": "Noto Sans, DejaVu Sans, sans-serif",
    "background": "white",
    "view": {"stroke": None},
    "axis": {"labelColor": "#566173", "gridColor": "#dde3ea", "domainColor": "#dde3ea"},
    "legend": {"orient": "top", "title": None},
}

Spec = dict[str, Any]


def digest_charts(notification: Notification, words: Words) -> list[tuple[str, Spec]]:
    """Titles and charts: when the incidents were, and posts beside what was usual.

    None where nothing happened; only the first where no posts were counted.
    """
    alerts = notification.alerts[:MAX_INCIDENTS]
    if not alerts:
        return []
    names = _names(alerts, words)
    charts = [(words.when_picture, _when(notification, alerts, names, words))]
    counted = [
        {"name": name, "order": number, "what": what, "posts": posts}
        for number, (alert, name) in enumerate(zip(alerts, names, strict=True))
        if alert.evidence and alert.evidence.usual is not None
        for what, posts in (
            (words.posts_seen, alert.evidence.posts),
            (words.posts_usual, alert.evidence.usual),
        )
    ]
    if counted:
        charts.append((words.posts_picture, _posts(counted, words)))
    return charts


def _names(alerts: Sequence[Alert], words: Words) -> list[str]:
    """One for each incident, told apart by a number where they read the same."""
    names: list[str] = []
    for alert in alerts:
        brand = inert(cleaned(alert.brand, most=_NAME))
        name = f"{brand} \u00b7 {words.kind_of(alert)}"
        times = sum(one == name or one.startswith(f"{name} (") for one in names)
        names.append(f"{name} ({times + 1})" if times else name)
    return names


def _when(
    notification: Notification, alerts: Sequence[Alert], names: Sequence[str], words: Words
) -> Spec:
    end = notification.at
    first = end - timedelta(days=notification.days)
    rows = [
        {
            "name": name,
            "order": number,
            "since": max(alert.since, first).isoformat(),
            "until": (alert.resolved_at or end).isoformat(),
            "severity": words.severities[alert.severity],
        }
        for number, (alert, name) in enumerate(zip(alerts, names, strict=True))
    ]
    domain = [words.severities[severity] for severity in _COLOURS]
    return {
        "data": {"values": rows},
        "width": _WIDTH_PX,
        "height": {"step": _STEP_PX},
        "config": _CONFIG,
        "mark": {"type": "bar", "height": 12, "cornerRadius": 2},
        "encoding": {
            "y": _name_axis(),
            "x": {
                "field": "since",
                "type": "temporal",
                "title": None,
                "scale": {"domain": [first.isoformat(), end.isoformat()]},
                "axis": _time_axis(notification.days),
            },
            "x2": {"field": "until"},
            "color": {
                "field": "severity",
                "type": "nominal",
                "scale": {"domain": domain, "range": list(_COLOURS.values())},
            },
        },
    }


def _posts(rows: Sequence[dict[str, Any]], words: Words) -> Spec:
    return {
        "data": {"values": list(rows)},
        "width": _WIDTH_PX,
        "height": {"step": _STEP_PX / 2},
        "config": _CONFIG,
        "mark": {"type": "bar"},
        "encoding": {
            "y": _name_axis(),
            "yOffset": {"field": "what", "type": "nominal"},
            "x": {"field": "posts", "type": "quantitative", "title": None},
            "color": {
                "field": "what",
                "type": "nominal",
                "scale": {
                    "domain": [words.posts_seen, words.posts_usual],
                    "range": ["#2f7fd6", "#c3cad4"],
                },
            },
        },
    }


def _time_axis(days: int) -> Spec:
    """Hours of a day, or days of a week."""
    if days > 1:
        return {"format": "%m-%d", "tickCount": {"interval": "day", "step": 1}}
    return {"format": "%H:%M", "tickCount": 8}


def _name_axis() -> Spec:
    axis = {"labelLimit": 220, "ticks": False}
    order = {"field": "order", "op": "min"}
    return {"field": "name", "type": "nominal", "title": None, "sort": order, "axis": axis}
