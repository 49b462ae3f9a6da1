"""Rules tried on the past, with the monitor's own classes."""

import shlex
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from schemas.alert import Alert, Status, Verdict
from schemas.alert_rules import AlertRules, Sensitivity
from schemas.backtest import BacktestRequest, BacktestResult, BacktestStatus
from schemas.errors import SettingsError
from streams.alerts.backtest import backtest, rules_for
from streams.alerts.backtest_desk import BacktestDesk, Wish, check
from streams.alerts.core import Core
from streams.alerts.minute import Minute, moment
from streams.clickhouse.connection import connect
from streams.evidence.reproduce import reproduce
from tests.streams.alerts.minutes import START_S
from tests.streams.alerts.test_watch import RULES, quiet, surge

BRANDS = ["Acme", "Bolt"]
MINUTES = quiet(0, 120) + surge(120, 130) + quiet(130, 180)


def stored(since_s: int, until_s: int) -> Iterator[Minute]:
    """The minutes, as a store gives them."""
    yield from (one for one in MINUTES if since_s <= one.start_s < until_s)


def request(**changes: object) -> BacktestRequest:
    since, until = moment(START_S + 60 * 100), moment(START_S + 60 * 180)
    return msgspec.structs.replace(BacktestRequest(since=since, until=until), **changes)


def run(
    asked: BacktestRequest, rules: AlertRules = RULES, did: tuple[Alert, ...] = ()
) -> BacktestResult:
    return backtest(asked, rules, BRANDS, stored, did)


def told() -> list[Alert]:
    """The incident as the monitor told it, as it stands at the end."""
    core = Core(RULES, BRANDS)
    return [event for one in MINUTES for event in core.take_minute(one, one.end).events][-1:]


def test_it_decides_as_the_monitor_did():
    """The watchlist as it stands gives the incident that was told: same opening, same end."""
    (did,) = told()
    assert did.status is Status.RESOLVED
    result = run(request(), did=(did,))
    (would,) = result.would
    assert (would.opened_at, would.key) == (did.opened_at, did.key)
    assert would.sentence
    assert result.missed == ()
    assert result.minutes == 80


def test_the_command_of_an_alert_decides_it_again():
    """With the detector and the rule that were met, whatever the watchlist says by then."""
    (did,) = told()
    words = shlex.split(reproduce(did, RULES))[3:]
    given = {
        flag: tuple(
            value for name, value in zip(words[::2], words[1::2], strict=True) if name == flag
        )
        for flag in ("--brand", "--rule", "--sensitivity")
    }
    assert all(given.values())
    asked = request(
        brands=given["--brand"], rules=given["--rule"], sensitivity=given["--sensitivity"][0]
    )
    (would,) = run(asked, AlertRules(sensitivity=Sensitivity.OFF), did=(did,)).would
    assert (would.opened_at, would.severity, would.key) == (did.opened_at, did.severity, did.key)


def test_a_rule_is_tried_alone_and_scored_by_verdicts():
    """Its precision counts what people said of the incidents beside it."""
    (did,) = told()
    did = msgspec.structs.replace(did, verdict=Verdict.NO_INCIDENT)
    result = run(request(rules=("posts >= 20 in 1m", "posts >= 9000 in 1m")), did=(did,))
    assert [item.rules for item in result.would] == [("posts >= 20 in 1m",)]
    (score,) = result.scores
    assert (score.incidents, score.refuted, score.precision) == (1, 1, 0.0)
    assert run(request(rules=("posts >= 9000 in 1m",)), did=(did,)).missed == (did.key,)


def test_what_is_asked_for_decides_what_is_tried():
    """Without anything the watchlist; a sensitivity drops its rules; rules drop the detector."""
    assert rules_for(request(), RULES) is RULES
    calm = rules_for(request(sensitivity="calm"), RULES)
    assert (calm.sensitivity.value, calm.rules) == ("calm", ())
    alone = rules_for(request(rules=("silence >= 2h",)), RULES)
    assert (alone.sensitivity.value, len(alone.rules)) == ("off", 1)
    for wrong in ({"sensitivity": "loud"}, {"rules": ("posts",)}):
        with pytest.raises(SettingsError):
            rules_for(request(**wrong), RULES)


@pytest.mark.parametrize(
    "changes",
    [
        {"until": moment(START_S)},
        {"since": moment(START_S) - timedelta(days=200)},
        {"brands": ("Nobody",)},
        {"since": datetime(2026, 1, 1)},  # noqa: DTZ001
    ],
)
def test_what_cannot_be_tried_is_refused(changes: dict[str, Any]):
    """Before anything is read."""
    with pytest.raises(SettingsError):
        check(request(**changes), BRANDS)


def test_wishes_in_the_table_are_answered(database: str):
    """A row that asks gets its result; nonsense gets its reason; each is answered once."""
    now = datetime.now(UTC)
    with closing(BacktestDesk(database, RULES, BRANDS)) as desk:
        assert desk.next_wish() is None
        since = now - timedelta(hours=1)
        asked = BacktestRequest(since=since, until=now, rules=("posts >= 5 in 1m",))
        for text in (msgspec.json.encode(asked).decode(), "{", '{"since": 1, "until": 2}'):
            wish = Wish(uuid4(), now, "Ann", text)
            desk.write(wish, BacktestStatus.ASKED, BacktestResult())
        while (found := desk.next_wish()) is not None:
            desk.answer(found)
    with connect(database) as client:
        rows = client.execute("SELECT status, result FROM backtests FINAL")
    results = [msgspec.json.decode(result, type=BacktestResult) for _, result in rows]
    assert sorted(status for status, _ in rows) == ["done", "failed", "failed"]
    assert sorted(bool(result.error) for result in results) == [False, True, True]
    assert max(result.minutes for result in results) == 60


def test_a_wish_that_breaks_the_desk_is_answered_all_the_same(
    database: str, monkeypatch: pytest.MonkeyPatch
):
    """Left in the table, it would be taken up again and again."""
    monkeypatch.setattr(BacktestDesk, "run", lambda *_: 1 / 0)
    asked = BacktestRequest(since=moment(START_S), until=moment(START_S + 3600))
    wish = Wish(uuid4(), datetime.now(UTC), "Ann", msgspec.json.encode(asked).decode())
    with closing(BacktestDesk(database, RULES, BRANDS)) as desk:
        desk.write(wish, BacktestStatus.ASKED, BacktestResult())
        desk.answer(wish)
        assert desk.next_wish() is None
