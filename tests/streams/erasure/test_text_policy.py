"""What is kept of texts: masked as asked for, blank where they are too old; numbers stay."""

from datetime import datetime, timedelta

from schemas.masking import PersonalData
from schemas.mention import COLUMN_NAMES
from streams.erasure.text_policy import BLANKED, KEEP_ALL, TextPolicy
from streams.rows import milliseconds
from tests.dashboards.mention_table import NOON, mention

OLD, NEW = NOON - timedelta(days=31), NOON - timedelta(days=29)


def columns(*rows):
    return [
        [milliseconds(v) if isinstance(v := row[name], datetime) else v for row in rows]
        for name in COLUMN_NAMES
    ]


def posts():
    own = {"text": "ask ann@example.com", "author": "Ann", "url": "https://x/1", "thread_id": "t"}
    return columns(mention(posted_at=OLD, **own), mention(posted_at=NEW, **own))


def test_old_texts_are_blanked_and_nothing_else():
    before = posts()
    after = TextPolicy(keep_days=30).applied(before, now=NOON)
    for name, old, new in zip(COLUMN_NAMES, before, after, strict=True):
        assert new == (["", old[1]] if name in BLANKED else old)


def test_texts_are_masked_and_authors_stay():
    """By their names those who were erased are known again."""
    after = TextPolicy(mask=(PersonalData.EMAIL,)).applied(posts(), now=NOON)
    assert after[COLUMN_NAMES.index("text")] == ["ask [email]", "ask [email]"]
    assert after[COLUMN_NAMES.index("author")] == ["Ann", "Ann"]


def test_without_a_policy_the_columns_are_the_same():
    before = posts()
    assert KEEP_ALL.applied(before, now=NOON) is before
    assert TextPolicy(keep_days=1).applied([[] for _ in COLUMN_NAMES], now=NOON)[0] == []
