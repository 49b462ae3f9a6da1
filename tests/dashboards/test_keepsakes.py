"""What people keep is there for all, changes with its newest row, and goes when it is removed."""

from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest

from dashboards.keepsake_writer import KeepsakeWriter
from dashboards.queries.keepsakes import notes_query, read_notes, read_views, views_query
from dashboards.store import Store
from dashboards.time_range import milliseconds
from schemas.access import LOCAL_PERSON, NotAllowedError, Person, Role
from schemas.errors import StoreError
from schemas.keepsakes import SavedView, TimeNote
from tests.dashboards.mention_table import NOON, MentionTable


@pytest.fixture(scope="module")
def writer(table: MentionTable) -> KeepsakeWriter:
    return KeepsakeWriter(table.url)


def test_views_are_kept_renamed_and_removed(writer: KeepsakeWriter, store: Store):
    """By name, each once."""
    view = SavedView(id=uuid4(), at=NOON, who="ann", name="it's \\ mine", address="q=a%20b")
    other = SavedView(id=uuid4(), at=NOON, who="bob", name="a first", address="")
    writer.write(view, by=LOCAL_PERSON)
    writer.write(other, by=LOCAL_PERSON)
    assert read_views(store.rows(views_query())) == [other, view]
    again = msgspec.structs.replace(view, at=NOON + timedelta(seconds=1), name="A renamed")
    writer.write(again, by=LOCAL_PERSON)
    assert read_views(store.rows(views_query())) == [again, other]
    writer.write(
        msgspec.structs.replace(other, at=NOON + timedelta(seconds=1), removed=True),
        by=LOCAL_PERSON,
    )
    assert read_views(store.rows(views_query())) == [again]


def test_notes_are_those_of_the_period_and_the_brands(writer: KeepsakeWriter, store: Store):
    """A note about all brands is shown with each."""
    notes = [
        TimeNote(
            id=uuid4(), at=NOON, who="ann", moment=NOON - ago, brand=brand, text=brand or "all"
        )
        for ago, brand in (
            (timedelta(minutes=1), ""),
            (timedelta(minutes=2), "Aurora"),
            (timedelta(minutes=3), "Boreal"),
            (timedelta(hours=2), "Aurora"),
        )
    ]
    for note in notes:
        writer.write(note, by=LOCAL_PERSON)
    span = {"since_ms": milliseconds(NOON - timedelta(hours=1)), "until_ms": milliseconds(NOON)}
    rows = store.rows(notes_query(**span))
    assert read_notes(rows, ()) == notes[:3]
    assert read_notes(rows, ("Aurora",)) == notes[:2]


def test_what_was_not_written_is_told():
    """Nobody is to think that it was kept."""
    view = SavedView(id=uuid4(), at=NOON, who="ann", name="x", address="")
    with pytest.raises(StoreError, match="not written down"):
        KeepsakeWriter("clickhouse://127.0.0.1:1/default").write(view, by=LOCAL_PERSON)


def test_what_somebody_may_not_keep_is_refused(writer: KeepsakeWriter, store: Store):
    """A viewer keeps nothing; who is limited names their own brands."""
    before = store.rows(views_query())
    view = SavedView(id=uuid4(), at=NOON, who="eve", name="x", address="brand=Aurora&brand=Boreal")
    note = TimeNote(id=uuid4(), at=NOON, who="eve", moment=NOON, brand="", text="x")
    aurora = frozenset({"Aurora"})
    for kept, person in (
        (view, Person("eve", Role.VIEWER)),
        (view, Person("eve", Role.ANALYST, aurora)),
        (note, Person("eve", Role.ANALYST, aurora)),
    ):
        with pytest.raises(NotAllowedError):
            writer.write(kept, by=person)
    assert store.rows(views_query()) == before
