"""Editing a watchlist: what is about a brand follows it, and mistakes are told, not raised."""

from dashboards import watchlist_draft as edits
from schemas.alert_rules import Sensitivity
from schemas.watchlist import parse_watchlist
from schemas.watchlist_text import watchlist_text

LIST = parse_watchlist("""
brands:
  - {name: Acme, aliases: [ACM], products: [{name: One}, {name: Two}]}
  - {name: Bolt, match_name: false, aliases: [Boltz]}
topics: [{name: delivery, phrases: [late]}]
alerts:
  brands: [{brand: Acme, sensitivity: calm}]
  rules:
    - {rule: "posts >= 5 in 1h", brand: Acme, product: One}
    - {rule: "posts >= 9 in 1h"}
  calendar:
    - {name: launch, brands: [Acme], from: 2026-01-01 00:00, until: 2026-01-02, zone: UTC}
""")
ACME, ONE, BOLT = (0, None), (0, 0), (1, None)


def test_a_new_name_is_followed_by_all_that_is_about_the_brand():
    """Rules, sensitivities and known events; the text is searched for the new name."""
    draft = edits.renamed(edits.renamed(LIST, ACME, " Apex "), ONE, "Uno")
    assert edits.mistakes_of(draft) == ()
    brand = draft.brands[0]
    assert (brand.name, brand.aliases) == ("Apex", ("Apex", "ACM"))
    assert draft.alerts.by_brand == {"Apex": Sensitivity.CALM}
    assert [(rule.brand, rule.product) for rule in draft.alerts.rules] == [
        ("Apex", "Uno"),
        ("", ""),
    ]
    assert draft.alerts.calendar[0].brands == ("Apex",)
    # A name that is not looked for stays so.
    assert edits.renamed(LIST, BOLT, "Bolts").brands[1].aliases == ("Boltz",)


def test_what_is_removed_takes_along_what_is_about_it_alone():
    """Its rules, its sensitivity, its events; and only those."""
    draft = edits.without(LIST, ACME)
    assert edits.mistakes_of(draft) == ()
    assert [rule.text for rule in draft.alerts.rules] == ["posts >= 9 in 1h"]
    assert draft.alerts.calendar == ()
    assert draft.alerts.by_brand == {}
    left = edits.without(LIST, ONE)
    assert [product.name for product in left.brands[0].products] == ["Two"]
    assert len(left.alerts.rules) == 1


def test_mistakes_are_told():
    """An alias of two brands, a name of nothing; and the draft lives on."""
    draft = edits.with_names(LIST, BOLT, looks_for_name=True, aliases=["acm", " ", "Bolt"])
    [mistake] = edits.mistakes_of(draft)
    assert "brand 'Acme' has this alias too" in mistake.remedy
    draft, place = edits.with_brand(draft, "!!")
    assert len(edits.mistakes_of(draft)) == 2
    assert edits.owner_at(draft, place).name == "!!"


def test_what_is_tried_can_be_read_and_names_no_aliases():
    """One rule alone, whatever else is in force."""
    [rule, _] = LIST.alerts.rules
    text = watchlist_text(edits.only_rule(LIST, rule))
    tried = parse_watchlist(text)
    assert tried.alerts.rules == (rule,)
    assert tried.alerts.sensitivity_of("Acme") is Sensitivity.OFF
    assert "ACM" not in text
