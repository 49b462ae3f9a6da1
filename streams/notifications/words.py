"""The words of messages, in English and Chinese."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from schemas.alert import Alert, Kind, Severity
from schemas.country_names import country_name
from schemas.language_names import chinese_language_name, language_name
from schemas.routes import Language
from streams.notifications.notification import What


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """All that a message says; each text is a template for `str.format`."""

    kinds: Mapping[Kind, str]
    rule_kinds: Mapping[Kind, str]
    severities: Mapping[Severity, str]
    prefixes: Mapping[What, str]
    heading: str
    several: str
    more: str
    since: str
    lasted: str
    escalated: str
    acknowledged: str
    carried: str
    carrier: str
    dimensions: Mapping[str, str]
    language_name: Callable[[str], str]
    country_name: Callable[[str], str]
    phrases: str
    phrase: str
    copies: str
    comma: str
    open_dashboard: str
    digest: str
    digest_empty: str
    weekly: str
    weekly_empty: str
    by_brand: str
    brand_line: str
    when_picture: str
    posts_picture: str
    posts_seen: str
    posts_usual: str
    still_open: str
    test_title: str
    test_line: str

    def kind_of(self, alert: Alert) -> str:
        """What kind of incident it is; a rule may be met by what is usual."""
        of_kind = [signal for signal in alert.signals if signal.kind is alert.kind]
        by_rule = bool(of_kind) and all(signal.rule for signal in of_kind)
        return (self.rule_kinds if by_rule else self.kinds)[alert.kind]


ENGLISH: Final = Words(
    kinds={
        Kind.VOLUME: "far more posts than usual",
        Kind.NEGATIVE: "far more negative posts than usual",
        Kind.SILENCE: "posts have stopped",
    },
    rule_kinds={
        Kind.VOLUME: "posts reached a rule's limit",
        Kind.NEGATIVE: "negative posts reached a rule's limit",
        Kind.SILENCE: "posts have stopped",
    },
    severities={
        Severity.NOTICE: "notice",
        Severity.SERIOUS: "serious",
        Severity.CRITICAL: "critical",
    },
    prefixes={
        What.OPENED: "",
        What.WORSENED: "Worse: ",
        What.REOPENED: "Again: ",
        What.REMINDER: "Still open: ",
        What.ESCALATED: "Not acknowledged: ",
        What.RESOLVED: "Over: ",
        What.OVER: "Already over: ",
    },
    heading="{prefix}{brand}: {kind} ({severity})",
    several="{count} incidents: {names}",
    more="and {count} more",
    since="Since {since}.",
    lasted="From {since} to {until}.",
    escalated="Told to {route}, and nobody has acknowledged it.",
    acknowledged="{who} looks after it.",
    carried="Carried by: {carriers}.",
    carrier="{dimension} {value} ({share} %)",
    dimensions={
        "topic": "topic",
        "lang": "language",
        "source": "source",
        "product": "product",
        "country": "country",
    },
    language_name=language_name,
    country_name=partial(country_name, language="en"),
    phrases="Words that stand out: {phrases}.",
    phrase="“{text}”",
    copies="{count} copies",
    comma=", ",
    open_dashboard="Open the dashboard",
    digest="Daily digest of {day}: {count} incidents",
    digest_empty="No incident in the last 24 hours.",
    weekly="Weekly digest up to {day}: {count} incidents",
    weekly_empty="No incident in the last 7 days.",
    by_brand="By brand",
    brand_line="{brand}: {count} incidents, {open} still open",
    when_picture="When it was",
    posts_picture="Posts, and what is usual for these hours",
    posts_seen="Posts",
    posts_usual="Usual",
    still_open="Still open: ",
    test_title="TEST: this is no incident",
    test_line="A test message of the route {route}, sent on purpose. Nothing has happened.",
)

CHINESE: Final = Words(
    kinds={
        Kind.VOLUME: "帖子数量远超平常",
        Kind.NEGATIVE: "负面帖子远超平常",
        Kind.SILENCE: "帖子中断",
    },
    rule_kinds={
        Kind.VOLUME: "帖子数达到规则上限",
        Kind.NEGATIVE: "负面帖子达到规则上限",
        Kind.SILENCE: "帖子中断",
    },
    severities={Severity.NOTICE: "提示", Severity.SERIOUS: "严重", Severity.CRITICAL: "危急"},
    prefixes={
        What.OPENED: "",
        What.WORSENED: "加剧：",
        What.REOPENED: "再次发生：",
        What.REMINDER: "仍在持续：",
        What.ESCALATED: "无人确认：",
        What.RESOLVED: "已结束：",
        What.OVER: "已经结束：",
    },
    heading="{prefix}{brand}：{kind}（{severity}）",
    several="{count} 起事件：{names}",
    more="另有 {count} 起",
    since="始于 {since}。",
    lasted="{since} 至 {until}。",
    escalated="已通知 {route}，尚无人确认。",
    acknowledged="{who} 正在处理。",
    carried="主要来自：{carriers}。",
    carrier="{dimension} {value}（{share}%）",
    dimensions={
        "topic": "话题",
        "lang": "语言",
        "source": "来源",
        "product": "产品",
        "country": "国家",
    },
    language_name=chinese_language_name,
    country_name=partial(country_name, language="zh"),
    phrases="突出的词语：{phrases}。",
    phrase="“{text}”",
    copies="{count} 份相同内容",
    comma="、",
    open_dashboard="打开面板",
    digest="{day} 每日摘要：{count} 起事件",
    digest_empty="过去 24 小时内没有事件。",
    weekly="截至 {day} 的每周摘要：{count} 起事件",
    weekly_empty="过去 7 天内没有事件。",
    by_brand="按品牌",
    brand_line="{brand}：{count} 起事件，{open} 起仍在持续",
    when_picture="发生时间",
    posts_picture="帖子数与这些时段的常见数量",
    posts_seen="帖子",
    posts_usual="常见",
    still_open="仍在持续：",
    test_title="测试：没有发生任何事件",
    test_line="这是路由 {route} 的测试消息，并无事件发生。",
)

WORDS: Final[Mapping[Language, Words]] = {
    Language.ENGLISH: ENGLISH,
    Language.CHINESE: CHINESE,
}
