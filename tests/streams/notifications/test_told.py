"""What a route knows is the fold of its notices, and names the next one."""

from functools import reduce

from schemas.alert import Severity
from streams.notifications.notification import Notice, What, notice_name, notification_id
from streams.notifications.told import Told, after
from tests.streams.notifications.incidents import MINUTE, START


def fold(*told: What) -> Told:
    notices = [
        Notice(
            key="acme-1",
            what=what,
            number=number,
            severity=Severity.CRITICAL if what is What.WORSENED else Severity.NOTICE,
            sequence=number + 1,
            escalated_from="team" if what is What.ESCALATED else "",
        )
        for number, what in enumerate(told)
    ]
    names = {notification_id("a", [notice_name(notice)]) for notice in notices}
    assert len(names) == len(notices)
    found = reduce(
        lambda known, notice: after(known, notice, START + notice.number * MINUTE),
        notices,
        None,
    )
    assert found is not None
    return found


def test_counts_and_times():
    """The worst severity stays; the beginning is that of the last opening."""
    told = fold(What.OPENED, What.WORSENED, What.REMINDER)
    assert told == Told(3, is_over=False, open_at=START, at=START + 2 * MINUTE,
                        severity=Severity.CRITICAL, endings=0)  # fmt: skip
    told = fold(What.OPENED, What.RESOLVED, What.REOPENED)
    assert (told.open_at, told.endings, told.is_over) == (START + 2 * MINUTE, 1, False)
    assert fold(What.OPENED, What.RESOLVED).is_over
    assert fold(What.OVER).is_over


def test_escalation_begins_a_route_s_knowledge():
    """It was told nothing before; from whom it came is known."""
    told = fold(What.ESCALATED)
    assert told.escalations == {"team": START}
    assert not told.is_over
