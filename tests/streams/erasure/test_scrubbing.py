"""Quotes of erased posts leave alerts and notifications; everything else stays as it was."""

import msgspec

from schemas.alert import Alert
from schemas.evidence import EvidencePost
from streams.erasure.scrubbing import scrubbed_alert, scrubbed_notification
from tests.dashboards.mention_table import mention
from tests.streams.erasure.scene import marked_posts, other_posts, quoting, told_about

WORD = "zyzzyva"
ALERT = quoting(marked_posts("Ada", WORD)[0], other_posts(WORD)[0], WORD)
NOTIFICATION = told_about(ALERT, WORD).notification


def goes(post: EvidencePost) -> bool:
    return post.author == "Ada"


def never(_: EvidencePost) -> bool:
    return False


def test_an_alert_loses_the_quote_and_the_words_that_only_it_had():
    """Its numbers and other people's quotes stay; a word that others said too stays."""
    evidence = scrubbed_alert(ALERT, goes).evidence
    assert ALERT.evidence is not None
    assert evidence is not None
    assert [post.author for post in evidence.representative] == ["Somebody Else"]
    assert evidence.far_reaching == ()
    assert [phrase.text for phrase in evidence.phrases] == ["train"]
    assert WORD not in msgspec.json.encode(evidence).decode()
    same = msgspec.structs.replace(
        evidence,
        representative=ALERT.evidence.representative,
        far_reaching=ALERT.evidence.far_reaching,
        phrases=ALERT.evidence.phrases,
    )
    assert same == ALERT.evidence


def test_what_has_no_such_quote_is_the_very_same():
    bare = msgspec.structs.replace(ALERT, evidence=None)
    assert scrubbed_alert(bare, goes) is bare
    assert scrubbed_alert(ALERT, never) is ALERT
    assert scrubbed_notification(NOTIFICATION, never) is NOTIFICATION
    once = scrubbed_notification(NOTIFICATION, goes)
    assert scrubbed_notification(once, goes) is once


def test_a_message_about_such_an_incident_loses_its_quotes():
    """They do not say whose they are. Heading and links stay."""
    found = scrubbed_notification(NOTIFICATION, goes)
    assert found.message.sections[0].quotes == ()
    assert found.message.sections[0].heading == NOTIFICATION.message.sections[0].heading
    assert WORD not in msgspec.json.encode(found).decode()


def test_a_message_without_evidence_is_known_by_the_incidents_key():
    """As where very many incidents were told of at once."""
    bare: Alert = msgspec.structs.replace(ALERT, evidence=None)
    told = told_about(bare, WORD).notification
    assert scrubbed_notification(told, goes) is told
    found = scrubbed_notification(told, goes, keys=frozenset({ALERT.key}))
    assert found.message.sections[0].quotes == ()
    assert scrubbed_notification(found, goes, keys=frozenset({ALERT.key})) is found


def test_phrases_of_one_letter_stay():
    """In some scripts one letter is a word, which says nothing of anybody."""
    own = quoting(mention(author="Ada", text="猫"), other_posts(WORD)[0], "猫")
    evidence = scrubbed_alert(own, goes).evidence
    assert evidence is not None
    assert [phrase.text for phrase in evidence.phrases] == ["猫", "train"]
