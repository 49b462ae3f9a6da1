"""The page's words: every message has its translation, and each reader their own language."""

import ast
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from string import Formatter
from threading import Barrier

import pytest
from babel.messages.catalog import Catalog

from compose.messages import FOLDER, messages, read_catalogue
from dashboards import chart_locale, formats
from dashboards.incident_wording import INCIDENT_WORDS
from dashboards.language import (
    CHINESE,
    ENGLISH,
    LANGUAGES,
    gettext,
    in_language,
    language,
    ngettext,
)
from dashboards.part_wording import told_by_part
from dashboards.wording import WORDS
from schemas.threshold_rules import parse_rule

TRANSLATED = [name for name in LANGUAGES if name != ENGLISH]
# What a message fills in or quotes must be the same in every language.
_CODE = re.compile("`[^`]+`")
# Streamlit's functions whose first argument is read by people.
_SHOWN = frozenset(
    {
        *(
            "button",
            "caption",
            "checkbox",
            "download_button",
            "error",
            "form_submit_button",
            "info",
        ),
        *(
            "markdown",
            "multiselect",
            "number_input",
            "pills",
            "popover",
            "radio",
            "segmented_control",
        ),
        *("selectbox", "subheader", "success", "tabs", "text", "text_area", "text_input", "title"),
        *("toggle", "warning", "write"),
    }
)
_CACHED = re.compile("cache_data|shared_answer")
_TOLD = frozenset({"help", "label", "placeholder"})


@pytest.fixture(params=TRANSLATED)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    """The translations of a language."""
    return read_catalogue(request.param)


def test_every_message_is_translated_and_no_other(catalogue: Catalog):
    """`python -m compose.messages` brings a catalogue in line; then a person translates."""
    wanted = {(one.one, one.context or None) for one in messages()}
    kept = {
        (entry.id if isinstance(entry.id, str) else entry.id[0], entry.context)
        for entry in catalogue
        if entry.id
    }
    assert wanted - kept == set()
    assert kept - wanted == set()
    assert [entry.id for entry in catalogue if entry.id and not all(_strings(entry.string))] == []
    assert [entry.id for entry in catalogue if entry.fuzzy and entry.id] == []


def test_translations_fill_in_and_quote_the_same(catalogue: Catalog):
    """Placeholders, commands and line ends."""
    wrong = []
    for entry in catalogue:
        if not entry.id:
            continue
        given = _strings(entry.id)[-1]
        wrong += [
            (given, translated)
            for translated in _strings(entry.string)
            if _fields(given) != _fields(translated)
            or sorted(_CODE.findall(given)) != sorted(_CODE.findall(translated))
        ]
    assert wrong == []


def test_readers_at_once_keep_their_languages():
    """Two threads that speak at the same time never hear each other."""
    both = Barrier(2)

    def speak(name: str) -> set[str]:
        said = set()
        for _ in range(200):
            with in_language(name):
                both.wait(5)
                said.add(WORDS.sentiments["negative"])
                said.add(INCIDENT_WORDS.open_incidents(2, count=2))
        return said

    with ThreadPoolExecutor(2) as pool:
        english, chinese = pool.map(speak, (ENGLISH, CHINESE))
    assert english == {"Negative", "2 open incidents"}
    assert chinese == {"负面", "2 起进行中的事件"}


def test_outside_of_a_session_it_is_english():
    """Messages give themselves; numbers choose between one and many."""
    assert language() == ENGLISH
    assert gettext("No posts match.") == "No posts match."
    assert ngettext("{n} post", "{n} posts", 1, n=1) == "1 post"
    assert ngettext("{n} post", "{n} posts", 2, n=2) == "2 posts"


def test_a_word_of_two_meanings_has_two_translations():
    """A brand that falls silent is not a person who silences."""
    with in_language(CHINESE):
        assert INCIDENT_WORDS.kinds["silence"] == "声量骤停"
        assert INCIDENT_WORDS.silence == "静默"


@pytest.mark.parametrize("rule", ["much", "posts >= 5%", "silence >= 5", "posts >= 0"])
def test_what_is_wrong_with_a_rule_is_told_in_the_readers_language(rule: str):
    """The rules' parser knows no reader; its sentences are known here."""
    with pytest.raises(ValueError) as caught:
        parse_rule(rule)
    assert told_by_part(str(caught.value)) == str(caught.value)
    with in_language(CHINESE):
        assert re.search("[a-z]{3,}", told_by_part(str(caught.value)).split("：")[0]) is None


def test_what_a_part_says_is_told_with_its_names():
    """Names in it stay as they are; what is not known stays English."""
    with in_language(CHINESE):
        assert (
            told_by_part("learning what model two says is usual") == "正在学习模型 two 的正常水平"
        )
        assert told_by_part("social-posts:3: 7 records are not stored yet") == (
            "social-posts:3：还有 7 条记录尚未入库"
        )
        assert told_by_part("Broken pipe") == "Broken pipe"


def test_numbers_times_and_names_are_the_languages_own():
    """As a reader of Chinese expects them."""
    moment = datetime(2025, 3, 11, 14, 3, tzinfo=UTC)
    today = datetime(2026, 3, 11, tzinfo=UTC)
    with in_language(CHINESE):
        assert formats.count(12_345) == "12,345"
        assert formats.count(1_234_567) == "123.46万"
        assert formats.moment_labels([moment], UTC, today=today) == ["2025年3月11日 14:03"]
        assert formats.age(today - moment) == "364 天"
        assert formats.language_name("de") == "德语"
        assert chart_locale.locale_config()["locale"]["time"]["shortDays"][0] == "周日"
    assert chart_locale.locale_config() == {}


def test_words_are_looked_up_when_they_are_shown():
    """Never while a module is imported, nor within what viewers share: both outlive one reader."""
    wrong = []
    for name, tree in _trees():
        # The page's entry is run anew for each reader.
        if name != "app.py":
            wrong += [
                f"{name}: {ast.unparse(node)}" for node in _at_import(tree) if _is_lookup(node)
            ]
        wrong += [
            f"{name}: {function.name}"
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef)
            and any(_CACHED.search(ast.unparse(each)) for each in function.decorator_list)
            and any(map(_is_lookup, ast.walk(function)))
        ]
    assert wrong == []


def test_no_words_are_written_where_they_are_shown():
    """They go through the catalogue."""
    wrong = []
    for name, tree in _trees():
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and _shows(call.func):
                told = [one.value for one in call.keywords if one.arg in _TOLD]
                shown = [value for value in (*call.args[:1], *told) if _is_words(value)]
                wrong += [f"{name}: {ast.unparse(value)}" for value in shown]
    assert wrong == []


def _strings(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, tuple) else ()


def _fields(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(FOLDER.rglob("*.py")):
        yield path.name, ast.parse(path.read_text(encoding="utf-8"))


def _at_import(tree: ast.AST) -> Iterator[ast.AST]:
    """Nodes that are run when a module is imported: all but the bodies of functions."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        yield node
        yield from _at_import(node)


def _is_lookup(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return re.fullmatch(r"([A-Z]+_)?WORDS", node.value.id) is not None
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Name) and called.id in {"gettext", "ngettext"}


def _shows(function: ast.expr) -> bool:
    if not (isinstance(function, ast.Attribute) and function.attr in _SHOWN):
        return False
    return "log" not in ast.unparse(function.value).lower()


def _is_words(value: ast.expr) -> bool:
    texts = [
        node.value
        for node in ([value] if isinstance(value, ast.Constant) else getattr(value, "values", []))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return isinstance(value, ast.Constant | ast.JoinedStr) and any(
        re.search(r"[^\W\d_]{2,}", text) for text in texts
    )
