"""The page labels a mention on the real engine."""

from uuid import uuid4

import pytest

from dashboards.correction_writer import CorrectionWriter
from schemas.access import LOCAL_PERSON, NotAllowedError, Person, Role
from schemas.errors import StoreError
from tests.dashboards.mention_table import MentionTable, mention

PLACE = ("brand", "posted_at", "source", "post_id")


@pytest.fixture
def table(clickhouse_server: str) -> MentionTable:
    found = MentionTable.create(clickhouse_server, f"labels_{uuid4().hex[:10]}")
    found.migrate()
    return found


def test_a_label_counts_at_once_and_can_be_taken_back(table):
    """The last of several in the same moment counts; hostile texts are values."""
    row = mention(post_id="it's \\ a; DROP", sentiment="positive")
    table.insert([row])
    place = {name: row[name] for name in PLACE}
    writer = CorrectionWriter(table.url)
    shown = []
    for label in ("negative", "neutral", ""):
        writer.correct(
            **place, sentiment=label, before="positive", who="Ada", reason="') --", by=LOCAL_PERSON
        )
        shown += table.execute("SELECT sentiment, round(toFloat64(score), 3) FROM mentions FINAL")
    assert shown == [("negative", -1.0), ("neutral", 0.0), ("positive", 0.7)]
    said = table.execute("SELECT sentiment, who, reason FROM corrections ORDER BY at")
    assert said == [(label, "Ada", "') --") for label in ("negative", "neutral", "")]


def test_a_word_that_is_no_sentiment_is_refused(table):
    place = {name: mention()[name] for name in PLACE}
    with pytest.raises(StoreError, match="negative, neutral, positive"):
        CorrectionWriter(table.url).correct(
            **place, sentiment="bad", before="", who="Ada", by=LOCAL_PERSON
        )
    with pytest.raises(StoreError, match="not written down"):
        CorrectionWriter("clickhouse://127.0.0.1:1/x").correct(
            **place, sentiment="neutral", before="", who="Ada", by=LOCAL_PERSON
        )


def test_who_may_not_correct_is_refused(table):
    """A viewer, and an analyst of other brands; nothing is written."""
    place = {name: mention()[name] for name in PLACE}
    for person in (
        Person("eve", Role.VIEWER),
        Person("eve", Role.ANALYST, frozenset({"Borealis"})),
    ):
        with pytest.raises(NotAllowedError):
            CorrectionWriter(table.url).correct(
                **place, sentiment="neutral", before="", who="eve", by=person
            )
    assert table.execute("SELECT count() FROM corrections") == [(0,)]
