"""An incident planted in a real ClickHouse: 500 copies and 40 voices in three scripts."""

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
from clickhouse_driver import Client
from msgspec import structs

from schemas.alert import Kind, SeriesName
from schemas.errors import StoreError
from schemas.evidence import Carrier
from schemas.sentence import sentence
from streams.clickhouse.mention_sink import ClickHouseMentionSink
from streams.clickhouse.migrate import migrate
from streams.evidence.collector import Collector
from tests.streams.evidence.builders import SINCE, alert, signal
from tests.streams.evidence.planted import COPIED, PHRASES, columns, incident, usual_days

UNTIL = SINCE + timedelta(minutes=17)
COPIES = 500
VOICES = 40


@pytest.fixture(scope="module")
def url(clickhouse_server: str) -> str:
    """A database with a fortnight of usual posts and the incident."""
    found = clickhouse_server.removesuffix("default") + "evidence"
    migrate(found)
    chance = random.Random(1)
    with ClickHouseMentionSink(found) as sink:
        sink.insert(columns(usual_days(chance)))
        sink.insert(columns(incident(chance, copies=COPIES, voices=VOICES)))
        # Written again by a killed worker, and scored again by another model: no post is new.
        again = list(incident(random.Random(1), copies=5, voices=0))
        sink.insert(columns(again))
        sink.insert(columns(again, model_version="second", later_s=60))
    return found


@pytest.fixture(scope="module")
def collector(url: str) -> Iterator[Collector]:
    """The collector of that database."""
    with Collector(url) as found:
        yield found


def surge(**values):
    return alert(signal(at=UNTIL, seen=560.0, expected=20.0, **values))


def test_counts_are_exact_and_copies_one_voice(collector: Collector):
    """Rows that were written twice count once; 500 copies with other addresses are one voice."""
    found = collector.collect(surge())
    assert (found.since, found.until) == (SINCE, UNTIL)
    assert found.posts == found.read == COPIES + VOICES + 17
    assert found.negative == COPIES + VOICES
    assert found.usual == pytest.approx(17, abs=0.5)
    assert found.voices < VOICES + 17 + 2
    copied = [post for post in found.representative if post.text.startswith(COPIED)]
    assert [post.copies for post in copied] in ([], [COPIES])
    assert found.far_reaching[0].copies == COPIES
    assert found.far_reaching[0].reach == 90_000


def test_phrases_of_all_scripts_are_found(collector: Collector):
    """What the forty voices say in English, Chinese and Thai, and no stop words."""
    texts = [phrase.text for phrase in collector.collect(surge()).phrases]
    for phrase in PHRASES.values():
        assert any(phrase in text for text in texts), (phrase, texts)
    assert not {"the", "and", "is", "的", "tuskbook"} & set(texts)


def test_carriers_are_the_planted_ones(collector: Collector):
    """The topic and the country that the planted posts have, against the usual ones."""
    by_dimension: dict[str, Carrier] = {}
    for carrier in collector.collect(surge()).carriers:
        by_dimension.setdefault(carrier.dimension, carrier)
    assert by_dimension["topic"].value == "safety"
    assert by_dimension["topic"].posts == COPIES + VOICES
    assert by_dimension["topic"].rise_share == pytest.approx(1, abs=0.01)
    assert by_dimension["country"].value == "SG"
    assert by_dimension["lang"].value == "en"


def test_places_lead_back_to_kafka(collector: Collector):
    """Offsets by partition, and both model versions."""
    found = collector.collect(surge())
    assert sum(place.posts for place in found.offsets) == found.posts
    assert {(place.topic, place.partition) for place in found.offsets} == {
        *(("social-posts", 0), ("social-posts", 1))
    }
    assert all(place.first <= place.last for place in found.offsets)
    assert found.model_versions == ("first", "second")


def test_evidence_is_the_same_each_time(collector: Collector, url: str):
    """Whoever collects it again gets the same."""
    with Collector(url) as other:
        assert other.collect(surge()) == collector.collect(surge())


def test_turn_of_the_mood_is_told_from_its_negative_posts(collector: Collector):
    """Quotes are negative, and carriers count negative posts."""
    found = collector.collect(surge(kind=Kind.NEGATIVE))
    assert {post.sentiment for post in found.representative} == {"negative"}
    assert found.carriers[0].posts == COPIES + VOICES


def test_narrow_series_narrows_the_posts(collector: Collector):
    """An incident of a topic in one language, or of another one, reads their posts only."""
    thai = signal(at=UNTIL, series=SeriesName(brand="Tuskbook", topic="safety", lang="th"))
    chinese = signal(at=UNTIL, series=SeriesName(brand="Tuskbook", lang="zh"))
    found = collector.collect(alert(thai, chinese))
    assert {post.lang for post in found.representative} == {"th", "zh"}
    assert found.negative == 24
    assert collector.collect(alert(thai)).posts == 12


def test_reopened_incident_is_proved_by_what_is_new(collector: Collector):
    """Evidence begins where it began anew."""
    anew = SINCE + timedelta(minutes=10)
    found = collector.collect(alert(signal(at=UNTIL), since_again=anew))
    assert found.since == anew
    assert 0 < found.posts < COPIES


def test_silence_is_carried_by_what_is_missing(collector: Collector):
    """A window without posts: which languages and sources are due."""
    quiet = signal(kind=Kind.SILENCE, at=UNTIL + timedelta(hours=2), seen=0.0)
    found = collector.collect(alert(quiet, since=UNTIL + timedelta(hours=1)))
    assert found.posts == 0
    assert {carrier.value for carrier in found.carriers} >= {"en", "mastodon"}
    assert "no posts" in sentence(alert(quiet, evidence=found))


def test_first_day_is_told_from_the_hours_before(url: str):
    """What a brand's posts say before an incident is usual, though no earlier day is known."""
    day = [
        row | {"brand": "Fresh"}
        for row in usual_days(random.Random(2), days=1)
        if SINCE - timedelta(hours=2) < row["posted_at"] < SINCE
    ]
    news = [row | {"brand": "Fresh"} for row in incident(random.Random(3), copies=0, voices=VOICES)]
    with ClickHouseMentionSink(url) as sink:
        sink.insert(columns([*day, *news]))
    fresh = signal(at=UNTIL, seen=40.0, expected=20.0, series=SeriesName(brand="Fresh"))
    with Collector(url) as found:
        evidence = found.collect(structs.replace(alert(fresh), brand="Fresh"))
    assert evidence.usual is None
    assert {carrier.usual for carrier in evidence.carriers} == {None}
    texts = [phrase.text for phrase in evidence.phrases]
    assert PHRASES["en"] in texts
    assert not {"the", "and", "my", "is"} & set(texts)


def test_hostile_name_is_a_value(collector: Collector):
    """A brand's name that looks like SQL is asked for, not run."""
    hostile = "x' OR 1=1 --"
    told = alert(signal(series=SeriesName(brand=hostile, topic=hostile)), brand=hostile)
    assert collector.collect(told).posts == 0


def test_server_that_is_away_is_told():
    """A StoreError, so that the alert goes out without evidence."""
    with Collector("clickhouse://127.0.0.1:1/none") as away, pytest.raises(StoreError):
        away.collect(surge())


def test_connection_serves_again_after_a_refusal(url: str):
    """A table that is gone is told, and nothing is stuck when it is back."""
    with Collector(url) as found, Client.from_url(url) as client:
        client.execute("RENAME TABLE mentions TO hidden")
        with pytest.raises(StoreError):
            found.collect(surge())
        client.execute("RENAME TABLE hidden TO mentions")
        assert found.collect(surge()).posts
