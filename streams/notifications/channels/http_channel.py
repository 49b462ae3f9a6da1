"""The channels over HTTP: what they share, and the one deliverer for all of them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec

from schemas.errors import SettingsError
from schemas.routes import SecretReference, Target
from streams.notifications.delivery import Answer, Outcome
from streams.notifications.http_post import HttpPoster, HttpRequest
from streams.notifications.notification import Notification
from streams.notifications.secrets import read_secret

TOO_FAST_WAIT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A target with its secrets read. url: "" for the channel's usual one."""

    url: str
    secrets: tuple[str, ...]
    to: tuple[str, ...]


class HttpChannel(Protocol):
    """A channel over HTTP; pure."""

    def requests(
        self, notification: Notification, place: Place, now: datetime
    ) -> Sequence[HttpRequest]:
        """What is to be posted, in this order.  Raises SettingsError for an unusable secret."""

    def verdict(self, body: bytes) -> Answer | None:
        """What the body of a good answer says against it, or None."""


@dataclass(frozen=True, slots=True)
class HttpDeliverer:
    """Delivers the messages of one route over HTTP."""

    target: Target
    channel: HttpChannel
    poster: HttpPoster
    environment: Mapping[str, str] | None = None

    async def deliver(self, notification: Notification, now: datetime) -> Answer:
        """Post it; see Deliverer."""
        answer = Answer(Outcome.DELIVERED, "nothing to send")
        try:
            requests = self.channel.requests(notification, self._place(), now)
        except SettingsError as error:
            return Answer(Outcome.RETRY, str(error), slow=True)
        for request in requests:
            posted = await self.poster.post(request, allow_private=self.target.allow_private)
            answer = posted.verdict
            if answer.outcome is Outcome.DELIVERED:
                answer = self.channel.verdict(posted.body) or answer
            if answer.outcome is not Outcome.DELIVERED:
                return answer
        return answer

    def address_hash(self) -> str:
        """See Deliverer; the hash of a secret that cannot be read is that of its absence."""
        try:
            place = self._place()
        except SettingsError:
            place = Place(url="", secrets=(), to=())
        parts = [self.target.channel, place.url, *place.to]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]

    def _place(self) -> Place:
        url = self.target.url
        if isinstance(url, SecretReference):
            url = read_secret(url, self.environment)
        secrets = tuple(read_secret(one, self.environment) for one in self.target.secrets)
        return Place(url=url, secrets=secrets, to=self.target.to)


def json_request(url: str, payload: object, headers: dict[str, str] | None = None) -> HttpRequest:
    """A POST of JSON."""
    return HttpRequest(url, msgspec.json.encode(payload), headers or {})


def fields_of(body: bytes) -> dict[str, object]:
    """The fields of a JSON object; empty for anything else."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
