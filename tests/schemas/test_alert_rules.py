"""The watchlist's part `alerts`: what it may say, and that every mistake is told with its place."""

from datetime import UTC, datetime

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from schemas.alert_rules import (
    ALERT_KEYS,
    EVENT_KEYS,
    OVERRIDE_KEYS,
    RULE_KEYS,
    AlertRules,
    KnownEvent,
    Sensitivity,
)
from schemas.errors import Mistake, WatchlistError
from schemas.published import alerts_schema, watchlist_schema
from schemas.threshold_rules import parse_rule
from schemas.watchlist import parse_watchlist

HEAD = """\
brands: [{name: Acme, products: [{name: Acme One}]}, {name: Bolt}]
topics: [{name: delivery, phrases: [arrived late]}]
"""
FULL = """\
alerts:
  sensitivity: calm
  quiet: 15m
  reopen: 2h
  brands:
    - {brand: acme, sensitivity: watchful}
    - {brand: Bolt, sensitivity: off}
  rules:
    - rule: posts >= 500 in 15m
      brand: Acme
      topic: Delivery
    - {rule: silence >= 2h, lang: de}
    - {rule: negative >= 40% in 1h, product: Acme One}
  calendar:
    - name: Launch
      brands: [Bolt]
      from: 2026-12-01 09:00
      until: 2026-12-02 09:00:00
      zone: Europe/Berlin
"""


def rules(text: str) -> AlertRules:
    """What the part says."""
    return parse_watchlist(HEAD + text).alerts


def mistakes(text: str) -> list[Mistake]:
    """The mistakes of a part that has some."""
    with pytest.raises(WatchlistError) as caught:
        rules(text)
    return list(caught.value.mistakes)


def test_reads_everything():
    """Names are found however they are spelled; times become UTC."""
    found = rules(FULL)
    assert found.sensitivity_of("Acme") is Sensitivity.WATCHFUL
    assert found.sensitivity_of("Bolt") is Sensitivity.OFF
    assert found.sensitivity_of("other") is Sensitivity.CALM
    assert (found.quiet_min, found.reopen_min) == (15, 120)
    assert [(r.brand, r.topic, r.lang, r.product) for r in found.rules] == [
        ("Acme", "delivery", "", ""),
        ("", "", "de", ""),
        ("", "", "", "Acme One"),
    ]
    assert found.rules[0].rule == parse_rule("posts >= 500 in 15m")
    since, until = (datetime(2026, 12, day, 8, tzinfo=UTC) for day in (1, 2))
    assert found.calendar == (KnownEvent("Launch", ("Bolt",), since, until),)
    assert found.muted_by("Bolt", since) == "Launch"
    assert found.muted_by("Bolt", until) == found.muted_by("Acme", since) == ""


def test_without_the_part_alerts_are_balanced():
    """No part, or an empty rule set, is no mistake."""
    assert parse_watchlist(HEAD).alerts == AlertRules()


@pytest.mark.parametrize(
    ("line", "field", "remedy"),
    [
        ("sensitivity: loud", "alerts.sensitivity", "calm, balanced, watchful or off"),
        ("quiet: 0m", "alerts.quiet", "at most 1d"),
        ("reopen: 9d", "alerts.reopen", "at most 7d"),
        ("volume: 3", "alerts.volume", "known here"),
        ("rules: [{rule: posts > many}]", "alerts.rules[0].rule", "write it as"),
        ("rules: [{rule: silence >= 2h, brand: Ac}]", "alerts.rules[0].brand", "none of the"),
        ("rules: [{rule: silence >= 2h, lang: x y}]", "alerts.rules[0].lang", "code"),
        ("rules: [{brand: Acme}]", "alerts.rules[0].rule", "add `rule:`"),
        (
            "rules: [{rule: silence >= 2h, lang: de, topic: delivery}]",
            "alerts.rules[0].lang",
            "one topic or lang",
        ),
        (
            "brands: [{brand: Acme, sensitivity: calm}, {brand: Acme, sensitivity: calm}]",
            "alerts.brands[1].brand",
            "twice",
        ),
        (
            "calendar: [{name: L, from: 2026-12-01, until: 2026-12-02T00:00Z}]",
            "alerts.calendar[0].from",
            "zone",
        ),
        (
            "calendar: [{name: L, from: soon, until: 2026-12-02T00:00Z}]",
            "alerts.calendar[0].from",
            "no time",
        ),
        (
            "calendar: [{name: L, from: 2026-12-03T00:00Z, until: 2026-12-02T00:00Z}]",
            "alerts.calendar[0].until",
            "not after",
        ),
        (
            "calendar: [{name: L, from: 2026-03-29 02:30, until: 2026-04-01, zone: Europe/Berlin}]",
            "alerts.calendar[0].from",
            "skip",
        ),
        (
            "calendar: [{name: L, from: 2026-03-29, until: 2026-04-01, zone: Mars/North}]",
            "alerts.calendar[0].zone",
            "no time zone",
        ),
    ],
)
def test_mistakes_have_line_field_value_and_remedy(line: str, field: str, remedy: str):
    """Each mistake is told where it stands."""
    (mistake,) = mistakes(f"alerts:\n  {line}\n")
    assert (mistake.line, mistake.field) == (4, field)
    assert remedy in mistake.remedy
    assert mistake.value


def test_all_mistakes_are_told_at_once():
    """A file is mended in one go."""
    text = "alerts:\n  sensitivity: x\n  quiet: y\n  rules: [{rule: z}]\n"
    assert [mistake.line for mistake in mistakes(text)] == [4, 5, 6]


def test_published_schema_knows_the_parsers_keys():
    """No key is read that the schema does not publish, and none the other way round."""
    fields = alerts_schema()["properties"]
    assert tuple(fields) == ALERT_KEYS
    assert tuple(fields["brands"]["items"]["properties"]) == OVERRIDE_KEYS
    assert tuple(fields["rules"]["items"]["properties"]) == RULE_KEYS
    assert tuple(fields["calendar"]["items"]["properties"]) == EVENT_KEYS
    quoted = FULL.replace("2026-12-02 09:00:00", '"2026-12-02 09:00:00"')
    assert Draft202012Validator(watchlist_schema()).is_valid(yaml.safe_load(HEAD + quoted))


@given(text=st.text(max_size=60))
def test_any_rule_is_read_or_refused(text: str):
    """No text breaks the reader of rules."""
    try:
        rule = parse_rule(text)
    except ValueError:
        return
    assert rule.least > 0
