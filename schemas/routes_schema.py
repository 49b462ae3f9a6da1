"""The JSON Schema of the watchlist's part `routes`, for editors that complete and check YAML."""

from typing import Any, Final

from schemas.alert import Kind, Severity
from schemas.routes import Channel, GroupBy, Language, MailSecurity

_Schema = dict[str, Any]
_REFERENCE: Final = r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:/.+)$"


def routes_schema() -> _Schema:
    """The part's shape; `groundswell watchlist check` finds what a schema cannot say."""
    name: _Schema = {"type": "string", "minLength": 1, "maxLength": 200}
    names = {"type": "array", "items": name}
    clock = {"type": "string", "pattern": "^([01]\\d|2[0-3]):[0-5]\\d$"}
    duration = {"type": "string", "description": "A time such as 30s, 15m, 4h or 1d."}
    flag = {"type": "boolean"}
    reference = {"type": "string", "pattern": _REFERENCE}
    filters = _object(
        {
            "brands": names,
            "kinds": {"type": "array", "items": {"enum": list(Kind)}},
            "severity": {"enum": list(Severity)},
            "languages": names,
            "topics": names,
        }
    )
    route = {
        "name": {**name, "maxLength": 100},
        "channel": {"enum": list(Channel)},
        "url": {"type": "string", "description": "An address, env:NAME or file:/PATH."},
        "secret": {"anyOf": [reference, {"type": "array", "minItems": 1, "items": reference}]},
        "to": {"anyOf": [name, {**names, "minItems": 1}]},
        "server": name,
        "security": {"enum": list(MailSecurity)},
        "user": name,
        "sender": name,
        "allow_private": flag,
        "language": {"enum": list(Language)},
        "zone": {**name, "description": "Time zone, such as Europe/Berlin."},
        "filters": filters,
        "group": _object({"by": {"enum": list(GroupBy)}, "wait": duration}),
        "repeat": duration,
        "rate": {"type": "integer", "minimum": 1, "maximum": 1000},
        "quiet": _object(
            {"from": clock, "until": clock, "critical_passes": flag}, required=["from", "until"]
        ),
        "escalate": _object({"to": name, "after": duration}, required=["to", "after"]),
        "digest": clock,
        "weekly": {"type": "string", "description": "Day and time, such as monday 08:00."},
        "immediate": flag,
        "send_resolved": flag,
    }
    return {"type": "array", "items": _object(route, required=["name", "channel"])}


def _object(fields: _Schema, *, required: list[str] | None = None) -> _Schema:
    return {
        "type": "object",
        "properties": fields,
        "required": required or [],
        "additionalProperties": False,
    }
