"""The watch over all series: what it finds, and that restarts change nothing."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.alert import Kind, SeriesName
from schemas.alert_rules import AlertRules, Sensitivity, WatchedRule
from schemas.threshold_rules import parse_rule
from streams.alerts.core import Core
from streams.alerts.minute import Minute, Watched
from streams.alerts.sources import EVERY_SOURCE
from streams.alerts.watch import Watch, WatchState
from tests.streams.alerts.minutes import START_S, minute

RULE = WatchedRule("posts >= 60 in 5m", parse_rule("posts >= 60 in 5m"), "Acme")
RULES = AlertRules(rules=(RULE,))
ACME = SeriesName(brand="Acme")


def quiet(first: int, last: int) -> list[Minute]:
    """Both brands with a post or so a minute."""
    rng = np.random.default_rng(first + 1000)
    found = rng.poisson((2.0, 1.0), (last - first, 2)).tolist()
    return [minute(first + i, {"Acme": a, "Bolt": b}) for i, (a, b) in enumerate(found)]


def from_sources(one: Minute, sources: dict[str, str]) -> Minute:
    """The same, with each brand's posts from a source of its own."""
    moved = [msgspec.structs.replace(item, source=sources[item.brand]) for item in one.sources]
    return replace(one, sources=tuple(moved))


def surge(first: int, last: int) -> list[Minute]:
    """Twenty times as many of one brand."""
    return [minute(number, {"Acme": 40, "Bolt": 1}) for number in range(first, last)]


def run(watch: Watch, minutes: list[Minute]) -> list[Watched]:
    return [watch.step(one) for one in minutes]


def test_a_surge_is_found_by_detector_and_rule():
    """In the brand and in its language, with what was seen and expected."""
    watch = Watch(RULES, ["Acme", "Bolt"])
    assert not any(watched.findings for watched in run(watch, quiet(0, 300)))
    found = run(watch, surge(300, 306))[-1].findings
    assert {(f.series, f.signal.rule) for f in found} == {
        (ACME, ""),
        (ACME, RULE.text),
        (SeriesName(brand="Acme", lang="en"), ""),
    }
    (own,) = [f for f in found if f.series == ACME and not f.signal.rule]
    assert own.kind is Kind.VOLUME
    assert own.signal.seen > 5 * own.signal.expected
    assert own.signal.low <= own.signal.expected <= own.signal.high < own.signal.seen


def test_off_leaves_a_brand_to_its_rules():
    """No detector, no range; the rule still finds."""
    rules = AlertRules(by_brand={"Acme": Sensitivity.OFF}, rules=(RULE,))
    watch = Watch(rules, ["Acme", "Bolt"])
    run(watch, quiet(0, 120))
    found = run(watch, surge(120, 126))[-1].findings
    assert [finding.signal.rule for finding in found] == [RULE.text]


def test_a_dead_source_is_no_silence():
    """Two brands live on one source; when it stops, nothing is claimed, and it is said so."""
    watch = Watch(AlertRules(), ["Acme", "Bolt"])
    run(watch, quiet(0, 300))
    dead = run(watch, [minute(number, {}) for number in range(300, 350)])
    assert not any(watched.findings for watched in dead)
    assert dead[-1].unknown == {"Acme": "forum", "Bolt": "forum"}
    assert all(np.isnan(row.posts) for row in dead[-1].rows)
    assert run(watch, quiet(350, 351))[0].unknown == {}


def test_where_no_source_brings_anything_no_brand_is_silent():
    """Each brand has a source of its own; when all stop at once, the collector has stopped."""
    apart = {"Acme": "forum", "Bolt": "shop"}
    watch = Watch(AlertRules(), ["Acme", "Bolt"])
    run(watch, [from_sources(one, apart) for one in quiet(0, 300)])
    dead = run(watch, [minute(number, {}) for number in range(300, 400)])
    assert not any(watched.findings for watched in dead)
    assert dead[-1].unknown == {"Acme": EVERY_SOURCE, "Bolt": EVERY_SOURCE}
    back = run(watch, [from_sources(one, apart) for one in quiet(400, 460)])
    assert not any(watched.findings or watched.unknown for watched in back)
    one_left = [from_sources(minute(n, {"Bolt": 1}), apart) for n in range(460, 560)]
    found = run(watch, one_left)
    assert {f.series.brand for watched in found for f in watched.findings} == {"Acme"}
    assert found[-1].unknown == {}


def test_a_silent_brand_is_found_while_its_source_lives():
    """The other brand's posts still come: it is the brand that is silent."""
    watch = Watch(AlertRules(), ["Acme", "Bolt"])
    run(watch, quiet(0, 300))
    silent = run(watch, [minute(number, {"Bolt": 1}) for number in range(300, 370)])
    kinds = {finding.kind for watched in silent for finding in watched.findings}
    assert kinds == {Kind.SILENCE}
    assert silent[-1].unknown == {}


def test_brands_of_no_watchlist_are_left_out():
    """What was watched once and is no longer has posts all the same."""
    watch = Watch(AlertRules(), ["Acme"])
    watched = watch.step(minute(0, {"Acme": 1, "Gone": 900}))
    assert watch.series == 2
    assert {row.series.brand for row in watched.rows if not row.source} == {"Acme"}


def test_before_its_first_post_a_brand_is_not_known():
    """A new installation has not watched an hour of silence: its first posts are no surge."""
    watch = Watch(AlertRules(), ["Acme", "Bolt"])
    empty = run(watch, [minute(number, {}) for number in range(90)])
    assert all(watched.rows == () for watched in empty)
    busy = [minute(number, {"Acme": 5}) for number in range(90, 180)]
    assert not any(watched.findings for watched in run(watch, busy))


def test_series_are_capped_and_idle_ones_go():
    """New parts find no room when it is full; idle ones are gone after a fortnight."""
    watch = Watch(AlertRules(), ["Acme"], most=3)
    for number, lang in enumerate(["en", "de", "fr", "th"]):
        watch.step(minute(number, {"Acme": 1}, lang=lang))
    assert {name.lang for name in watch.names} == {"", "en", "de"}
    midnight = (15 * 1440) - (START_S // 60) % 1440
    watch.step(minute(midnight + 1440, {"Acme": 1}, lang="en"))
    assert {name.lang for name in watch.names} == {"", "en"}


def test_a_minute_comes_once():
    """Fed twice it would count twice: that is an error."""
    watch = Watch(AlertRules(), ["Acme"])
    watch.step(minute(5, {"Acme": 1}))
    with pytest.raises(ValueError, match="is not after"):
        watch.step(minute(5, {"Acme": 1}))


def test_a_changed_watchlist_keeps_what_is_known():
    """A brand moves to another sensitivity with its state; a new one begins without a past."""
    watch = Watch(RULES, ["Acme", "Bolt"])
    run(watch, quiet(0, 300))
    state = watch.state()
    rules = AlertRules(by_brand={"Acme": Sensitivity.CALM})
    other = Watch(rules, ["New", "Acme"])
    other.restore(state)
    assert {name.brand for name in other.names} == {"New", "Acme"}
    found = run(other, surge(300, 310))[-1].findings
    assert ACME in {finding.series for finding in found}
    assert {finding.series.brand for finding in found} == {"Acme"}


def restored(core: Core, rules: AlertRules) -> Core:
    other = Core(rules, ["Acme", "Bolt"])
    other.unpack(core.pack())
    return other


@settings(max_examples=4)
@given(
    restarts=st.sets(st.integers(0, 119), max_size=6),
    gap=st.integers(0, 30),
    start=st.integers(60, 100),
)
def test_restarts_change_no_decision(restarts: set[int], gap: int, start: int):
    """Stored and restored anywhere, with minutes left out or not: the same events, the same log."""
    minutes = quiet(0, start) + surge(start, start + 8) + quiet(start + 8, 120)
    minutes = [one for number, one in enumerate(minutes) if not 20 <= number < 20 + gap]
    plain, other = Core(RULES, ["Acme", "Bolt"]), Core(RULES, ["Acme", "Bolt"])
    for number, one in enumerate(minutes):
        if number in restarts:
            other = restored(other, RULES)
        told, again = plain.take_minute(one, one.end), other.take_minute(one, one.end)
        assert told.events == again.events
        assert repr(told.watched.rows) == repr(again.watched.rows)


def test_a_snapshot_of_another_version_is_refused():
    """Rather than read wrongly, it is made anew from the history."""
    watch = Watch(RULES, ["Acme"])
    state = msgspec.structs.replace(watch.state(), version=99)
    encoded = msgspec.msgpack.encode(state)
    with pytest.raises(ValueError, match="version 99"):
        Watch(RULES, ["Acme"]).restore(msgspec.msgpack.decode(encoded, type=WatchState))
    with pytest.raises(ValueError, match="no snapshot"):
        Core(RULES, ["Acme"]).unpack(b"nonsense")
