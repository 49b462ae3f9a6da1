"""The real engine finds exactly the texts in which the search holds."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboards.queries.conditions import Query
from dashboards.search.compile import compile_search
from dashboards.search.parser import parse
from dashboards.search.tree import SearchError
from dashboards.store import Store
from tests.dashboards.search.evaluator import holds

TEXTS = (
    "The TRAIN was late, again.",
    "trains are late",
    "Der Zug war pünktlich: GRÜSSE aus der Straße!",
    "列車が遅れました",
    "地铁又晚点了，太慢了",
    "รถไฟมาสาย",
    "ｔｒａｉｎ in full-width letters",
    "t\u200brain with a joiner in it",
    "100% sure; DROP TABLE mentions; --",
    "Поезд опоздал",
    "a_b%c\\d I don’t like C++ (or C#)",
    "삼성이 좋아요",
    "والسامسونج جيدة",
    "late\nnight\ttrain",
    "no train is ever a bit late",
    "اشتريت شَـاوْمِى نوت ١٣ وكانت البطاريّة سيئة",
    "फ़ोन बहुत अच्छा है",
    "Η ΚΑΛΎΤΕΡΗ ΕΛΛΆΔΑ στο Łódź",
    "這支手機的電池很爛",
    "كابل الشحن",
    "وآبل غالية",
)
# Some of their letters are written in another number of characters than a search's.
COMPOSED = (
    "列車が遅れました",
    "too much ca\ufb00eine",
    "これ か\u3099",
    "\u1112\u1161\u11ab국",
    "и\u0306од",
)


def found(store: Store, search: str, texts: Sequence[str]) -> list[str]:
    """The texts that ClickHouse finds."""
    tree = parse(search)
    assert tree
    compiled = compile_search(tree)
    rows = store.rows(
        Query(
            f"SELECT text FROM (SELECT text, number, {compiled.columns} FROM "
            "(SELECT arrayJoin(arrayEnumerate(%(texts)s)) AS number, %(texts)s[number] AS text) "
            f"WHERE {compiled.sieve}) WHERE {compiled.condition} ORDER BY number",
            {**compiled.parameters, "texts": list(texts)},
        )
    )
    return [str(text) for (text,) in rows]


@pytest.mark.parametrize(
    ("search", "numbers"),
    [
        ("train", {0, 6, 7, 13, 14}),
        ("train*", {0, 1, 6, 7, 13, 14}),
        ("late TRAIN", {0, 13, 14}),
        ('"was late"', {0}),
        ('"late was"', set()),
        ('"late again"', {0}),
        ("punktlich grusse strasse", {2}),
        ("PÜNKTLICH", {2}),
        ("遅れ", {3}),
        ("晚点 -遅れ", {4}),
        ("สาย", {5}),
        ("поезд", {9}),
        ("100%", {8}),
        ("'; DROP", set()),
        ("c++ OR c#", {10}),
        ("don't", {10}),
        ("삼성", {11}),
        ("سامسونج", {12}),
        ('"شاومي نوت 13" بطاريه', {15}),
        ("شاومي NEAR/1 ۱۳", {15}),
        ("फोन", {16}),
        ("καλυτερη lodz", {17}),
        ("手机 电池", {18}),
        ("أبل", {20}),
        ("أبل NEAR/0 غاليه", {20}),
        ("كابل", {19}),
        ("手机 NEAR/1 電池", {18}),
        ("سامسونج NEAR/0 جيدة", {12}),
        ('"late train"~1', {0, 13}),
        ('"late train"~5', {0, 13, 14}),
        ("train NEAR/1 late", {0, 13}),
        ("train NEAR/0 late", set()),
        ("(列車 OR 地铁) NEAR/1 (遅れ OR 晚点)", {3, 4}),
        ("NOT (train* OR 列車 OR C#)", {2, 4, 5, 8, 9, 11, 12, 15, 16, 17, 18, 19, 20}),
        ("late (train OR zug) NOT again", {13, 14}),
    ],
)
def test_the_right_texts_are_found(store: Store, search: str, numbers: set[int]):
    """In any script, without regard to case, width and accents, as whole words."""
    assert found(store, search, TEXTS) == [TEXTS[number] for number in sorted(numbers)]


@pytest.mark.parametrize(
    ("search", "numbers"), [("caffeine", {1}), ("が", {0, 2}), ("한국", {3}), ("йод", {4})]
)
def test_letters_are_found_in_other_numbers_of_characters(
    store: Store, search: str, numbers: set[int]
):
    """Ligatures, and marks and parts of syllables that stand by themselves."""
    assert found(store, search, COMPOSED) == [COMPOSED[number] for number in sorted(numbers)]


WORDS = (
    *("a", "A", "ab", "b.", "Ça", "ß", "ss", "don't", "50%", "\\n", "Ö1", "Иван", "σας", "ΣΑΣ"),
    *(
        "車",
        "列車",
        "の々",
        "スーパ",
        "สาย",
        "삼성",
        "والس",
        "السا",
        "ﬁ",
        "Ａ",
        "\u200bb",
        "e\u0301",
        "ガ",
        "ｶﾞ",
        "и\u0306",
        "й",
        "\u1112\u1161\u11ab",
        "한",
        "™",
        "tm",
    ),
)
GAPS = ("", " ", " ", "  ", "\n", "-", "’", "。", "_", "이", " x ", "\x01", "ו")


def corpus(size: int) -> list[str]:
    """Texts of these words and gaps: most searches hold in some of them."""
    chance = random.Random(5)
    return [
        "".join(chance.choice(WORDS) + chance.choice(GAPS) for _ in range(chance.randrange(7)))
        for _ in range(size)
    ]


CORPUS = corpus(300)
_WORDS = st.sampled_from(WORDS)
_LEAVES = st.one_of(
    _WORDS,
    _WORDS.map(lambda word: f"{word}*"),
    st.tuples(_WORDS, _WORDS).map(lambda pair: '"{} {}"'.format(*pair)),
    st.tuples(_WORDS, _WORDS, st.integers(0, 3)).map(lambda found: '"{} {}"~{}'.format(*found)),
)
_SEARCHES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from((" AND ", " OR ", " ")), inner).map("".join),
        st.tuples(_LEAVES, st.sampled_from((" NEAR/0 ", " NEAR/2 ")), _LEAVES).map("".join),
        inner.map(lambda part: f"NOT ({part})"),
        inner.map(lambda part: f"({part})"),
    ),
    max_leaves=4,
)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(search=_SEARCHES)
def test_the_engine_agrees_with_the_meaning(store: Store, search: str):
    """Whatever is searched for."""
    try:
        tree = parse(search)
    except SearchError:
        return
    assert tree
    assert found(store, search, CORPUS) == [text for text in CORPUS if holds(tree, text)]
