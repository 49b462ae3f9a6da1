"""The watchlist file: what it may say, and that every mistake is told with its place."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Mistake, WatchlistError
from schemas.watchlist import Brand, Product, Topic, Watchlist, load_watchlist, parse_watchlist

FULL = """\
brands:
  - name: Apple
    aliases: [苹果公司, "أبل"]
    exclude: [Apple pie]
    products:
      - name: iPhone
        aliases: [ไอโฟน]
  - name: Orange
    match_name: false
topics:
  - name: delivery
    phrases:
      - arrived late
      - llegó tarde
"""


def outcome(text: str) -> Watchlist | tuple[Mistake, ...]:
    """The watchlist, or the mistakes in it."""
    try:
        return parse_watchlist(text)
    except WatchlistError as error:
        return error.mistakes


def mistakes(text: str) -> tuple[Mistake, ...]:
    """The mistakes in a text that has some."""
    found = outcome(text)
    assert isinstance(found, tuple)
    assert found
    return found


def test_reads_brands_products_and_topics():
    """Names come first among the aliases, unless the file keeps them out."""
    assert parse_watchlist(FULL) == Watchlist(
        brands=(
            Brand(
                "Apple",
                ("Apple", "苹果公司", "أبل"),
                ("Apple pie",),
                (Product("iPhone", ("iPhone", "ไอโฟน"), ()),),
            ),
            Brand("Orange", (), (), ()),
        ),
        topics=(Topic("delivery", ("arrived late", "llegó tarde")),),
    )


def test_all_mistakes_at_once():
    """One run names every mistake: line, field, value."""
    found = mistakes(
        "brands:\n"
        "  - name: Apple\n"
        "    aliasses: [x]\n"
        "    aliases: [123, no]\n"
        "  - aliases: [APPLE]\n"
        "topics:\n"
        "  - name: delivery\n"
    )
    assert {(m.line, m.field, m.value) for m in found} == {
        (3, "brands[0].aliasses", "'aliasses'"),
        (4, "brands[0].aliases[0]", "'123'"),
        (4, "brands[0].aliases[1]", "'no'"),
        (5, "brands[1].name", "(missing)"),
        (5, "brands[1].aliases[0]", "'APPLE'"),
        (7, "topics[0].phrases", "(missing)"),
    }


@pytest.mark.parametrize(
    ("text", "line", "remedy"),
    [
        ("", 1, "fill it"),
        ("brands: []", 1, "at least 1"),
        ("brands:", 1, "write a list"),
        ("- name: A", 1, "write a mapping"),
        ("brands: [", 2, "correct the YAML"),
        ("brands:\n\t- name: Ab", 2, "correct the YAML"),
        ("brands:\n - name: Ab\n   aliasses: []", 3, "did you mean `aliases`"),
        ("brands:\n - name: Ab\n   name: Cd", 3, "stands twice"),
        ("brands:\n - name: Ab\n - name: AB", 3, "stands twice"),
        ("brands:\n - name: Ab\n - name: Cd\n   aliases: [ＡＢ]", 4, "has this alias too"),
        ("brands:\n - name: Ab\n   aliases: [Cd]\n - name: cd\n   match_name: false", 4, "too"),
        ("brands:\n - name: Ab\n   products:\n    - name: Ab", 4, "match_name: false"),
        ("brands:\n - name: Ab\n   aliases: [x]", 3, "longer alias"),
        ("brands:\n - name: Ab\n   aliases: [x*]", 3, "longer alias"),
        ('brands:\n - name: Ab\n   aliases: ["47 11"]', 3, "add a word"),
        ('brands:\n - name: Ab\n   aliases: ["\\u200b\\u2060"]', 3, "no visible character"),
        ('brands:\n - name: Ab\n   aliases: ["a\\nb"]', 3, "one line"),
        (f"brands:\n - name: Ab\n   aliases: [{'x' * 101}]", 3, "at most 100"),
        ("brands:\n - name: Ab\n   exclude: [aB]", 3, "hide this alias"),
        ("brands:\n - name: Ab-Cd\n - name: Ef\n   aliases: [ab cd]", 4, "has this alias too"),
        ("brands:\n - name: Ab-Cd\n   exclude: [ab cd]", 3, "hide this alias"),
        ("brands:\n - name: Ab\n   match_name: maybe", 3, "true or false"),
        ("brands:\n - name: Ab\n   aliases: [2024-01-01]", 3, "in quotes"),
        ("brands:\n - name: Ab\n   aliases: [~]", 3, "remove the line"),
        ("brands:\n - name: Ab\n   aliases: [[x]]", 3, "write one text"),
        ("brands:\n - name: Ab\n   aliases: Cd", 3, "write a list"),
        ("brands:\n - name: !!python/name:os.system Ab", 2, "in quotes"),
        ("brands:\n - name: Ab\ntopics:\n - name: t\n   phrases: []", 5, "at least 1"),
        ("brands:\n - name: Ab\ntopics:\n - name: t\n   phrases: ['1']", 5, "no letter"),
        ("brands:\n - name: Ab\n---\nbrands: []", 3, "one document"),
        ("brands: &all\n - name: Ab\ntopics: *all", 3, "write the values out"),
        ("[" * 100 + "]" * 100, 1, "nested too deeply"),
        ("brands:\n - name: A\x00b", 1, "UTF-8"),
    ],
)
def test_mistake_has_line_and_remedy(text, line, remedy):
    """Each kind of mistake is found, on its line, with what to do."""
    found = [(m.line, m.remedy) for m in mistakes(text) if remedy in m.remedy]
    assert [at for at, _ in found] == [line]


def test_reference_bomb_is_refused_before_it_grows():
    """A file of a few lines cannot ask for billions of values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert all("write the values out" in m.remedy for m in mistakes("\n".join(lines)))


def test_file_that_cannot_be_read(tmp_path: Path):
    """A missing file and a file in another encoding say what to do."""
    with pytest.raises(WatchlistError, match="No such file"):
        load_watchlist(tmp_path / "none.yaml")
    file = tmp_path / "latin1.yaml"
    file.write_bytes(b"brands:\n  - name: Caf\xe9\n")
    with pytest.raises(WatchlistError, match=r":2: \$=b'\\xe9': save it as UTF-8"):
        load_watchlist(file)


def test_message_names_the_file():
    """The message can be clicked in a terminal: file, line, field."""
    with pytest.raises(WatchlistError, match=r"^w\.yaml:1: brand='brand': did you mean `brands`"):
        parse_watchlist("brand: []\nbrands:\n  - name: Ab\n", source="w.yaml")


letters = st.text(
    st.characters(categories=["Lu", "Ll", "Lo"], exclude_characters="ªº"), min_size=3, max_size=12
)


@given(names=st.lists(letters, min_size=1, max_size=8, unique_by=lambda n: n.casefold()))
@settings(deadline=None)
def test_what_is_written_is_read(names: list[str]):
    """Names in any script come back as they stand in the file."""
    text = yaml.safe_dump({"brands": [{"name": f"brand {name}"} for name in names]})
    found = outcome(text)
    if isinstance(found, Watchlist):
        assert [brand.name for brand in found.brands] == [f"brand {name}" for name in names]
    else:
        # Letters that differ in code and not to a reader are one name: both are named.
        assert all("stands twice" in m.remedy or "has this" in m.remedy for m in found)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["brands", "topics", "name", "aliases", "exclude", "phrases", "x"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(value=json_values)
@settings(deadline=None)
def test_any_value_is_read_or_explained(value: object):
    """Whatever the file holds: a watchlist, or mistakes with a line in the file and a remedy."""
    text = yaml.safe_dump(value, allow_unicode=True)
    found = outcome(text)
    if not isinstance(found, Watchlist):
        lines = text.count("\n") + 1
        assert found
        assert all(1 <= m.line <= lines and m.remedy and m.field for m in found)


@given(text=st.text(max_size=200))
@settings(deadline=None)
def test_any_text_is_read_or_explained(text: str):
    """No text breaks the reader."""
    assert outcome(text)
