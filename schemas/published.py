"""The JSON Schemas of what people write and send: `python -m schemas.published FOLDER`."""

import json
import sys
from pathlib import Path
from typing import Any, Final

import msgspec

from schemas.alert import Alert
from schemas.alert_rules import MAX_RULES, Sensitivity
from schemas.post import json_schema as post_schema
from schemas.routes_schema import routes_schema
from schemas.watchlist import MAX_ALIAS_CHARACTERS, MAX_NAME_CHARACTERS, MAX_PHRASE_CHARACTERS

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def documents() -> dict[str, dict[str, Any]]:
    """File name to JSON Schema."""
    return {
        "alert.json": {"$schema": _DIALECT, **msgspec.json.schema(Alert)},
        "post.json": {"$schema": _DIALECT, "title": "Post", **post_schema()},
        "watchlist.json": watchlist_schema(),
    }


def watchlist_schema() -> dict[str, Any]:
    """JSON Schema of the watchlist file, for editors that complete and check YAML.

    It holds the file's shape; `groundswell watchlist check` finds what a schema cannot say.
    """
    name = _text(MAX_NAME_CHARACTERS, "Unique in its list; matched in texts like an alias.")
    named = {
        "name": name,
        "aliases": _texts(
            MAX_ALIAS_CHARACTERS, "What texts call it, in any script; words may go on after a *."
        ),
        "exclude": _texts(MAX_PHRASE_CHARACTERS, "Phrases that hide the aliases inside them."),
        "match_name": {
            "type": "boolean",
            "default": True,
            "description": "Whether texts are searched for the name too.",
        },
    }
    brand = {**named, "products": {"type": "array", "items": _object(named, required=["name"])}}
    phrases = _texts(MAX_PHRASE_CHARACTERS, "Examples of the topic, in any language.")
    topic = {"name": name, "phrases": {**phrases, "minItems": 1}}
    fields = {
        "brands": {"type": "array", "minItems": 1, "items": _object(brand, required=["name"])},
        "topics": {"type": "array", "items": _object(topic, required=["name", "phrases"])},
        "alerts": alerts_schema(),
        "routes": routes_schema(),
    }
    return {"$schema": _DIALECT, "title": "Watchlist", **_object(fields, required=["brands"])}


def alerts_schema() -> dict[str, Any]:
    """JSON Schema of the watchlist's part `alerts`."""
    name = _text(MAX_NAME_CHARACTERS, "As the lists of this file have it.")
    # YAML reads a bare `off` as false.
    sensitivity = {"enum": [*(word.value for word in Sensitivity), False]}
    override = {"brand": name, "sensitivity": sensitivity}
    rule_text = "Such as `posts >= 500 in 15m`, `negative >= 40% in 1h`, `silence >= 2h`."
    rule = {"rule": _text(MAX_NAME_CHARACTERS, rule_text), "brand": name, "topic": name}
    rule |= {"lang": _text(20, "A language's code."), "product": name}
    event = {
        "name": _text(MAX_NAME_CHARACTERS, "Stands in the alerts that it mutes."),
        "brands": {"type": "array", "items": name},
        "from": _text(40, "Such as 2026-12-01 09:00."),
        "until": _text(40, "Such as 2026-12-02 09:00."),
        "zone": _text(60, "Time zone of both times, such as Europe/Berlin."),
    }
    duration = _text(20, "A time such as 10m, 3h or 1d.")
    rules = _object(rule, required=["rule"])
    return _object(
        {
            "sensitivity": sensitivity,
            "quiet": duration,
            "reopen": duration,
            "brands": {"type": "array", "items": _object(override, required=list(override))},
            "rules": {"type": "array", "maxItems": MAX_RULES, "items": rules},
            "calendar": {
                "type": "array",
                "items": _object(event, required=["name", "from", "until"]),
            },
        },
        required=[],
    )


def write(folder: Path) -> None:
    """Write every schema into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in documents().items():
        (folder / name).write_text(rendered(schema), encoding="utf-8")


def rendered(schema: dict[str, Any]) -> str:
    """A schema as the text of its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _object(fields: dict[str, Any], *, required: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": fields,
        "required": required,
        "additionalProperties": False,
    }


def _text(max_characters: int, description: str) -> dict[str, Any]:
    return {
        "type": "string",
        "minLength": 1,
        "maxLength": max_characters,
        "description": description,
    }


def _texts(max_characters: int, description: str) -> dict[str, Any]:
    item = {"type": "string", "minLength": 1, "maxLength": max_characters}
    return {"type": "array", "items": item, "description": description}


if __name__ == "__main__":
    write(Path(sys.argv[1]))
