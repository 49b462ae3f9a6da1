"""A backfill is noticed once it has come to rest."""

from streams.alerts.core import Core
from streams.alerts.relearning import BackfillWatch
from tests.streams.alerts.test_watch import RULES, quiet, surge


def test_a_backfill_is_learned_once_it_rests():
    """While it goes on nothing is done; what was taken in already is no backfill."""
    watch, taken = BackfillWatch(), {10: 1000, 11: 50}
    looks = [{10: 1100, 11: 60}, {9: 800, 10: 1100}, {9: 1000, 10: 1100}, {9: 1010, 10: 1100}]
    assert [watch.is_due(stored, taken) for stored in looks] == [False, False, False, True]
    assert not watch.is_due({9: 1010, 10: 1100}, {**taken, 9: 1010})


def test_what_is_more_than_all_that_is_known_is_learned_at_once():
    """A young installation need not wait for the end of a long backfill."""
    watch = BackfillWatch()
    assert not watch.is_due({10: 150}, {10: 20})
    assert watch.is_due({10: 900}, {10: 300})
    assert not watch.is_due({10: 900, 9: 900}, {10: 900})


def test_a_taught_core_takes_over_and_incidents_stay():
    """The new watch knows the past; the open incident goes on under its key."""
    brands = ["Acme", "Bolt"]
    old, taught = Core(RULES, brands), Core(RULES, brands)
    minutes = quiet(0, 30) + surge(30, 40)
    events = [event for one in minutes for event in old.take_minute(one, one.end).events]
    for one in minutes:
        taught.take_minute(one, one.end)
    old.take_over(taught)
    assert [alert.key for alert in old.incidents.open_incidents()] == [events[0].key]
    assert sum(old.taken.values()) == sum(
        posts
        for one in minutes
        for name, (posts, _) in one.counts.items()
        if not (name.lang or name.topic or name.product)
    )
    again = Core(RULES, brands)
    again.unpack(old.pack())
    assert again.taken == old.taken
