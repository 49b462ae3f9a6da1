"""A rule and what it is about, in one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alert import SeriesName
from schemas.scoped_rules import parse_scoped_rule, scoped_rule
from schemas.threshold_rules import parse_rule

RULE = "negative >= 40% in 1h with 20 posts"
NAMES = st.text(min_size=1).map(str.strip).filter(bool)


@given(st.sampled_from(["topic", "lang", "product"]), NAMES)
def test_what_is_written_is_read_again(dimension: str, value: str):
    """Whatever the name is, with `of topic` in it, too."""
    series = SeriesName(brand="Acme", **{dimension: value})
    found = parse_scoped_rule(scoped_rule(RULE, series))
    assert (found.text, found.rule) == (RULE, parse_rule(RULE))
    named = {"topic": found.topic, "lang": found.lang, "product": found.product}
    assert named == {"topic": "", "lang": "", "product": "", dimension: value}


def test_a_rule_of_the_whole_brand_is_as_it_was():
    """Nothing is added, and what is no rule is told as ever."""
    assert scoped_rule(RULE, SeriesName(brand="Acme")) == RULE
    assert parse_scoped_rule(RULE).topic == ""
    for wrong in ("much", "much of topic delivery", f"{RULE} of topic", f"{RULE} of brand Acme"):
        with pytest.raises(ValueError, match="is no rule"):
            parse_scoped_rule(wrong)
