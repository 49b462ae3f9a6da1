"""Where an incident's numbers lead."""

from datetime import timedelta

import pytest

from dashboards.filters import from_address, to_address
from dashboards.incident_posts import posts_behind
from schemas.alert import Kind, SeriesName
from schemas.evidence import Carrier, Evidence
from tests.streams.evidence.builders import SINCE, alert, signal

FOUND = Evidence(since=SINCE, until=SINCE + timedelta(minutes=17), posts=57, voices=40, negative=30)


def address(incident, **chosen):
    view = posts_behind(incident, FOUND, **chosen)
    assert view is not None
    return to_address(view)


def of(dimension, value):
    return Carrier(dimension=dimension, value=value, posts=9, usual=None, rise_share=0.5)


def test_a_number_leads_to_the_brands_posts_of_that_time():
    """In an address that anybody can be sent; the negative ones by themselves."""
    incident = alert(signal())
    assert address(incident) == {
        "page": ["explore"],
        "range": ["custom"],
        "from": ["2026-03-11T14:03:00Z"],
        "to": ["2026-03-11T14:20:00Z"],
        "brand": ["Tuskbook"],
    }
    negative = address(incident, negative=True)
    assert negative["sentiment"] == ["negative"]
    assert from_address(negative) == posts_behind(incident, FOUND, negative=True)


@pytest.mark.parametrize("dimension", ["topic", "lang", "source", "product", "country"])
def test_a_part_counts_negative_posts_where_the_mood_turned(dimension):
    """As its number does."""
    for kind, sentiments in ((Kind.VOLUME, None), (Kind.NEGATIVE, ["negative"])):
        found = address(alert(signal(kind=kind)), carrier=of(dimension, "<b>x</b>"))
        assert found[dimension] == ["<b>x</b>"]
        assert found.get("sentiment") == sentiments


def test_an_incident_of_one_narrow_series_leads_to_it_and_of_several_nowhere():
    """No view has the posts of either of two topics in another language."""
    narrow = signal(series=SeriesName(brand="Tuskbook", topic="quality"))
    assert address(alert(narrow))["topic"] == ["quality"]
    assert posts_behind(alert(narrow), FOUND, carrier=of("topic", "price")) is None
    other = signal(series=SeriesName(brand="Tuskbook", lang="de"))
    assert posts_behind(alert(narrow, other), FOUND) is None
    assert posts_behind(alert(narrow, other, signal()), FOUND) is not None
