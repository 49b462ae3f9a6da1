"""Personal data in texts, masked: e-mail addresses, phone numbers, card numbers, handles. Pure.

Digits of every script count. What could as well be a price, a date or an amount stays as it is: a
number is taken for a phone's only by its form (+ or 00 and a country, a trunk's 0, the groups of a
known plan) or because the text says so just before it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Final


class PersonalData(StrEnum):
    """What can be masked; in a text its value in brackets takes its place."""

    EMAIL = "email"
    CARD = "card"
    PHONE = "phone"
    HANDLE = "handle"


Span = tuple[int, int]

_PLAIN: Final = {
    **dict.fromkeys("\uff0b\ufe62\u207a", "+"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d\u30fc", "-"),
    **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009", " "),
    **dict.fromkeys("\u200a\u202f\u205f\u3000\u200b\u200e\u200f\u2060\ufeff", " "),
    **dict.fromkeys("\uff08\ufe59", "("),
    **dict.fromkeys("\uff09\ufe5a", ")"),
    **dict.fromkeys("\uff20\ufe6b", "@"),
    **dict.fromkeys("\uff0e\u3002\uff61", "."),
    "\uff0f": "/",
}
# What has none of these has nothing to mask.
_TELLING: Final = re.compile("[@\uff20\ufe6b\\d]")
_UNUSUAL: Final = re.compile(f"[{''.join(map(re.escape, _PLAIN))}]|(?![0-9])\\d")
# Scripts without spaces between words: there an address ends where the script changes.
_UNSPACED: Final = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\u0e00-\u0e7f"
_LETTER: Final = rf"[^\W{_UNSPACED}]"
_LABEL: Final = rf"(?:{_LETTER}(?:{_LETTER}|-){{0,62}}|[{_UNSPACED}]{{1,63}})"
_SERVER: Final = rf"{_LABEL}(?:\.{_LABEL}){{1,8}}"
_SIGNS: Final = r"!#$%&'*+/=?^`{|}~-"
_EMAIL: Final = re.compile(
    rf"(?<![@.{_SIGNS}])(?<!{_LETTER})(?:{_LETTER}|[{_SIGNS}])(?:{_LETTER}|[.{_SIGNS}]){{0,63}}"
    rf"@{_SERVER}"
)
# After an e-mail address is gone, what begins with an @ is a handle, with or without its server.
_HANDLE: Final = re.compile(
    rf"(?<![@.])(?<!{_LETTER})@(?=[\d_.-]*[^\W\d_])\w[\w.-]{{0,62}}(?:@{_SERVER})?"
)
_TIME: Final = re.compile(r"@\d{1,2}(?:am|pm|h|uhr)?", re.IGNORECASE)
_CARD: Final = re.compile(r"(?<![\w.,+=/-])[2-6](?:[ -]?\d){12,18}(?![\w]|[.,]\d|-\d)")
_NUMBER: Final = re.compile(
    r"(?<![\w.,:+/#-])(?:\+ ?|\()?\d(?:[ ]?[-./()]?[ ]?\d){5,19}\)?(?!\w|[.,:/-]\d|%)"
)
_MONEY: Final = r"[$\u00a2-\u00a5\u0e3f\u20a0-\u20cf\ufdfc\uff04\uffe0-\uffe6]"
_MONEY_WORDS: Final = (
    r"(?:USD|EUR|GBP|JPY|CNY|RMB|INR|CHF|RUB|TRY|BRL|KRW|Rs\.?|kr\.?|元|円|원|руб)"
)
_MONEY_BEFORE: Final = re.compile(rf"(?:{_MONEY}|{_MONEY_WORDS}) ?$", re.IGNORECASE)
_MONEY_AFTER: Final = re.compile(rf" ?(?:{_MONEY}|{_MONEY_WORDS})", re.IGNORECASE)
_CALL: Final = re.compile(
    r"(?:\b(?:tel|tél|telefon|teléfono|telefone|telefono|phone|mobile|mobil|handy|cell|call|ring|"
    r"text|sms|whatsapp|fax|тел|телефон|звоните|هاتف|تلفون|फोन|फ़ोन|โทร)\b|电话|電話|手机|手機|"
    r"전화|携帯)[^\w+(]{0,4}$",
    re.IGNORECASE,
)
_DATES: Final = re.compile(
    r"(?<![\d./-])(?:\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2}$)|(?:19|20)\d\d([./-])\d{1,2}\2\d{1,2})(?!\d)"
)
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:([ .])\d{3})(?:\1\d{3})*")
_DECIMAL: Final = re.compile(r"\d+\.\d+")
# How numbers without + or 0 are grouped: North America, Chinese mobiles, Indian mobiles.
_PLANS: Final = re.compile(
    r"1?[ .-]?\(?[2-9]\d{2}\)?[ .-]{1,2}\d{3}[ .-]\d{4}|1[3-9]\d[ -]?\d{4}[ -]?\d{4}|"
    r"[6-9]\d{4}[ -]?\d{5}"
)
_MIN_DIGITS, _MAX_DIGITS = 8, 15
_MIN_NAMED_DIGITS: Final = 6


def masked(text: str, kinds: Iterable[PersonalData]) -> str:
    """The text with what is of these kinds replaced, such as by `[email]`.

    Masking twice is the same as masking once.
    """
    wanted = frozenset(kinds)
    if not wanted or not _TELLING.search(text):
        return text
    for kind, find in _FINDERS:
        if kind in wanted:
            text = _replaced(text, list(find(_plain(text))), f"[{kind.value}]")
    return text


def luhn_holds(digits: str) -> bool:
    """Whether the last digit checks the others (ISO/IEC 7812). digits: ASCII."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


def _plain(text: str) -> str:
    """The text, character by character, with digits and marks of all scripts as ASCII."""
    if text.isascii():
        return text
    return _UNUSUAL.sub(lambda found: _ascii(found.group()), text)


def _ascii(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return _PLAIN[character]


def _replaced(text: str, spans: list[Span], mark: str) -> str:
    parts, at = [], 0
    for begin, end in spans:
        parts += [text[at:begin], mark]
        at = end
    return "".join([*parts, text[at:]])


def _emails(plain: str) -> Iterator[Span]:
    if "@" in plain:
        yield from (found.span() for found in _EMAIL.finditer(plain))


def _handles(plain: str) -> Iterator[Span]:
    for found in _HANDLE.finditer(plain) if "@" in plain else ():
        name = found.group().rstrip(".-")
        if not _TIME.fullmatch(name):
            yield found.start(), found.start() + len(name)


def _cards(plain: str) -> Iterator[Span]:
    for found in _CARD.finditer(plain):
        if luhn_holds(_digits(found.group())):
            yield found.span()


def _phones(plain: str) -> Iterator[Span]:
    for found in _NUMBER.finditer(plain):
        begin, end = _without_brackets(plain, *found.span())
        before, after = plain[max(0, begin - 24) : begin], plain[end : end + 8]
        if _is_phone(plain[begin:end], before=before, after=after):
            yield begin, end


def _without_brackets(plain: str, begin: int, end: int) -> Span:
    """The number's place without brackets that are not its own."""
    number = plain[begin:end]
    if number[0] == "(" and (number.find(")") in {-1, len(number) - 1}):
        begin += 1
    if plain[begin:end].count(")") > plain[begin:end].count("("):
        end -= 1
    return begin, end


def _is_phone(number: str, *, before: str, after: str) -> bool:
    digits = _digits(number)
    odd = len(digits) > _MAX_DIGITS or len(set(digits)) == 1
    if odd or _DATES.search(number) or _DECIMAL.fullmatch(number):
        return False
    if _CALL.search(before):
        return len(digits) >= _MIN_NAMED_DIGITS
    if _MONEY_BEFORE.search(before) or _MONEY_AFTER.match(after):
        return False
    if number.startswith("+"):
        amount = _THOUSANDS.fullmatch(number[1:]) and len(digits) < _MIN_DIGITS + 2
        return len(digits) >= _MIN_DIGITS and digits[0] != "0" and not amount
    if digits.startswith("0"):
        return len(digits) >= _MIN_DIGITS + 1
    return _PLANS.fullmatch(number.strip()) is not None


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdecimal())


_FINDERS: Final[tuple[tuple[PersonalData, Callable[[str], Iterator[Span]]], ...]] = (
    (PersonalData.EMAIL, _emails),
    (PersonalData.CARD, _cards),
    (PersonalData.PHONE, _phones),
    (PersonalData.HANDLE, _handles),
)
