"""The group robots of DingTalk, WeCom and Feishu, and Telegram's bots: plain text or its like."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

from schemas.routes import Language
from streams.notifications.channels.http_channel import (
    TOO_FAST_WAIT_S,
    Place,
    fields_of,
    json_request,
)
from streams.notifications.channels.plain import as_text
from streams.notifications.delivery import Answer, Outcome
from streams.notifications.http_post import HttpRequest
from streams.notifications.notification import Message, Notification
from streams.notifications.plain_text import inert

_Json = dict[str, object]
_DINGTALK_BYTES: Final = 15_000
_WECOM_BYTES: Final = 2_000  # of 2,048
_TELEGRAM_BYTES: Final = 3_900  # of 4,096 characters
_TELEGRAM_URL: Final = "https://api.telegram.org"
_DINGTALK_TOO_FAST: Final = frozenset((130101, 410100, 88))
_WECOM_TOO_FAST: Final = frozenset((45009, 45033))
_FEISHU_TOO_FAST: Final = frozenset((11232, 99991400))


class DingTalkChannel:
    """A group robot of DingTalk, signed if it has a secret."""

    def requests(
        self, notification: Notification, place: Place, now: datetime
    ) -> Sequence[HttpRequest]:
        """One POST; see HttpChannel."""
        url = place.url
        if place.secrets:
            stamp = str(int(now.timestamp() * 1000))
            secret = place.secrets[0]
            sign = _hmac(secret, f"{stamp}\n{secret}")
            joint = "&" if "?" in url else "?"
            url += joint + urlencode({"timestamp": stamp, "sign": sign})
        text = as_text(notification.message, most_bytes=_DINGTALK_BYTES)
        at = {"isAtAll": False, "atMobiles": [], "atUserIds": []}
        return [json_request(url, {"msgtype": "text", "text": {"content": text}, "at": at})]

    def verdict(self, body: bytes) -> Answer | None:
        """See HttpChannel."""
        return _coded(body, "errcode", "errmsg", _DINGTALK_TOO_FAST)


class WeComChannel:
    """A group robot of WeCom."""

    def requests(
        self,
        notification: Notification,
        place: Place,
        now: datetime,  # noqa: ARG002 - nothing here expires
    ) -> Sequence[HttpRequest]:
        """One POST; see HttpChannel."""
        content = as_text(notification.message, most_bytes=_WECOM_BYTES, guard=_without_tags)
        text = {"content": content, "mentioned_list": [], "mentioned_mobile_list": []}
        return [json_request(place.url, {"msgtype": "text", "text": text})]

    def verdict(self, body: bytes) -> Answer | None:
        """See HttpChannel."""
        return _coded(body, "errcode", "errmsg", _WECOM_TOO_FAST)


class FeishuChannel:
    """A group robot of Feishu, signed if it has a secret."""

    def __init__(self, language: Language) -> None:
        self._locale = "zh_cn" if language is Language.CHINESE else "en_us"

    def requests(
        self, notification: Notification, place: Place, now: datetime
    ) -> Sequence[HttpRequest]:
        """One POST; see HttpChannel."""
        message = notification.message
        post = {"title": _without_tags(message.title), "content": _feishu_lines(message)}
        payload: _Json = {"msg_type": "post", "content": {"post": {self._locale: post}}}
        if place.secrets:
            stamp = str(int(now.timestamp()))
            signed = _hmac(f"{stamp}\n{place.secrets[0]}", "")
            payload |= {"timestamp": stamp, "sign": signed}
        return [json_request(place.url, payload)]

    def verdict(self, body: bytes) -> Answer | None:
        """See HttpChannel."""
        return _coded(body, "code", "msg", _FEISHU_TOO_FAST)


class TelegramChannel:
    """A bot's message without parse mode, in which Telegram looks for no markup."""

    def requests(
        self,
        notification: Notification,
        place: Place,
        now: datetime,  # noqa: ARG002 - nothing here expires
    ) -> Sequence[HttpRequest]:
        """One POST; see HttpChannel."""
        base = (place.url or _TELEGRAM_URL).rstrip("/")
        url = f"{base}/bot{quote(place.secrets[0], safe=':')}/sendMessage"
        payload = {
            "chat_id": place.to[0],
            "text": as_text(
                notification.message, most_bytes=_TELEGRAM_BYTES, guard=_without_commands
            ),
            "link_preview_options": {"is_disabled": True},
        }
        return [json_request(url, payload)]

    def verdict(self, body: bytes) -> Answer | None:
        """See HttpChannel."""
        fields = fields_of(body)
        if fields.get("ok", True):
            return None
        return Answer(Outcome.RETRY, str(fields.get("description"))[:200], slow=True)


def _without_tags(text: str) -> str:
    return inert(text, also="<")


def _without_commands(text: str) -> str:
    """Telegram makes links of commands, hashtags and cash tags."""
    return inert(text, also="/#$")


def _feishu_lines(message: Message) -> list[list[_Json]]:
    lines: list[list[_Json]] = []
    for section in message.sections:
        if section.heading != message.title:
            lines.append(_feishu_text(section.heading))
        lines += map(_feishu_text, section.lines)
        for one in section.quotes:
            lines.append(_feishu_text(f"“{one.text}” ({one.about})"))
    lines.append([{"tag": "a", "text": message.link_label, "href": message.link}])
    return lines


def _feishu_text(text: str) -> list[_Json]:
    return [{"tag": "text", "text": _without_tags(text)}]


def _hmac(key: str, text: str) -> str:
    digest = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _coded(body: bytes, code: str, message: str, too_fast: frozenset[int]) -> Answer | None:
    """What an answer with a code says; 0 and none are good ones."""
    fields = fields_of(body)
    found = fields.get(code, 0)
    if not found:
        return None
    detail = f"{code} {found}: {str(fields.get(message))[:200]!r}"
    if found in too_fast:
        return Answer(Outcome.RETRY, detail, retry_after_s=TOO_FAST_WAIT_S)
    return Answer(Outcome.RETRY, detail, slow=True)
