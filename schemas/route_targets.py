"""Reads where a route's messages go: its channel's own keys in the watchlist file."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from schemas.marked_yaml import Located, MarkedReader
from schemas.routes import Channel, MailSecurity, MailServer, SecretReference, Target

MAX_URL_CHARACTERS: Final = 2000
MAX_SECRETS: Final = 5
MAX_RECIPIENTS: Final = 50
TARGET_KEYS: Final = (
    "channel", "url", "secret", "to", "server", "security", "user", "sender", "allow_private",
)  # fmt: skip
_REFERENCE: Final = re.compile(r"(env):(?!GROUNDSWELL_)([A-Za-z_][A-Za-z0-9_]*)|(file):(/.+)")
# Variables that begin so are settings, and an unknown one of them is an error.
_REMEDY: Final = (
    "put it into a variable, whose name does not begin with GROUNDSWELL_, and write `env:NAME`; "
    "or into a file, and write `file:/PATH`"
)
_MAIL_ADDRESS: Final = re.compile(r"[^\s<>\"(),:;@\\]+@[^\s<>\"(),:;@\\]+\.[^\s<>\"(),:;@\\]+")
_CHAT: Final = re.compile(r"-?\d{1,20}|@[A-Za-z0-9_]{3,64}")
_PORTS: Final = {MailSecurity.STARTTLS: 587, MailSecurity.TLS: 465, MailSecurity.NONE: 25}


@dataclass(frozen=True, slots=True)
class _Keys:
    """Which keys a channel has. secret_url: its address lets whoever knows it write there."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    secret_url: bool = True


_HTTP: Final = ("allow_private",)
_KEYS: Final = {
    Channel.WEBHOOK: _Keys(("url",), ("secret", *_HTTP), secret_url=False),
    Channel.SLACK: _Keys(("url",), _HTTP),
    Channel.TEAMS: _Keys(("url",), _HTTP),
    Channel.DINGTALK: _Keys(("url",), ("secret", *_HTTP)),
    Channel.WECOM: _Keys(("url",), _HTTP),
    Channel.FEISHU: _Keys(("url",), ("secret", *_HTTP)),
    Channel.TELEGRAM: _Keys(("secret", "to"), ("url", *_HTTP), secret_url=False),
    Channel.PAGERDUTY: _Keys(("secret",), ("url", *_HTTP), secret_url=False),
    Channel.EMAIL: _Keys(("server", "sender", "to"), ("security", "user", "secret")),
    Channel.APPRISE: _Keys(("url",), _HTTP),
}


@dataclass(frozen=True, slots=True)
class TargetReader:
    """Reads one route's target out of its fields; mistakes are noted in the reader."""

    reader: MarkedReader
    fields: dict[str, Located]
    place: Located

    def target(self) -> Target | None:
        """The target; None if it has no known channel."""
        channel = self._channel()
        if channel is None:
            return None
        self._check_keys(channel)
        if channel is Channel.APPRISE and not self._private():
            remedy = "Apprise connects without a check of addresses: say `allow_private: true`"
            self.reader.note(self.fields["channel"], channel.value, remedy)
        return Target(
            channel=channel,
            url=self._url(secret=_KEYS[channel].secret_url),
            secrets=self._secrets(),
            to=self._recipients(channel),
            mail=self._mail() if channel is Channel.EMAIL else None,
            allow_private=self.reader.flag(self.fields.get("allow_private"), default=False),
        )

    def _text(self, key: str) -> str | None:
        return self.reader.text(self.fields.get(key), max_characters=MAX_URL_CHARACTERS)

    def _channel(self) -> Channel | None:
        text = self._text("channel")
        if text is None:
            return None
        try:
            return Channel(text.lower())
        except ValueError:
            remedy = f"write one of {', '.join(Channel)}; `apprise` reaches a hundred others"
            self.reader.note(self.fields["channel"], text, remedy)
            return None

    def _check_keys(self, channel: Channel) -> None:
        keys = _KEYS[channel]
        for key in keys.required:
            if key not in self.fields:
                remedy = f"channel {channel} needs `{key}:`"
                path = Located(self.place.node, f"{self.place.path}.{key}")
                self.reader.note(path, "(missing)", remedy)
        for key in TARGET_KEYS[1:]:
            if key in self.fields and key not in keys.required + keys.optional:
                remedy = f"channel {channel} has no use for `{key}`: remove it"
                self.reader.note(self.fields[key], "(set)", remedy)

    def _url(self, *, secret: bool) -> str | SecretReference:
        text = self._text("url")
        if text is None:
            return ""
        reference = _reference(text)
        if reference:
            return reference
        place = self.fields["url"]
        if secret:
            # Never the value itself: the message may end in a log.
            self.reader.note(place, "(not shown)", f"this address is a secret: {_REMEDY}")
        elif not _is_http(text):
            self.reader.note(place, text, "write https://host/path without a user, or `env:NAME`")
        elif not text.startswith("https:") and not self._private():
            remedy = "use https:, or say `allow_private: true` for a receiver of your own network"
            self.reader.note(place, text, remedy)
        return text

    def _private(self) -> bool:
        place = self.fields.get("allow_private")
        return place is not None and str(place.node.value).lower() in {"true", "yes", "on"}

    def _secrets(self) -> tuple[SecretReference, ...]:
        place = self.fields.get("secret")
        if place is None:
            return ()
        is_list = isinstance(place.node.value, list)
        places = self.reader.items(place, example="`- env:NAME`", least=1) if is_list else [place]
        if len(places) > MAX_SECRETS:
            self.reader.note(places[MAX_SECRETS], "(secret)", f"keep at most {MAX_SECRETS}")
        found = []
        for one in places[:MAX_SECRETS]:
            text = self.reader.text(one, max_characters=MAX_URL_CHARACTERS)
            reference = _reference(text) if text else None
            if reference:
                found.append(reference)
            elif text:
                self.reader.note(one, "(not shown)", f"never write a secret here: {_REMEDY}")
        return tuple(found)

    def _recipients(self, channel: Channel) -> tuple[str, ...]:
        place = self.fields.get("to")
        if place is None or channel not in {Channel.EMAIL, Channel.TELEGRAM}:
            return ()
        mail = channel is Channel.EMAIL
        is_list = isinstance(place.node.value, list)
        places = (
            self.reader.items(place, example="`- a@b.example`", least=1) if is_list else [place]
        )
        most = MAX_RECIPIENTS if mail else 1
        if len(places) > most:
            self.reader.note(places[most], "(recipient)", f"write at most {most} here")
        pattern = _MAIL_ADDRESS if mail else _CHAT
        example = "name@example.com" if mail else '"-1001234567890" or "@channel"'
        found = []
        for one in places[:most]:
            text = self.reader.text(one, max_characters=254)
            if text and pattern.fullmatch(text):
                found.append(text)
            elif text:
                self.reader.note(one, text, f"write it as {example}")
        return tuple(found)

    def _mail(self) -> MailServer | None:
        security = self._security()
        host, port = self._server(_PORTS[security])
        sender = self._text("sender")
        if sender and not _MAIL_ADDRESS.fullmatch(sender):
            self.reader.note(self.fields["sender"], sender, "write it as alerts@example.com")
        user = self._text("user") or ""
        if ("user" in self.fields) != ("secret" in self.fields):
            self.reader.note(
                self.fields.get("user") or self.fields["secret"],
                "(alone)",
                "`user` and `secret` (its password) go together: write both or neither",
            )
        return MailServer(host=host, port=port, security=security, user=user, sender=sender or "")

    def _security(self) -> MailSecurity:
        text = self._text("security")
        try:
            return MailSecurity(text.lower()) if text else MailSecurity.STARTTLS
        except ValueError:
            self.reader.note(self.fields["security"], text, "write starttls, tls or none")
            return MailSecurity.STARTTLS

    def _server(self, usual_port: int) -> tuple[str, int]:
        text = self._text("server")
        if text is None:
            return "", usual_port
        try:
            parts = urlsplit(f"//{text}")
            if parts.hostname and parts.path == "" and parts.username is None:
                return parts.hostname, parts.port or usual_port
        except ValueError:
            pass
        self.reader.note(self.fields["server"], text, "write host:port, mail.example.com:587")
        return "", usual_port


def _reference(text: str) -> SecretReference | None:
    found = _REFERENCE.fullmatch(text)
    if not found:
        return None
    return SecretReference(found[1] or found[3], found[2] or found[4])


def _is_http(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and parts.username is None
        and port_fits
        and not re.search(r"[\s\\]", text)
    )
