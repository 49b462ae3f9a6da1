"""Chooses the deliverer of a route."""

from collections.abc import Mapping
from concurrent.futures import Executor

from schemas.routes import Channel, Route
from streams.notifications.channels.apprise_channel import AppriseDeliverer
from streams.notifications.channels.group_robots import (
    DingTalkChannel,
    FeishuChannel,
    TelegramChannel,
    WeComChannel,
)
from streams.notifications.channels.http_channel import HttpChannel, HttpDeliverer
from streams.notifications.channels.mail import MailDeliverer
from streams.notifications.channels.office_chats import SlackChannel, TeamsChannel
from streams.notifications.channels.pagerduty import PagerDutyChannel
from streams.notifications.channels.webhook import WebhookChannel
from streams.notifications.delivery import Deliverer
from streams.notifications.http_post import HttpPoster


def deliverer_of(
    route: Route,
    poster: HttpPoster,
    executor: Executor,
    environment: Mapping[str, str] | None = None,
) -> Deliverer:
    """The deliverer of a route.

    executor: threads for what blocks. environment: where secrets are; None for the process's own.
    """
    target = route.target
    match target.channel:
        case Channel.EMAIL:
            return MailDeliverer(route, executor, environment)
        case Channel.APPRISE:
            return AppriseDeliverer(target, executor, environment)
        case _:
            return HttpDeliverer(target, http_channel_of(route), poster, environment)


def http_channel_of(route: Route) -> HttpChannel:
    """The route's channel, if it is one over HTTP; else KeyError."""
    channels: dict[Channel, HttpChannel] = {
        Channel.WEBHOOK: WebhookChannel(),
        Channel.SLACK: SlackChannel(),
        Channel.TEAMS: TeamsChannel(),
        Channel.DINGTALK: DingTalkChannel(),
        Channel.WECOM: WeComChannel(),
        Channel.FEISHU: FeishuChannel(route.language),
        Channel.TELEGRAM: TelegramChannel(),
        Channel.PAGERDUTY: PagerDutyChannel(),
    }
    return channels[route.target.channel]
