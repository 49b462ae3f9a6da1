"""The sentence, in English and in Chinese, and the command that decides again."""

import shlex
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from schemas.alert import Kind, SeriesName
from schemas.alert_rules import AlertRules, Sensitivity
from schemas.evidence import Carrier, Evidence, ModelChange
from schemas.sentence import sentence
from streams.evidence.reproduce import reproduce
from tests.streams.evidence.builders import SINCE, alert, signal

UNTIL = SINCE + timedelta(minutes=17)


def carrier(dimension, value, posts, usual, rise_share):
    return Carrier(
        dimension=dimension, value=value, posts=posts, usual=usual, rise_share=rise_share
    )


EVIDENCE = Evidence(
    since=SINCE,
    until=UNTIL,
    posts=210,
    voices=90,
    negative=149,
    usual=50.0,
    usual_negative=6.0,
    carriers=(
        carrier("topic", "delivery", 150, 5.0, 0.9),
        carrier("lang", "de", 160, 5.0, 0.95),
        carrier("source", "mastodon", 200, 45.0, 0.9),
    ),
)
UNKNOWN = structs.replace(EVIDENCE, usual=None, usual_negative=None)
NEGATIVE = signal(kind=Kind.NEGATIVE, seen=80.0, expected=20.0, high=31.0)
SILENCE = signal(kind=Kind.SILENCE, seen=0.0, expected=38.0, low=21.0, window_min=120)
RULE = signal(rule="posts >= 200 in 15m", expected=float("nan"), high=200.0)


@pytest.mark.parametrize(
    ("told", "english", "chinese"),
    [
        (
            alert(signal(), evidence=EVIDENCE),
            (
                "Tuskbook: 4.2 times the usual posts since 14:03 UTC (210 in 15 minutes; 50 "
                "expected, ordinary up to 72), mostly about delivery, in German; 71 % negative."
            ),
            (
                "Tuskbook：自 14:03 UTC 起帖子数为平时的 4.2 倍（15 分钟内 210 条，预期 50 条，"
                "正常上限 72 条），主要涉及“delivery”，以德语为主；71%为负面。"
            ),
        ),
        (
            alert(NEGATIVE, evidence=EVIDENCE),
            (
                "Tuskbook: 71 % negative instead of the usual 18 % since 14:03 UTC (80 negative "
                "posts in 15 minutes; 20 expected, ordinary up to 31), mostly about delivery, "
                "in German."
            ),
            (
                "Tuskbook：自 14:03 UTC 起负面占 71%，平时为 18%（15 分钟内负面 80 条，预期 20 条，"
                "正常上限 31 条），主要涉及“delivery”，以德语为主。"
            ),
        ),
        (
            alert(SILENCE),
            "Tuskbook: no posts since 14:03 UTC, where 38 were expected in 2 hours.",
            "Tuskbook：自 14:03 UTC 起没有帖子，2 小时内预期应有 38 条。",
        ),
        (
            alert(RULE),
            "Tuskbook: 210 posts in 15 minutes since 14:03 UTC; rule: posts >= 200 in 15m.",
            "Tuskbook：自 14:03 UTC 起，15 分钟内有 210 条帖子；规则：posts >= 200 in 15m。",
        ),
        (
            alert(signal(rule="posts >= 60 in 15m", seen=70.0)),
            (
                "Tuskbook: 70 posts in 15 minutes since 14:03 UTC; 50 expected, ordinary up to 72; "
                "rule: posts >= 60 in 15m."
            ),
            (
                "Tuskbook：自 14:03 UTC 起，15 分钟内有 70 条帖子，预期 50 条，正常上限 72 条；"
                "规则：posts >= 60 in 15m。"
            ),
        ),
        (
            alert(structs.replace(NEGATIVE, rule="negative >= 60% in 15m"), evidence=UNKNOWN),
            (
                "Tuskbook: 71 % negative since 14:03 UTC (80 negative posts in 15 minutes); "
                "20 expected, ordinary up to 31; rule: negative >= 60% in 15m, mostly about "
                "delivery."
            ),
            (
                "Tuskbook：自 14:03 UTC 起负面占 71%（15 分钟内负面 80 条），预期 20 条，"
                "正常上限 31 条；规则：negative >= 60% in 15m，主要涉及“delivery”。"
            ),
        ),
        (
            alert(signal(expected=0.1)),
            "Tuskbook: 210 posts in 15 minutes since 14:03 UTC, where hardly any is usual.",
            "Tuskbook：自 14:03 UTC 起，15 分钟内出现 210 条帖子，平时几乎没有。",
        ),
        (
            alert(NEGATIVE),
            (
                "Tuskbook: 80 negative posts in 15 minutes since 14:03 UTC; 20 expected, ordinary "
                "up to 31."
            ),
            "Tuskbook：自 14:03 UTC 起，15 分钟内有 80 条负面帖子，预期 20 条，正常上限 31 条。",
        ),
    ],
)
def test_sentence_says_what_happened(told, english: str, chinese: str):
    """Each kind, with evidence and without."""
    assert sentence(told) == english
    assert sentence(told, language="zh") == chinese


def test_whole_brand_speaks_before_its_parts():
    """The strongest signal of the incident's kind leads; a part alone is named."""
    part = signal(series=SeriesName(brand="Tuskbook", topic="delivery"), seen=900.0)
    assert sentence(alert(part, signal())).startswith("Tuskbook: 4.2 times")
    assert sentence(alert(part)).startswith("Tuskbook, delivery: 18 times")


def test_day_is_said_when_it_is_not_the_same():
    """An incident that began before midnight."""
    told = alert(signal(), updated_at=SINCE + timedelta(days=1))
    assert "since 2026-03-11 14:03 UTC" in sentence(told)


def test_what_began_anew_is_told_from_then_on():
    """An incident that was reopened, with what it shows now."""
    again = SINCE + timedelta(hours=3)
    told = alert(signal(), since_again=again, updated_at=again + timedelta(minutes=9))
    assert "again since 17:03 UTC" in sentence(told)
    assert "自 17:03 UTC 起再次" in sentence(told, language="zh")


def test_a_later_count_says_until_when():
    """Of an incident that goes on; the count that opened it ends where that is said already."""
    later = signal(at=UNTIL + timedelta(hours=1, minutes=3))
    assert "(210 in the 15 minutes to 15:23; 50 expected" in sentence(alert(later))
    assert "（截至 15:23 的 15 分钟内 210 条，" in sentence(alert(later), language="zh")


def test_times_are_those_of_the_reader():
    """In their zone, which is named."""
    late = signal(at=UNTIL + timedelta(hours=1))
    told = sentence(alert(late), zone=ZoneInfo("Asia/Tokyo"))
    assert "since 23:03 JST (210 in the 15 minutes to 00:20;" in told


def test_what_always_prevails_explains_nothing():
    """German posts rose, as all did; and nothing is said of languages that have no past."""
    same = (carrier("lang", "de", 210, 50.0, 1.0),)
    known = structs.replace(EVIDENCE, carriers=same)
    unknown = structs.replace(known, usual=None)
    for evidence in (known, unknown):
        assert "German" not in sentence(alert(signal(), evidence=evidence))


@given(st.text(min_size=1), st.text(), st.sampled_from(["en", "zh"]))
def test_names_cannot_break_the_sentence(brand, topic, language):
    """One line without control characters or marks of direction, whatever the names are."""
    told = sentence(alert(signal(series=SeriesName(brand=brand, topic=topic))), language=language)
    assert not set(told) & {"\n", "\r", "\x1b", "\u202e", "\u2028", "\x00"}
    assert len(told) < 500


@given(st.text())
def test_command_survives_the_shell(brand):
    """The brand and the rule are one word each, whatever is in them."""
    words = shlex.split(reproduce(alert(RULE, brand=brand), AlertRules()))
    assert words == [
        *("groundswell", "alerts", "backtest", "--brand", brand),
        *("--from", "2026-03-11T13:03:00Z", "--to", "2026-03-11T14:21:00Z"),
        *("--rule", "posts >= 200 in 15m"),
    ]


def test_command_names_all_that_decided():
    """The brand's sensitivity where the detector saw something, and each rule with its part."""
    part = structs.replace(RULE, series=SeriesName(brand="Tuskbook", topic="price & delivery"))
    rules = AlertRules(by_brand={"Tuskbook": Sensitivity.WATCHFUL})
    words = shlex.split(reproduce(alert(part, signal(), RULE), rules))
    assert words[words.index("--sensitivity") :] == [
        *("--sensitivity", "watchful"),
        *("--rule", "posts >= 200 in 15m"),
        *("--rule", "posts >= 200 in 15m of topic price & delivery"),
    ]


@pytest.mark.parametrize(
    ("posts", "language", "said"),
    [
        (
            80,
            "en",
            (
                "; model m2 took over from m1 at 13:50 UTC: of the 80 posts that both scored it "
                "calls 70 negative, m1 12."
            ),
        ),
        (0, "en", "; model m2 took over from m1 at 13:50 UTC, and no post was scored by both."),
        (
            80,
            "zh",
            (
                "；13:50 UTC 起改用模型 m2（此前为 m1）：两者都评分的 80 条帖子中，"
                "m2 判为负面 70 条，m1 判为负面 12 条。"
            ),
        ),
    ],
)
def test_says_whether_it_is_the_world_or_the_model(posts, language, said):
    """What both versions say of the same posts, where one took over from the other."""
    changed = ModelChange(
        at=SINCE - timedelta(minutes=13),
        before="m1\x1b[31m",
        after="m2",
        posts=posts,
        negative_before=12,
        negative_after=70,
    )
    evidence = structs.replace(EVIDENCE, model_change=changed)
    told = sentence(alert(NEGATIVE, evidence=evidence), language=language)
    assert told.replace(" [31m", "").endswith(said)
