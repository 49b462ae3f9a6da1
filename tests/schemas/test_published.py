"""The JSON Schemas in the docs say what the code says."""

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from schemas.errors import WatchlistError
from schemas.published import documents, rendered, watchlist_schema
from schemas.watchlist import BRAND_KEYS, PRODUCT_KEYS, TOPIC_KEYS, WATCHLIST_KEYS, parse_watchlist
from tests.schemas.test_watchlist import FULL

FOLDER = Path(__file__).parents[2] / "docs" / "schemas"


@pytest.mark.parametrize("name", list(documents()))
def test_published_schemas_are_current(name: str):
    """`python -m schemas.published docs/schemas` was run after the last change."""
    assert (FOLDER / name).read_text(encoding="utf-8") == rendered(documents()[name])
    Draft202012Validator.check_schema(documents()[name])


def test_watchlist_schema_knows_the_parsers_keys():
    """No key is read that the schema does not publish, and none the other way round."""
    fields = watchlist_schema()["properties"]
    brand = fields["brands"]["items"]["properties"]
    assert tuple(fields) == WATCHLIST_KEYS
    assert sorted(brand) == sorted(BRAND_KEYS)
    assert tuple(brand["products"]["items"]["properties"]) == PRODUCT_KEYS
    assert tuple(fields["topics"]["items"]["properties"]) == TOPIC_KEYS


@pytest.mark.parametrize(
    "text", ["brands: []", "brands: [{name: 1}]", "brands: [{nam: Ab}]", "topics: []"]
)
def test_watchlist_schema_refuses_what_the_parser_refuses(text: str):
    """The shape's mistakes are mistakes to an editor as well."""
    validator = Draft202012Validator(watchlist_schema())
    assert validator.is_valid(yaml.safe_load(FULL))
    assert not validator.is_valid(yaml.safe_load(text))
    with pytest.raises(WatchlistError):
        parse_watchlist(text)
