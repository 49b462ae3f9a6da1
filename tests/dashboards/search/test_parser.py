"""What was typed becomes the right tree, or an error that says where and what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.search.parser import MAX_DEPTH, MAX_TERMS, parse
from dashboards.search.tree import And, Near, Node, Not, Or, SearchError, Term, Within


def word(text: str) -> Term:
    return Term((text,))


A, B, C = word("a"), word("b"), word("c")


@pytest.mark.parametrize(
    ("search", "tree"),
    [
        ("", None),
        (" \u3000\n", None),
        ("a", A),
        ("Ａ", A),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a and", And((A, word("and")))),
        ("a b OR c", Or((And((A, B)), C))),
        ("a (b OR c)", And((A, Or((B, C))))),
        ("a（b OR c）", And((A, Or((B, C))))),
        ("a NOT b", And((A, Not(B)))),
        ("a -b", And((A, Not(B)))),
        ("NOT NOT a", Not(Not(A))),
        ("a-b", Term(("a-b",))),
        ('"a b"', Term(("a", "b"))),
        ("“a b”", Term(("a", "b"))),
        ('"AND"', word("and")),
        ('"a  B"~3', Within((A, B), 3)),
        ("a NEAR/2 b", Near((A,), (B,), 2)),
        ("(a OR b) NEAR/0 c", Near((A, B), (C,), 0)),
        ("a NEAR/1 b NEAR/2 c", And((Near((A,), (B,), 1), Near((B,), (C,), 2)))),
        ("NOT a NEAR/2 b", None),
        ("tr*", Term(("tr",), open_ended=True)),
        ("Crème", word("creme")),
        ("сар", word("cap")),
        ("\ud800", word("?")),
    ],
)
def test_searches_become_trees(search: str, tree: Node | None):
    """Precedence, quotation marks of several keyboards, and folding."""
    if search.startswith("NOT a NEAR"):
        with pytest.raises(SearchError, match="both sides"):
            parse(search)
        return
    assert parse(search) == tree


@pytest.mark.parametrize(
    ("search", "position", "remedy"),
    [
        ('late "train', 6, "close it"),
        ("(late", 1, "add a )"),
        ("late)", 5, "take it away"),
        ("()", 1, "put words"),
        ("AND late", 1, "missing before"),
        ("late OR", 8, "missing after OR"),
        ("late NOT", 9, "missing after NOT"),
        ("late NEAR train", 6, "NEAR/5"),
        ("late NEAR/x train", 6, "NEAR/5"),
        ("late NEAR/99 train", 6, "smaller"),
        ('"late"~5', 1, "spaces"),
        ('"late !!"~5', 1, "letters"),
        ("!! NEAR/3 train", 4, "letters"),
        ("(a b) NEAR/3 c", 7, "both sides"),
        ("l*", 1, "letters before"),
        ("*", 1, "letters before"),
        ('""', 1, "write a word"),
        ("\u200b", 1, "write a word"),
        ("a " * (MAX_TERMS + 1), 2 * MAX_TERMS + 1, "leave some out"),
        ("(" * (MAX_DEPTH + 1), MAX_DEPTH + 1, "flatter"),
        ("NOT " * (MAX_DEPTH + 1) + "a", 4 * MAX_DEPTH + 1, "flatter"),
    ],
)
def test_errors_name_the_place_and_the_remedy(search: str, position: int, remedy: str):
    """The position is counted from 1, in characters of what was typed."""
    with pytest.raises(SearchError, match=remedy.replace(")", r"\)")) as caught:
        parse(search)
    assert caught.value.position == position


@given(st.text(alphabet='ab ()"~*-/159\u200b車"ANDORTE', max_size=60))
def test_whatever_is_typed_is_a_tree_or_an_error(search: str):
    """No other exception, and no error outside what was typed."""
    try:
        parse(search)
    except SearchError as error:
        caught = error
    else:
        return
    assert 1 <= caught.position <= len(search) + 1
    assert caught.remedy
