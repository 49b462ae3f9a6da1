"""Which brands a post names."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.matching import Matcher
from schemas.post import Post
from schemas.watchlist import Brand, Product, Watchlist


def brand(name, *aliases, exclude=(), products=()):
    return Brand(name, (name, *aliases), tuple(exclude), tuple(products))


WATCHLIST = Watchlist(
    (
        brand(
            "Apple",
            "苹果",
            "Эппл",
            "आईफोन",
            "แอปเปิล",
            "애플",
            exclude=["apple pie", "苹果汁"],
            products=[Product("iPhone", ("iPhone", "苹果手机"), ("iphone case",))],
        ),
        brand("Samsung", "سامسونج", "삼성", "סמסונג"),
        brand("Apple Bank"),
        brand("C&A"),
    ),
    (),
)
MATCHER = Matcher(WATCHLIST)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I love Apple.", {"Apple": ""}),
        ("APPLE!", {"Apple": ""}),
        ("#apple @apple", {"Apple": ""}),
        ("Apple's new store", {"Apple": ""}),
        ("pineapple and applesauce, apple_fan", {}),
        ("我喜欢apple手机", {"Apple": ""}),
        ("我喜欢苹果的设计", {"Apple": ""}),
        ("苹果汁很好喝", {}),
        ("苹果汁和苹果都好", {"Apple": ""}),
        ("苹果手机不错", {"Apple": "iPhone"}),
        ("ฉันชอบแอปเปิลมาก", {"Apple": ""}),
        ("आईफोन अच्छा है", {"Apple": ""}),
        ("Эппл лучше", {"Apple": ""}),
        ("Эпплы лучше", {}),
        ("애플이 좋아요", {"Apple": ""}),
        ("삼성전자는 좋다", {"Samsung": ""}),
        ("وسامسونج أيضا", {"Samsung": ""}),
        ("أحب سامسونج", {"Samsung": ""}),
        ("بلاسامسونج", {}),
        ("לסמסונג יש", {"Samsung": ""}),
        ("Аррle is great", {"Apple": ""}),
        ("A\u200bp\u200bp\u200bl\u200be", {"Apple": ""}),
        ("my apple pie", {}),
        ("my apple pie, made by Apple", {"Apple": ""}),
        ("an iPhone case", {}),
        ("the iPhone and its case", {"Apple": "iPhone"}),
        ("Apple makes the iPhone", {"Apple": "iPhone"}),
        ("Apple\n Bank", {"Apple Bank": "", "Apple": ""}),
        ("at C&A today", {"C&A": ""}),
        ("Samsung beats Apple", {"Samsung": "", "Apple": ""}),
        ("", {}),
    ],
)
def test_names_are_found_where_a_reader_sees_them(text, found):
    """Words where the script has words, substrings where it has none, tricks seen through."""
    assert MATCHER.find(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("شركة ابل", True),
        ("منتجات آبل وأبل", True),
        ("بأبل", True),
        ("كابل الشحن", False),
        ("هذا قابل للكسر", False),
    ],
)
def test_an_alef_without_its_hamza_is_no_part_of_other_words(text, found):
    """A charging cable is spelt as "like Apple" is."""
    matcher = Matcher(Watchlist((brand("Apple", "أبل"),), ()))
    assert matcher.find(text) == ({"Apple": ""} if found else {})


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("Coca-Cola", "a coca cola, please", True),
        ("Coca-Cola", "Coca\u2011Cola", True),
        ("Coca Cola", "Coca\u2013Cola", True),
        ("Coca-Cola Zero", "coca-cola-zero", True),
        ("Coca-Cola", "cocacola", False),
        ("Coca-Cola*", "coca colas", True),
        ("7-Eleven", "at 7 Eleven", True),
        ("T-Mobile", "I don't mobile bank", False),
        ("T-Mobile", "t-mobile", True),
        ("Häagen-Dazs", "haagen dazs", True),
        ("हेगन-डाज़", "हेगन डाज", True),
    ],
)
def test_a_hyphen_and_a_space_are_one(name, text, found):
    """Between words of more than a letter."""
    matcher = Matcher(Watchlist((brand(name),), ()))
    assert bool(matcher.find(text)) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Купил Шкоду", True),
        ("на Шкоде, Шкодами", True),
        ("Škodas Kundendienst", True),
        ("ŠKODA", True),
        ("Škoda Auto", True),
        ("вышкоды", False),
        ("шкодливый кот", False),
        ("шкодливый кот на Шкоде", True),
        ("斯柯达很好", True),
        ("Skod*", False),
        ("a * b", False),
        ("C* is fine", True),
    ],
)
def test_words_may_go_on_after_a_star(text, found):
    """In names and in what hides them; a star that follows no letter is a star."""
    names = ("Škoda*", "Шкод*", "斯柯达*", "c* is")
    matcher = Matcher(Watchlist((Brand("Škoda", names, ("шкодлив*",), ()),), ()))
    assert matcher.find(text) == ({"Škoda": ""} if found else {})


def post(text, **fields):
    return Post(text=text, posted_at=datetime(2026, 1, 1, tzinfo=UTC), source="s", **fields)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"brand": "apple"}, {"Apple": ""}),
        ({"brand": "APPLE ", "product": "iPhone 17"}, {"Apple": "iPhone 17"}),
        ({"brand": "iPhone"}, {"Apple": "iPhone"}),
        ({"brand": "apple-bank"}, {"Apple Bank": ""}),
        ({"brand": "Nokia"}, {}),
        ({}, {}),
    ],
)
def test_the_brand_field_counts_where_the_text_names_nobody(fields, found):
    """A review says "battery is weak"; the shop says about what."""
    assert MATCHER.match([post("battery is weak", **fields)]) == [found]


def test_the_brand_field_does_not_hide_the_product_that_the_text_names():
    """Field and text agree on the brand: the product found in the text stays."""
    assert MATCHER.match([post("iPhone died", brand="Apple")]) == [{"Apple": "iPhone"}]


@given(st.text())
def test_any_text_can_be_searched(text):
    """No text makes the matcher fail, and only watched brands come out."""
    assert set(MATCHER.find(text)) <= {brand.name for brand in WATCHLIST.brands}


@given(st.lists(st.sampled_from(["good", "bad", "and", "苹果汁", "pineapple", "…"])))
def test_a_name_set_apart_by_spaces_is_always_found(words):
    """Whatever stands around it."""
    assert "Samsung" in MATCHER.find(" ".join([*words, "Samsung", *words]))


def test_thousands_of_aliases_cost_one_pass():
    """A hundred times the aliases take at most a few times as long."""
    text = "This is a fairly ordinary post about the Samsung phone and its battery life. " * 3

    def seconds(matcher):
        start = time.perf_counter()
        for _ in range(2000):
            matcher.find(text)
        return time.perf_counter() - start

    few = Matcher(Watchlist(tuple(brand(f"Brandname{n}") for n in range(100)), ()))
    many = Matcher(Watchlist(tuple(brand(f"Brandname{n}") for n in range(10_000)), ()))
    ratio = min(seconds(many) for _ in range(3)) / min(seconds(few) for _ in range(3))
    assert ratio < 4
