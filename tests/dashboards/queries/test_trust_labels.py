"""People's labels against the model, asked of a real ClickHouse."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from dashboards.correction_writer import CorrectionWriter
from dashboards.queries import trust_labels as queries
from dashboards.store import Store
from dashboards.time_range import milliseconds
from dashboards.trust_labels import by_language, confusion, reliability, tally
from schemas.access import LOCAL_PERSON
from schemas.correction import DRAWN_AT_RANDOM
from tests.dashboards import hostile
from tests.dashboards.mention_table import MentionTable, mention

NOW = datetime.now(UTC).replace(microsecond=0)
SINCE_MS = milliseconds(NOW - timedelta(days=30))
UNTIL_MS = milliseconds(NOW + timedelta(minutes=1))
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module", autouse=True)
def filled(table: MentionTable) -> None:
    """Eight posts under two versions; the second answers otherwise of German ones."""
    for version, wrong in (("one", ""), ("two", "de")):
        table.insert(
            mention(
                post_id=f"p{number}",
                posted_at=NOW - HOUR * number,
                lang=lang,
                model_version=version,
                sentiment="negative" if lang == wrong else "positive",
                text=f"{number} {hostile.texts()[number]}",
                reach=number,
            )
            for number, lang in enumerate(["en"] * 4 + ["de"] * 4)
        )


def label(
    table: MentionTable, number: int, sentiment: str, *, who: str = "Ann", reason: str = ""
) -> None:
    CorrectionWriter(table.url).correct(
        brand="Aurora",
        posted_at=NOW - HOUR * number,
        source="mastodon",
        post_id=f"p{number}",
        sentiment=sentiment,
        before="positive",
        who=who,
        by=LOCAL_PERSON,
        reason=reason,
    )


def test_labels_in_force_against_each_version(store: Store, table: MentionTable):
    """The last label counts, and none that was taken back; a rewritten row changes nothing."""
    label(table, 0, "negative")
    label(table, 0, "positive", reason=DRAWN_AT_RANDOM)
    label(table, 1, "neutral")
    label(table, 4, "negative")
    label(table, 5, "negative", reason=DRAWN_AT_RANDOM)
    label(table, 2, "negative")
    label(table, 2, "")
    found = queries.read_answers(store.rows(queries.answers_query(since_ms=SINCE_MS)))
    one = [each for each in found if each.version == "one"]
    two = [each for each in found if each.version == "two"]
    assert (tally(one).right, tally(one).labels) == (1, 4)
    assert (tally(two).right, tally(two).labels) == (3, 4)
    assert {lang: each.right for lang, each in by_language(two).items()} == {"de": 2, "en": 1}
    assert confusion(one) == {
        ("positive", "positive"): 1,
        ("neutral", "positive"): 1,
        ("negative", "positive"): 2,
    }
    assert sum(each.count for each in two if each.checked) == 2
    (point,) = reliability(two)
    assert point.confidence == pytest.approx(0.8)


def test_weeks_and_events(store: Store, table: MentionTable):
    """Everything that was done is there, what is in force is marked, with the text as it is."""
    weeks = queries.read_weeks(store.rows(queries.weeks_query(since_ms=SINCE_MS)))
    assert sum(count for week in weeks.values() for count in week.values()) == 7
    assert sum(week.get("", 0) for week in weeks.values()) == 1
    assert all(week.weekday() == 0 for week in weeks)
    events = queries.read_events(store.rows(queries.events_query(most=100)))
    assert [each.at for each in events] == sorted((each.at for each in events), reverse=True)
    assert len(events) == 7
    in_force = {each.post_id: each.label for each in events if each.last}
    assert in_force == {"p0": "positive", "p1": "neutral", "p4": "negative", "p5": "negative"}
    assert UUID(events[0].id)
    assert {each.who for each in events} == {"Ann"}
    (first,) = {each.text for each in events if each.post_id == "p1"}
    assert first == f"1 {hostile.texts()[1]}"[: queries.TEXT_CHARACTERS]
    table.execute(
        "INSERT INTO corrections (id, at, brand, posted_at, source, post_id, sentiment) VALUES",
        [(uuid4(), NOW + HOUR, "Gone", NOW, "x", "erased", "neutral")],
    )
    newest = queries.read_events(store.rows(queries.events_query(most=1)))
    assert [(each.post_id, each.text, each.last) for each in newest] == [("erased", "", True)]


def test_posts_that_wait_have_no_label(store: Store, table: MentionTable):
    """Drawn at random, the same by the same seed; or the least sure first."""

    def drawn(seed: int) -> list[str]:
        asked = queries.random_query(since_ms=SINCE_MS, until_ms=UNTIL_MS, seed=seed)
        found = queries.read_queue(store.rows(asked))
        assert found.waiting == len(found.posts)
        return [post.post_id for post in found.posts]

    assert set(drawn(1)) == {"p2", "p3", "p6", "p7"}
    assert drawn(1) == drawn(1)
    assert len({tuple(drawn(seed)) for seed in range(6)}) > 1
    table.insert(
        mention(
            post_id=f"unsure {number}", posted_at=NOW, p_negative=0.3, p_neutral=sure,
            p_positive=0.7 - sure, text=f"hm {number}",
        )
        for number, sure in enumerate((0.36, 0.45, 0.6))
    )  # fmt: skip
    asked = queries.unsure_query(since_ms=SINCE_MS, until_ms=UNTIL_MS)
    found = queries.read_queue(store.rows(asked))
    assert found.waiting == 2
    assert [post.post_id for post in found.posts] == ["unsure 0", "unsure 1"]
    assert found.posts[0].said == "neutral"
