"""The words of an alert's sentence, in English and in Chinese."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from schemas.language_names import chinese_language_name, language_name

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Words:
    """Patterns of one language; sentence.py fills their fields."""

    volume: str
    volume_from_nothing: str
    rule_volume: str
    negative: str
    negative_counts: str
    rule_negative: str
    rule_share: str
    usual: str
    silence: str
    since: str
    again: str
    nothing: str
    few: str
    topic: str
    product: str
    lang: str
    lang_too: str
    mood: str
    rule: str
    model: str
    model_unknown: str
    end: str
    minutes: str
    hours: str
    up_to: str
    percent: str
    language_name: Callable[[str], str]


WORDS: Final[Mapping[Language, Words]] = {
    "en": Words(
        volume=(
            "{name}: {times} times the usual posts {since} "
            "({seen} in {span}; {expected} expected, ordinary up to {high})"
        ),
        volume_from_nothing="{name}: {seen} posts in {span} {since}, where hardly any is usual",
        rule_volume="{name}: {seen} posts in {span} {since}",
        negative=(
            "{name}: {share} negative instead of the usual {usual_share} {since} "
            "({seen} negative posts in {span}; {expected} expected, ordinary up to {high})"
        ),
        negative_counts="{name}: {seen} negative posts in {span} {since}",
        rule_negative="{name}: {seen} negative posts in {span} {since}",
        rule_share="{name}: {share} negative {since} ({seen} negative posts in {span})",
        usual="; {expected} expected, ordinary up to {high}",
        silence="{name}: {posts} {since}, where {expected} were expected in {span}",
        since="since {time}",
        again="again since {time}",
        nothing="no posts",
        few="only {seen} posts",
        topic=", mostly about {value}",
        product=", mostly about {value}",
        lang=", mostly in {value}",
        lang_too=", in {value}",
        mood="; {share} negative",
        rule="; rule: {rule}",
        model=(
            "; model {after} took over from {before} at {at}: of the {posts} posts that both "
            "scored it calls {negative_after} negative, {before} {negative_before}"
        ),
        model_unknown=(
            "; model {after} took over from {before} at {at}, and no post was scored by both"
        ),
        end=".",
        minutes="{number} minutes",
        hours="{number} hours",
        up_to="the {span} to {time}",
        percent="{number} %",
        language_name=language_name,
    ),
    "zh": Words(
        volume=(
            "{name}：{since}帖子数为平时的 {times} 倍"
            "（{span}内 {seen} 条，预期 {expected} 条，正常上限 {high} 条）"
        ),
        volume_from_nothing="{name}：{since}，{span}内出现 {seen} 条帖子，平时几乎没有",
        rule_volume="{name}：{since}，{span}内有 {seen} 条帖子",
        negative=(
            "{name}：{since}负面占 {share}，平时为 {usual_share}"
            "（{span}内负面 {seen} 条，预期 {expected} 条，正常上限 {high} 条）"
        ),
        negative_counts="{name}：{since}，{span}内有 {seen} 条负面帖子",
        rule_negative="{name}：{since}，{span}内有 {seen} 条负面帖子",
        rule_share="{name}：{since}负面占 {share}（{span}内负面 {seen} 条）",
        usual="，预期 {expected} 条，正常上限 {high} 条",
        silence="{name}：{since}{posts}，{span}内预期应有 {expected} 条",
        since="自 {time} 起",
        again="自 {time} 起再次",
        nothing="没有帖子",
        few="只有 {seen} 条帖子",
        topic="，主要涉及“{value}”",
        product="，主要涉及“{value}”",
        lang="，以{value}为主",
        lang_too="，以{value}为主",
        mood="；{share}为负面",
        rule="；规则：{rule}",
        model=(
            "；{at} 起改用模型 {after}（此前为 {before}）：两者都评分的 {posts} 条帖子中，"
            "{after} 判为负面 {negative_after} 条，{before} 判为负面 {negative_before} 条"
        ),
        model_unknown="；{at} 起改用模型 {after}（此前为 {before}），没有帖子由两者共同评分",
        end="。",
        minutes="{number} 分钟",
        hours="{number} 小时",
        up_to="截至 {time} 的 {span}",
        percent="{number}%",
        language_name=chinese_language_name,
    ),
}
