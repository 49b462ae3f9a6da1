"""What each channel posts: the message, and nothing that a post's text could set off."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default as mail_policy
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec import structs
from standardwebhooks.webhooks import Webhook

from schemas.alert import Acknowledgement, Alert, Severity
from schemas.errors import SettingsError
from schemas.routes import Channel, GroupBy, Language, MailSecurity, MailServer, Route, Target
from streams.notifications.channels.apprise_channel import _send
from streams.notifications.channels.choice import http_channel_of
from streams.notifications.channels.http_channel import Place
from streams.notifications.channels.mail import mail_of
from streams.notifications.channels.plain import as_text
from streams.notifications.delivery import Outcome
from streams.notifications.http_post import HttpRequest
from streams.notifications.notification import Notification
from streams.notifications.plain_text import unmarked
from streams.notifications.planner import Planner, marked_test
from tests.dashboards.hostile import texts
from tests.streams.notifications.incidents import MINUTE, START, evidence, incident, resolved, route

NOW = datetime.now(UTC)
SECRET = "whsec_" + base64.b64encode(b"a" * 32).decode()
OTHER = "whsec_" + base64.b64encode(b"b" * 32).decode()
HTTP = (
    Channel.WEBHOOK, Channel.SLACK, Channel.TEAMS, Channel.DINGTALK, Channel.WECOM, Channel.FEISHU,
    Channel.TELEGRAM, Channel.PAGERDUTY,
)  # fmt: skip
CHATS = HTTP[1:]
LURES = (
    *texts(),
    "<!channel> <!here> <@U123> <https://evil.test|your bank>",
    '@everyone @here @all @channel <at user_id="all">x</at> <at>all</at> <@all>',
    "Subject: x\r\nBcc: victim@evil.test\r\n\r\nbody",
    "</blockquote><script>harmed()</script> {0} {brand} %(x)s ${x}",
)  # fmt: skip


def a_route(channel: Channel, **fields: Any) -> Route:
    return route(target=Target(channel=channel, url="https://receiver.example"), **fields)


def told(channel: Channel, *alerts: Alert, **fields: Any) -> Notification:
    """The notification of these incidents."""
    planner = Planner("https://page.example")
    planner.observe(alerts)
    (found,) = planner.plan([a_route(channel, **fields)], START + MINUTE)
    return found


def requests_of(
    channel: Channel,
    notification: Notification,
    *,
    url: str = "https://receiver.example/hook?key=1",
    secrets: tuple[str, ...] = (SECRET,),
    language: Language = Language.ENGLISH,
) -> list[HttpRequest]:
    place = Place(url=url, secrets=secrets, to=("-100",))
    chosen = http_channel_of(a_route(channel, language=language))
    return list(chosen.requests(notification, place, datetime.now(UTC)))


def strings(value: object) -> Iterator[str]:
    """All texts in a JSON document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


def hostile(text: str) -> Alert:
    """An incident with that text wherever a text from outside can stand."""
    return incident(
        evidence=evidence(text), sentence=text, acknowledged=Acknowledgement(by=text, at=START)
    )


@pytest.mark.parametrize("channel", CHATS)
def test_hostile_texts_stay_texts(channel: Channel):
    """No mention, no link, no markup, no hidden character, in a message of the allowed size."""
    for text in LURES:
        (request,) = requests_of(channel, told(channel, hostile(text)))
        assert len(request.body) < 28_000
        payload = json.loads(request.body)
        for found in strings(payload):
            if "page.example" in found:
                head, _, link = found.rpartition("https://page.example/")
                assert re.fullmatch(r"\?incident=acme-1", link)
                found = head  # noqa: PLW2901 - our own link is meant to be one
            assert_inert(found, channel)


def assert_inert(text: str, channel: Channel) -> None:
    assert not re.search(r"@(everyone|here|all|channel|\w)", text)
    assert not re.search(r"(?i)https?://(?!adaptivecards)|www\.\w|\w\.(test|com|exe)\b", text)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    if channel in {Channel.WECOM, Channel.FEISHU}:
        assert not re.search(r"<(at|@|a\b|font)", text)


def test_slack_looks_into_no_text_of_a_post():
    """Rich text alone has them; the one text that Slack parses is escaped."""
    (request,) = requests_of(Channel.SLACK, told(Channel.SLACK, hostile(LURES[-4])))
    payload = json.loads(request.body)
    assert not re.search(r"[<>]", payload["text"])
    assert payload["parse"] == "none"
    kinds = set(re.findall(r'"type":"(\w+)"', request.body.decode()))
    assert kinds == {"rich_text", "rich_text_section", "rich_text_quote", "text", "link"}
    brand = incident(brand="<!channel> & Co", evidence=None)
    (request,) = requests_of(Channel.SLACK, told(Channel.SLACK, brand))
    assert "&lt;!channel&gt; &amp; Co" in json.loads(request.body)["text"]


def test_teams_runs_know_no_markdown():
    """Nothing else than text runs; one button."""
    (request,) = requests_of(Channel.TEAMS, told(Channel.TEAMS, hostile("[x](http://evil.test)")))
    card = json.loads(request.body)["attachments"][0]["content"]
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert {run["type"] for block in card["body"] for run in block["inlines"]} == {"TextRun"}
    assert [action["type"] for action in card["actions"]] == ["Action.OpenUrl"]


def test_message_says_what_happened():
    """Seen against expected, since when, who carries it, which words, quoted posts, the page."""
    (request,) = requests_of(
        Channel.TELEGRAM, told(Channel.TELEGRAM, hostile("never came"), zone="Europe/Berlin")
    )
    text = json.loads(request.body)["text"].replace("\u2060", "")
    assert text.splitlines() == [
        "Acme: far more negative posts than usual (serious)",
        (
            "Acme: 78 % negative instead of the usual 8 % since 12:55 CET (128 negative posts in "
            "15 minutes; 12 expected, ordinary up to 22), mostly about never came."
        ),
        "Since 2026-11-25 12:55 CET.",
        "never came looks after it.",
        "Carried by: topic never came (70 %), language German (50 %), country Austria (40 %).",
        "Words that stand out: “never came”.",
        "“never came” (never came, German, 2026-11-25 13:00 CET, 37 copies)",
        "",
        "Open the dashboard: https://page.example/?incident=acme-1",
    ]


def test_message_in_chinese():
    """The alert's own sentence is English; the same is said in Chinese."""
    notification = told(
        Channel.WECOM, hostile("快递很慢"), language=Language.CHINESE, zone="Asia/Shanghai"
    )
    (request,) = requests_of(Channel.WECOM, notification)
    text = json.loads(request.body)["text"]["content"].replace("\u2060", "")
    lines = text.splitlines()
    assert lines[0] == "Acme：负面帖子远超平常（严重）"
    assert re.search("负面.*128 条.*预期 12 条", lines[1])
    assert lines[2:5] == [
        "始于 2026-11-25 19:55 CST。",
        "快递很慢 正在处理。",
        "主要来自：话题 快递很慢（70%）、语言 德语（50%）、国家 奥地利（40%）。",
    ]


def test_what_a_rule_says_is_no_more_than_usual():
    """A rule may be met by what is usual: the heading does not claim anything else."""
    alert = incident()
    by_rule = tuple(structs.replace(one, rule="negative >= 60% in 15m") for one in alert.signals)
    (request,) = requests_of(
        Channel.TELEGRAM, told(Channel.TELEGRAM, structs.replace(alert, signals=by_rule))
    )
    heading, said, *_ = json.loads(request.body)["text"].splitlines()
    assert heading == "Acme: negative posts reached a rule's limit (serious)"
    assert "12 expected, ordinary up to 22; rule: negative >= 60% in 15m" in said


@pytest.mark.parametrize("channel", HTTP)
@pytest.mark.parametrize("language", list(Language))
def test_every_kind_of_message_can_be_sent(channel: Channel, language: Language):
    """One, many, over, digest, test: within the channel's limits, in both languages."""
    many = [incident(f"k{n}", brand=f"b{n}", evidence=evidence("x" * 500)) for n in range(60)]
    over = resolved(at=START, began=START - 60 * MINUTE, evidence=evidence())
    for alerts in ([many[0]], many, [over], many[:5]):
        notification = told(channel, *alerts, language=language)
        posted = requests_of(channel, notification, language=language)
        assert len(posted) == (len(alerts) if channel is Channel.PAGERDUTY else 1)
    limits = {Channel.WECOM: 2_300, Channel.TELEGRAM: 4_400, Channel.WEBHOOK: 200_000}
    for alerts in (many, many[:5]):
        for request in requests_of(channel, told(channel, *alerts, language=language)):
            assert len(request.body) < limits.get(channel, 28_000)
    test = marked_test(a_route(channel, language=language), "https://p.example", name="x", at=NOW)
    assert "TEST" in test.message.title or "测试" in test.message.title
    assert requests_of(channel, test)


def test_webhook_can_be_verified_with_each_of_its_secrets():
    """By the reference library; a changed body cannot."""
    notification = told(Channel.WEBHOOK, hostile("never came"))
    (request,) = requests_of(Channel.WEBHOOK, notification, secrets=(SECRET, OTHER))
    for secret in (SECRET, OTHER):
        found = Webhook(secret).verify(request.body, request.headers)
        assert found["data"]["id"] == request.headers["webhook-id"] == notification.id
    assert found["type"] == "incidents"
    assert found["data"]["notices"][0]["what"] == "opened"
    assert found["data"]["notices"][0]["alert"]["key"] == "acme-1"
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(SECRET).verify(request.body.replace(b"128", b"129"), request.headers)


def test_webhook_says_that_a_secret_is_none():
    """And does not repeat it."""
    with pytest.raises(SettingsError, match="base64") as caught:
        requests_of(Channel.WEBHOOK, told(Channel.WEBHOOK, incident()), secrets=("hüsh",))
    assert "hüsh" not in str(caught.value)


def test_dingtalk_and_feishu_sign_as_their_robots_demand():
    """By their documents' formulas."""
    (request,) = requests_of(Channel.DINGTALK, told(Channel.DINGTALK, incident()), secrets=("s",))
    query = parse_qs(urlsplit(request.url).query)
    digest = hmac.new(b"s", f"{query['timestamp'][0]}\ns".encode(), hashlib.sha256).digest()
    assert query["sign"] == [base64.b64encode(digest).decode()]
    assert query["key"] == ["1"]
    (request,) = requests_of(Channel.FEISHU, told(Channel.FEISHU, incident()), secrets=("s",))
    payload = json.loads(request.body)
    key = f"{payload['timestamp']}\ns".encode()
    assert payload["sign"] == base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()


@pytest.mark.parametrize(
    ("channel", "body", "outcome", "after_s"),
    [
        (Channel.DINGTALK, '{"errcode":0}', None, None),
        (Channel.DINGTALK, '{"errcode":130101,"errmsg":"too fast"}', Outcome.RETRY, 60),
        (Channel.DINGTALK, '{"errcode":310000,"errmsg":"sign not match"}', Outcome.RETRY, None),
        (Channel.WECOM, '{"errcode":45009}', Outcome.RETRY, 60),
        (Channel.FEISHU, '{"code":9499,"msg":"Bad Request"}', Outcome.RETRY, None),
        (Channel.FEISHU, '{"code":0}', None, None),
        (Channel.FEISHU, "[[[", None, None),
        (Channel.TELEGRAM, '{"ok":true}', None, None),
        (Channel.SLACK, "ok", None, None),
    ],
)
def test_answers_that_say_no_with_status_200(
    channel: Channel, body: str, outcome: Outcome | None, after_s: float | None
):
    """The code in the body counts."""
    found = http_channel_of(a_route(channel)).verdict(body.encode())
    assert (found.outcome if found else None) is outcome
    assert (found.retry_after_s if found else None) == after_s


def test_pagerduty_has_one_incident_for_each():
    """Triggered and resolved by the key that contains its start."""
    alerts = [incident("a", severity=Severity.CRITICAL), incident("b")]
    events = [
        json.loads(request.body)
        for request in requests_of(Channel.PAGERDUTY, told(Channel.PAGERDUTY, *alerts))
    ]
    assert [(one["event_action"], one["dedup_key"]) for one in events] == [
        ("trigger", "a"), ("trigger", "b"),
    ]  # fmt: skip
    assert [one["payload"]["severity"] for one in events] == ["critical", "error"]
    over = resolved(at=START, began=START - 60 * MINUTE)
    (request,) = requests_of(Channel.PAGERDUTY, told(Channel.PAGERDUTY, over))
    assert json.loads(request.body)["event_action"] == "resolve"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


MAIL = Target(
    channel=Channel.EMAIL,
    to=("risk@example.com",),
    mail=MailServer(
        host="mail.example.com",
        port=25,
        security=MailSecurity.NONE,
        user="",
        sender="alerts@example.com",
    ),
)


def test_mail_has_no_markup_and_no_header_of_a_post():
    """Only our own tags, one link of our own, the headers that we wrote."""
    for text in LURES:
        alert = hostile(text)
        notification = told(Channel.EMAIL, incident("x", brand=text), alert, group_by=GroupBy.ROUTE)
        data = mail_of(notification, MAIL, NOW).as_bytes()
        mail = message_from_bytes(data, policy=mail_policy)
        assert sorted(mail.keys()) == [
            "Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-ID",
            "Subject", "To", "X-Groundswell-Route",
        ]  # fmt: skip
        assert mail["To"] == "risk@example.com"
        page = mail.get_body(("html",))
        plain = mail.get_body(("plain",))
        assert page
        assert plain
        tags = _Tags()
        tags.feed(page.get_content())
        assert {tag for tag, _ in tags.found} <= {
            "html", "body", "h2", "h3", "p", "blockquote", "small", "a",
        }  # fmt: skip
        links = [attributes["href"] for tag, attributes in tags.found if tag == "a"]
        assert links == ["https://page.example/?page=incidents"]
        body = plain.get_content().replace("https://page.example/?page=incidents", "")
        for line in body.splitlines():
            assert_inert(line, Channel.EMAIL)


def test_mail_quotes_posts_as_their_words_run():
    """A name or a mark before them does not turn them around."""
    arabic = "\u0627\u0644\u0628\u0637\u0627\u0631\u064a\u0629"
    for text, direction in ((f"\u200e@someone {arabic}", "rtl"), ("a bad battery", "ltr")):
        page = mail_of(told(Channel.EMAIL, hostile(text)), MAIL, NOW).get_body(("html",))
        assert page
        tags = _Tags()
        tags.feed(page.get_content())
        quotes = [attributes for tag, attributes in tags.found if tag == "blockquote"]
        assert quotes
        assert all(attributes["dir"] == direction for attributes in quotes)


def test_mail_s_id_is_the_notification_s():
    """A repeat is the same mail; all mails of an incident are one conversation."""
    notification = told(Channel.EMAIL, incident())
    first, second = (mail_of(notification, MAIL, NOW) for _ in range(2))
    assert first["Message-ID"] == second["Message-ID"] == f"<{notification.id}@example.com>"
    assert first["References"].startswith("<incident-")


@pytest.mark.parametrize("text", LURES[-4:])
def test_text_for_unknown_dialects_has_no_markup(text: str):
    """What Apprise reaches may read markdown, HTML or anything."""
    message = told(Channel.APPRISE, hostile(text)).message
    found = as_text(message, most_bytes=10_000, guard=unmarked, with_title=False)
    assert not re.search(r"[*_`~\[\]<>|#\\{}]", found)
    assert_inert(found.replace(message.link, ""), Channel.APPRISE)


def test_apprise_does_not_know_every_address():
    """What it does not know is told, without the address."""
    answer = _send("nosuch://hush", told(Channel.APPRISE, incident()))
    assert answer.outcome is Outcome.RETRY
    assert "hush" not in answer.detail
