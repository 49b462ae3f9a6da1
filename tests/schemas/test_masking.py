"""Personal data in texts is masked, and nothing that only looks a little like it."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.masking import PersonalData, luhn_holds, masked

ALL = tuple(PersonalData)
# Arabic-Indic, Persian, Devanagari, Bengali, Thai, full width, mathematical bold.
ZEROS = "0\u0660\u06f0\u0966\u09e6\u0e50\uff10\U0001d7ce"


def in_script(text: str, zero: str) -> str:
    """The text with its digits in another script."""
    return "".join(
        chr(ord(zero) + int(letter)) if letter in string.digits else letter for letter in text
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("write to ann.lee+x@mail.example.co.uk.", "write to [email]."),
        ("ann＠example．com", "[email]"),
        ("пишите на почта@пример.рф!", "пишите на [email]!"),
        ("邮箱：li.wei@example.cn，谢谢", "邮箱：[email]，谢谢"),
        ("thanks @acme_support, and @bob@mastodon.social!", "thanks [handle], and [handle]!"),
        ("ありがとう＠花子さん", "ありがとう[handle]"),
        ("(@x.)", "([handle].)"),
        ("メールはabc@example.comまで", "メールは[email]まで"),
        ("Tel. 612 345 678 or 电话：8765 4321", "Tel. [phone] or 电话：[phone]"),
        ("card 4111 1111 1111 1111 was charged", "card [card] was charged"),
        ("5500-0055-5555-5559", "[card]"),
        ("amex 378282246310005.", "amex [card]."),
    ],
)
def test_addresses_handles_and_cards(text, expected):
    assert masked(text, ALL) == expected


@pytest.mark.parametrize(
    "number",
    [
        "+1 202 555 0123",
        "+1 (202) 555-0123",
        "(202) 555-0123",
        "202-555-0123",
        "1-202-555-0123",
        "202.555.0123",
        "+44 20 7946 0958",
        "020 7946 0958",
        "+49 (0)30 1234567",
        "+49-171-2345678",
        "0171/2345678",
        "030 12345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "+33 6 12 34 56 78",
        "0033612345678",
        "+34 612 345 678",
        "+39 06 1234 5678",
        "+86 138 1234 5678",
        "13812345678",
        "138-1234-5678",
        "+91 98765 43210",
        "98765 43210",
        "090-1234-5678",
        "+81 3-1234-5678",
        "+82 10-1234-5678",
        "+7 (495) 123-45-67",
        "+55 11 91234-5678",
        "+971 50 123 4567",
        "+20 100 123 4567",
        "+61 412 345 678",
    ],
)
def test_phone_numbers_of_many_countries_in_every_script(number):
    """As people write them."""
    for zero in ZEROS:
        assert masked(f"see {in_script(number, zero)}, please", ALL) == "see [phone], please"
        assert masked(f"({in_script(number, zero)}) x", ALL).count("[phone]") == 1


@pytest.mark.parametrize(
    "text",
    [
        "on 2026-03-31 and 31.03.2026, 03/31/2026, 31-03-26",
        "at 2026-03-31 14:05:00 UTC",
        "2026年3月31日 14:05",
        "costs $1,234,567.89 or 1 234 567 EUR or 1.234.567,89 €",
        "€ 12.345.678 und 12 345 678 Stück",
        "¥12345678, ₹98,76,543, 1 200 000 руб",
        "₹ 98765 43210",
        "0.123456789 of 1.23456789",
        "+50,000 views, +1 000 000 fans, +12%",
        "version 10.0.19045.3803, 192.168.100.200",
        "room 101, 24/7, 1984-2001, 10-12 people, 3-4-5",
        "order 1234567, year 2026, 100000000 users",
        "https://shop.example/2026/03/0123456789?id=4111111111111111",
        "00:12:34 and 12:34:56.789",
        "meet @5pm, 3 @ 2.50, a@b, @@, @ 12, @10",
        "ISBN 978-3-16-148410-0",
        "4111 1111 1111 1112 is no card",
        "1111111111, 0000000000",
    ],
)
def test_prices_dates_and_other_numbers_stay(text):
    assert masked(text, ALL) == text


def test_only_what_is_asked_for_is_masked():
    text = "a@b.example, 4111111111111111, +49 30 1234567, @bob"
    assert masked(text, ()) == text
    assert masked(text, [PersonalData.PHONE]) == "a@b.example, 4111111111111111, [phone], @bob"
    assert masked(text, ALL) == "[email], [card], [phone], [handle]"


@given(st.text(max_size=200))
def test_twice_is_the_same_as_once(text):
    once = masked(text, ALL)
    assert masked(once, ALL) == once


@given(st.text(alphabet=st.characters(exclude_categories=["Nd"], exclude_characters="@＠﹫")))
def test_a_text_without_digits_and_at_signs_stays(text):
    assert masked(text, ALL) == text


@given(
    st.text(alphabet=string.ascii_lowercase + string.digits, min_size=1, max_size=20),
    st.sampled_from(["example.com", "mail.example.org", "пример.рф", "例え.jp"]),
    st.text(alphabet="abc .,;!?é漢", max_size=20),
)
def test_no_address_survives(name, server, around):
    """Whatever stands around it, if it stands alone."""
    assert f"{name}@{server}" not in masked(f"{around} {name}@{server} {around}", ALL)


@given(st.text(alphabet=string.digits, min_size=12, max_size=18), st.sampled_from("3456"))
def test_a_card_is_masked_by_its_check_digit(digits, first):
    number = first + digits[:-1]
    checked = next(number + str(last) for last in range(10) if luhn_holds(number + str(last)))
    assert masked(f"pay {checked} now", [PersonalData.CARD]) == "pay [card] now"


@given(st.dates(), st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m-%d-%Y", "%Y/%m/%d"]))
def test_no_date_is_masked(day, form):
    text = f"since {day.strftime(form)} it is so"
    assert masked(text, ALL) == text


@given(st.integers(0, 10**9), st.sampled_from(["{:,}", "{:_}"]), st.sampled_from("$€£¥₹"))
def test_no_price_is_masked(amount, form, sign):
    for separator in ",. ":
        text = f"for {sign}{form.format(amount).replace('_', ',').replace(',', separator)} only"
        assert masked(text, ALL) == text
