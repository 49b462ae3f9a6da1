"""The watchlist's part `routes`: what it may say, and that every mistake is told with its place."""

import contextlib
import re
from datetime import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from schemas.alert import Kind, Severity
from schemas.errors import Mistake, WatchlistError
from schemas.published import watchlist_schema
from schemas.routes import (
    Channel,
    Escalation,
    QuietHours,
    Route,
    SecretReference,
    WeeklyTime,
)
from schemas.routes_file import ROUTE_KEYS
from schemas.watchlist import parse_watchlist

PAGE = (Path(__file__).parents[2] / "docs" / "notifications.md").read_text("utf-8")
HEAD = """\
brands: [{name: Acme}, {name: Bolt}]
topics: [{name: delivery, phrases: [arrived late]}]
"""


def routes(text: str) -> tuple[Route, ...]:
    return parse_watchlist(HEAD + text).routes


def mistakes(text: str) -> list[Mistake]:
    with pytest.raises(WatchlistError) as caught:
        routes(text)
    return list(caught.value.mistakes)


def test_every_example_of_the_page_can_be_used():
    """Each channel has one; the published schema takes it too."""
    examples = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    channels = {route.target.channel for text in examples for route in routes(text)}
    assert channels == set(Channel)
    validator = Draft202012Validator(watchlist_schema())
    assert all(validator.is_valid(yaml.safe_load(HEAD + text)) for text in examples)


def test_page_explains_every_key():
    """And the schema publishes it."""
    fields = watchlist_schema()["properties"]["routes"]["items"]["properties"]
    assert tuple(fields) == ROUTE_KEYS
    assert [key for key in ROUTE_KEYS if f"`{key}`" not in PAGE] == []


def test_reads_all_of_a_route():
    """Names as the file's lists spell them, times as seconds."""
    text = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert text
    risk, duty = routes(text[1])
    assert risk.target.url == SecretReference("env", "SLACK_URL")
    assert risk.filters.kinds == (Kind.VOLUME, Kind.NEGATIVE)
    assert risk.filters.severity is Severity.SERIOUS
    assert risk.quiet == QuietHours(since=time(22), until=time(7), critical_passes=True)
    assert risk.escalation == Escalation(to="on call", after_s=900)
    assert (risk.repeat_s, risk.digest, risk.zone) == (14_400, time(8), "Europe/Berlin")
    assert risk.weekly == WeeklyTime(weekday=0, at=time(8))
    assert not duty.immediate
    (found,) = routes("routes: [{name: a, channel: slack, url: env:A, filters: {brands: [ACME]}}]")
    assert found.filters.brands == ("Acme",)


ONE = "routes:\n  - {name: a, channel: webhook, url: 'https://a.example/x', %s}\n"


@pytest.mark.parametrize(
    ("text", "field", "remedy"),
    [
        ("routes: 1", "routes", "write a list"),
        ("routes: [{name: a}]", "routes[0].channel", "add `channel:`"),
        ("routes: [{name: a, channel: fax}]", "routes[0].channel", "write one of webhook"),
        ("routes: [{name: a, channel: slack}]", "routes[0].url", "needs `url:`"),
        ("routes: [{name: a, channel: webhook, url: 'http://x/'}]", "routes[0].url", "use https:"),
        ("routes: [{name: a, channel: webhook, url: 'https://u:p@x/'}]", "routes[0].url", "https:"),
        ("routes: [{name: a, channel: webhook, url: 'file:x'}]", "routes[0].url", "write https:"),
        ("routes: [{name: a, channel: telegram, secret: env:A, to: me}]", "routes[0].to", "write"),
        ("routes: [{name: a, channel: apprise, url: env:A}]", "routes[0].channel", "Apprise"),
        (ONE % "secret: hunter2", "routes[0].secret", "never write a secret here"),
        (ONE % "secret: env:GROUNDSWELL_KEY", "routes[0].secret", "not begin with GROUNDSWELL_"),
        (ONE % "secret: []", "routes[0].secret", "list at least 1"),
        (ONE % "to: a@b.example", "routes[0].to", "has no use for `to`"),
        (ONE % "zone: Mars/Base", "routes[0].zone", "is no time zone"),
        (ONE % "repeat: 5s", "routes[0].repeat", "write a time"),
        (ONE % "repeat: soon", "routes[0].repeat", "write a time"),
        (ONE % "rate: 0", "routes[0].rate", "whole number from 1"),
        (ONE % "rate: many", "routes[0].rate", "whole number from 1"),
        (ONE % "digest: '25:00'", "routes[0].digest", "time of day"),
        (ONE % "weekly: '08:00'", "routes[0].weekly", "monday 08:00"),
        (ONE % "weekly: someday 08:00", "routes[0].weekly", "monday 08:00"),
        (ONE % "digest: 18:00", "routes[0].digest", "put it in quotes"),
        (ONE % "quiet: {from: '22:00'}", "routes[0].quiet.until", "add `until:`"),
        (ONE % "quiet: {from: '22:00', until: '22:00'}", "routes[0].quiet.until", "the same"),
        (ONE % "escalate: {to: b, after: 5m}", "routes[0].escalate.to", "no route of this file"),
        (ONE % "escalate: {to: a, after: 5m}", "routes[0].escalate.to", "end the circle"),
        (ONE % "filters: {brands: [Zeta]}", "routes[0].filters.brands[0]", "none of the brands"),
        (ONE % "filters: {kinds: [rain]}", "routes[0].filters.kinds[0]", "write one of volume"),
        (ONE % "filters: {languages: [German]}", "routes[0].filters.languages[0]", "code"),
        (ONE % "group: {by: moon}", "routes[0].group.by", "write one of brand, route"),
        (ONE % "sned_resolved: true", "routes[0].sned_resolved", "did you mean `send_resolved`?"),
    ],
)
def test_mistake_is_told_with_its_place(text: str, field: str, remedy: str):
    """Field and remedy of each mistake."""
    (mistake,) = mistakes(text)
    assert mistake.field == field
    assert remedy in mistake.remedy
    assert mistake.line in {3, 4}


@pytest.mark.parametrize("channel", ["slack", "teams", "dingtalk", "wecom", "feishu", "apprise"])
def test_secret_is_not_repeated_in_the_message(channel: str):
    """A secret that was written into the file does not reach the log as well."""
    text = f"routes: [{{name: a, channel: {channel}, url: 'https://x.example/hush'}}]"
    assert "hush" not in str([*mistakes(text)])
    assert "hush" not in str(mistakes(ONE % "secret: hush"))


@given(st.text(max_size=60), st.sampled_from(ROUTE_KEYS))
def test_nothing_but_a_watchlist_error_comes_out(value: str, key: str):
    """Whatever stands there."""
    text = yaml.safe_dump({"routes": [{"name": "a", "channel": "webhook", key: value}]})
    with contextlib.suppress(WatchlistError):
        routes(text)
