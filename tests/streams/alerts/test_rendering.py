"""Incidents on a terminal: nothing in a post or a name steers it."""

from datetime import timedelta

import msgspec

from schemas.alert import Acknowledgement, Alert, Silence, Verdict
from schemas.evidence import Carrier, Evidence, EvidencePost, OffsetRange, Phrase
from streams.alerts.rendering import LIST_COLUMNS, listed, shown
from tests.streams.alerts.findings import at, finding
from tests.streams.alerts.test_incidents import Play

HOSTILE = "\x1b[2J\x07\u202eevil\u200b\x9b31m"


def alert() -> Alert:
    """An incident with everything, hostile wherever text comes from outside."""
    play = Play()
    play.minutes(0, 0, finding(brand=f"Acme{HOSTILE}", topic=HOSTILE, rule=f"posts >= 5{HOSTILE}"))
    post = EvidencePost(
        source=HOSTILE,
        post_id="p1",
        posted_at=at(0),
        author=HOSTILE,
        url="https://example.org",
        text=f"{HOSTILE}\n" * 200,
        lang="en",
        sentiment="negative",
        score=-0.5,
        reach=5,
        copies=3,
        kafka_topic="reviews",
        kafka_partition=1,
        kafka_offset=7,
    )
    evidence = Evidence(
        since=at(-15),
        until=at(0),
        posts=9,
        voices=4,
        negative=3,
        carriers=(Carrier(dimension="topic", value=HOSTILE, posts=5, usual=1.0, rise_share=0.5),),
        phrases=(Phrase(text=HOSTILE, posts=3, share=0.5, usual_share=0.1, strength=4.0),),
        representative=(post,),
        far_reaching=(post,),
        offsets=(OffsetRange(topic="reviews", partition=1, first=3, last=9, posts=7),),
        model_versions=(HOSTILE,),
    )
    return msgspec.structs.replace(
        play.events[0],
        sentence=HOSTILE,
        evidence=evidence,
        acknowledged=Acknowledgement(by=HOSTILE, at=at(1)),
        silenced=Silence(by=HOSTILE, until=at(1) + timedelta(hours=2), reason=HOSTILE),
        muted_by=HOSTILE,
        verdict=Verdict.NO_INCIDENT,
        reproduce=f"groundswell alerts backtest --brand 'Acme{HOSTILE}'",
    )


def test_nothing_steers_the_terminal():
    """Control, direction and invisible characters are spelled out, in every line and cell."""
    text = shown(alert(), at(2))
    assert all(character.isprintable() or character == "\n" for character in text)
    cells = listed(alert(), at(2))
    assert len(cells) == len(LIST_COLUMNS)
    assert all(character.isprintable() for cell in cells for character in cell)


def test_everything_is_told():
    """What people need to decide is there."""
    text = shown(alert(), at(2))
    for part in ("acknowledged", "no incident", "muted", "3 copies", "offsets 3 to 9", "backtest"):
        assert part in text, text


def test_a_silence_that_has_ended_is_none():
    """No event says so; its reason is still there to read."""
    one = msgspec.structs.replace(alert(), silenced=Silence(by="Ann", until=at(30), reason="known"))
    assert "silenced" in listed(one, at(29))[5]
    assert "silenced" not in listed(one, at(30))[5]
    assert "\nsilenced:" in shown(one, at(29))
    after = shown(one, at(30))
    assert "\nsilenced:" not in after
    assert "was silenced: by Ann" in after
    assert "known" in after
