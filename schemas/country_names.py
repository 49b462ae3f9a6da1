"""Names of countries by ISO 3166 code, in the languages of the page and of messages."""

from collections.abc import Mapping

from babel import Locale


def country_name(code: str, language: str) -> str:
    """The country's name in a language, by its code as babel has it; its code where it has none."""
    names: Mapping[str, str] = Locale.parse(language).territories
    return names.get(code, code)
