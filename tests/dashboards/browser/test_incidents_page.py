"""The page of incidents: from the list to one of them, and what people do there."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from msgspec import structs
from playwright.sync_api import BrowserContext, Locator, expect

from schemas.alert import Change, Severity, Status
from schemas.backtest import BacktestRequest, BacktestResult, RuleScore, TriedIncident
from tests.dashboards import hostile
from tests.dashboards.browser.in_page import CONTRAST, WATCH
from tests.dashboards.browser.viewer import Viewer
from tests.dashboards.incident_table import alert, evidence_of, insert_band, insert_events
from tests.dashboards.mention_table import MentionTable, fresh_mention

Look = Callable[[str], Viewer]

OPEN = alert(evidence=evidence_of(["It exploded while charging."], ["exploded", "safety"]))
# Its page says it by the reader's clock.
TOLD = "Tuskbook: 4.2 times the usual posts "
OVER = alert(
    key="ffee",
    brand="Velorra",
    since=datetime.now(UTC) - timedelta(hours=30),
    status=Status.RESOLVED,
    resolved_at=datetime.now(UTC) - timedelta(hours=28),
    signals=(),
    sentence="Velorra: 38 % negative instead of the usual 12 %.",
)
# Every field that strangers or colleagues fill.
NAMES = [text for text in hostile.texts()[:25] if "\x00" not in text]
HARMFUL = alert(
    key="0bad",
    brand=NAMES[1],
    severity=Severity.NOTICE,
    signals=(),
    sentence=" ".join(NAMES[:6]),
    muted_by=NAMES[2],
    rule_hash=NAMES[3],
    reproduce=NAMES[4],
    evidence=evidence_of(NAMES[:5], NAMES),
)


def tried(**values: Any) -> TriedIncident:
    return TriedIncident(
        **{
            "brand": "Tuskbook",
            "kind": OPEN.kind,
            "severity": OPEN.severity,
            "opened_at": OPEN.opened_at,
            "resolved_at": None,
            "sentence": "Tuskbook: 210 posts in 15 minutes.",
            "rules": ("posts >= 100 in 15m",),
            **values,
        }
    )


RESULT = BacktestResult(
    would=(tried(key=OPEN.key), tried(sentence="<img src=x onerror=window.harmed=1>")),
    did=(tried(key=OPEN.key, rules=("",)),),
    scores=(
        RuleScore(rule="posts >= 100 in 15m", incidents=2, confirmed=1, refuted=0, precision=1.0),
    ),
)


@pytest.fixture(scope="module", autouse=True)
def filled(table: MentionTable) -> None:
    """Three incidents, the posts of one of them, and what was expected."""
    moments = [datetime.now(UTC) - timedelta(minutes=4 + n / 20) for n in range(200)]
    table.insert(
        fresh_mention(brand="Tuskbook", sentiment="negative", posted_at=moment)
        for moment in moments
    )
    table.insert([fresh_mention(brand=NAMES[1])])
    insert_events(table, OPEN, OVER, HARMFUL)
    insert_band(table, "Tuskbook", minutes=120)


def actions(table: MentionTable, key: str) -> list[tuple[str, str, str]]:
    """Who did what, and why, as it is stored."""
    sql = "SELECT who, action, reason FROM incident_actions FINAL WHERE key = %(key)s ORDER BY at"
    return list(table.execute(sql, {"key": key}))


def give_name(viewer: Viewer, name: str) -> None:
    field = viewer.page.get_by_role("textbox", name="Your name")
    field.fill(name)
    field.press("Enter")


def press(found: Locator, *, key: str = "Enter") -> None:
    """What the keyboard does: reach it and press."""
    found.focus()
    found.press(key)


def test_the_way_from_now_to_an_incident_and_back(look: Look, dashboard: str, table: MentionTable):
    """Now says how many are open; the list leads to one; acknowledging it writes one row."""
    viewer = look(dashboard)
    page = viewer.page
    page.get_by_role("button", name="2 open incidents").click()
    lines = page.locator(".st-key-incident-lines li")
    expect(lines).to_have_count(3)
    expect(lines.first).to_contain_text("Tuskbook")
    expect(lines.last).to_contain_text("Velorra")

    lines.first.locator("a").click()
    expect(page.locator(".gs-incident h2")).to_contain_text(TOLD)
    page.wait_for_url(f"**incident={OPEN.key}")
    expect(page.locator(".st-key-card-timeline .stVegaLiteChart svg")).to_be_attached()
    expect(page.locator(".gs-carriers")).to_contain_text("safety")
    expect(page.locator(".gs-phrases")).to_contain_text("exploded")
    expect(page.locator(".copies").first).to_have_text("500 copies")
    expect(page.locator(".gs-proof")).to_contain_text("offsets 7 to 900")

    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("Give your name first.")).to_be_visible()
    assert actions(table, OPEN.key) == []
    give_name(viewer, "Mei <b>")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("Noted.")).to_be_visible()
    assert actions(table, OPEN.key) == [("Mei <b>", "acknowledge", "")]
    expect(page.locator(".gs-history")).to_contain_text("Mei <b> acknowledged it")

    page.get_by_role("button", name="All incidents").click()
    expect(lines).to_have_count(3)


def test_the_list_tells_the_time_of_the_reader(browser: BrowserContext, dashboard: str):
    """As the incident's own page does."""
    assert browser.browser
    elsewhere = browser.browser.new_context(timezone_id="Asia/Kolkata")
    page = elsewhere.new_page()
    page.goto(f"{dashboard}/?page=incidents")
    began = OPEN.since.astimezone(ZoneInfo("Asia/Kolkata"))
    expect(page.get_by_text(f"{TOLD}since {began:%H:%M} IST")).to_be_visible()
    elsewhere.close()


def test_monitor_is_seen_to_answer(look: Look, dashboard: str, table: MentionTable):
    """A new event appears by itself, and no frame lacks a part meanwhile."""
    viewer = look(f"{dashboard}/?incident={OPEN.key}")
    page = viewer.page
    chart = ".st-key-card-timeline .stVegaLiteChart svg"
    expect(page.locator(chart)).to_be_attached()
    expect(page.locator(".gs-carriers")).to_be_visible()
    page.wait_for_timeout(1_000)
    page.evaluate(WATCH, [chart, ".gs-incident", ".gs-carriers"])
    worse = structs.replace(
        *(OPEN,),
        sequence=2,
        change=Change.WORSENED,
        severity=Severity.CRITICAL,
        updated_at=datetime.now(UTC),
        since_again=datetime.now(UTC),
        evidence=None,
    )
    insert_events(table, worse)
    expect(page.locator(".gs-severity")).to_have_text("Critical")
    expect(page.locator(".gs-history")).to_contain_text("Worsened")
    expect(page.locator(".gs-incident")).to_contain_text("again since")
    # The last evidence stays, though the event had none of its own.
    expect(page.locator(".gs-phrases")).to_contain_text("exploded")
    assert [part for part in page.evaluate("window.blinks") if part == chart] == []


def test_silence_by_keyboard(look: Look, dashboard: str, table: MentionTable):
    """Without a mouse: for how long, and why, which is needed."""
    viewer = look(f"{dashboard}/?incident={OPEN.key}")
    page = viewer.page
    give_name(viewer, "Ana")
    press(page.get_by_role("button", name="Silence"))
    press(page.get_by_role("radio", name="4 hours"), key="Space")
    press(page.get_by_role("button", name="Silence it"))
    expect(page.get_by_text("Give a reason")).to_be_visible()
    page.get_by_role("textbox", name="Reason").fill("planned launch")
    press(page.get_by_role("button", name="Silence it"))
    expect(page.locator(".gs-history")).to_contain_text("Ana silenced it")
    assert actions(table, OPEN.key)[-1] == ("Ana", "silence", "planned launch")
    [(minutes,)] = table.execute(
        "SELECT dateDiff('minute', at, assumeNotNull(until)) FROM incident_actions "
        "WHERE action = 'silence'"
    )
    assert minutes == pytest.approx(240, abs=1)


def test_an_hour_is_silenced_where_nothing_else_is_chosen(
    look: Look, dashboard: str, table: MentionTable
):
    """The name is given first, and the hour that is marked in the menu counts."""
    viewer = look(f"{dashboard}/?incident={OPEN.key}")
    page = viewer.page
    give_name(viewer, "Mei")
    page.get_by_role("button", name="Silence").click()
    page.get_by_role("textbox", name="Reason").fill("a strike that is known")
    page.get_by_role("button", name="Silence it").click()
    expect(page.locator(".gs-history")).to_contain_text("Mei silenced it")
    [(minutes,)] = table.execute(
        "SELECT dateDiff('minute', at, assumeNotNull(until)) FROM incident_actions "
        "WHERE action = 'silence' AND who = 'Mei'"
    )
    assert minutes == pytest.approx(60, abs=1)


def test_no_incident_by_keyboard(look: Look, dashboard: str, table: MentionTable):
    """A verdict on what is over, with who and why; there is nothing left to acknowledge."""
    viewer = look(f"{dashboard}/?incident={OVER.key}")
    page = viewer.page
    give_name(viewer, "Ana")
    expect(page.get_by_role("button", name="Acknowledge")).to_have_count(0)
    press(page.get_by_role("button", name="No incident"))
    page.get_by_role("textbox", name="Reason").fill("a rumour")
    press(page.get_by_role("button", name="This was no incident"))
    expect(page.locator(".gs-history")).to_contain_text("Ana said: no incident")
    assert actions(table, OVER.key) == [("Ana", "no_incident", "a rumour")]


def test_rule_is_tried_on_the_past(look: Look, dashboard: str, table: MentionTable):
    """A wish is written; the answer is shown beside what did open; a mistake is told at once."""
    viewer = look(f"{dashboard}/?page=incidents")
    page = viewer.page
    give_name(viewer, "Ana")
    rule = page.get_by_role("textbox", name="Rule")
    rule.fill("posts more than 5")
    rule.press("Enter")
    press(page.get_by_role("button", name="Try it"))
    expect(page.get_by_text("is no rule")).to_be_visible()
    rule.fill("posts >= 100 in 15m")
    rule.press("Enter")
    press(page.get_by_role("button", name="Try it"))
    card = page.locator(".st-key-card-backtest")
    expect(card).to_contain_text("waits for the monitor")
    [(number, asked_at, who, wish)] = table.execute(
        "SELECT id, asked_at, who, request FROM backtests FINAL WHERE status = 'asked'"
    )
    assert who == "Ana"
    assert msgspec.json.decode(wish, type=BacktestRequest).rules == ("posts >= 100 in 15m",)

    result = msgspec.json.encode(RESULT).decode()
    row = (number, asked_at, who, wish, "done", result, datetime.now(UTC))
    table.execute(
        "INSERT INTO backtests (id, asked_at, who, request, status, result, at) VALUES", [row]
    )
    expect(card).to_contain_text("2 would have opened")
    expect(card).to_contain_text("1 did open")
    expect(card).to_contain_text("2 opened, 1 of them judged, 100.0% right")
    expect(card.locator("a.line")).to_have_count(2)
    press(card.locator("a.line").first)
    expect(page.locator(".gs-incident h2")).to_contain_text(TOLD)


def test_nothing_in_an_incident_is_ever_run(look: Look, dashboard: str):
    """Hostile brands, sentences, phrases, carriers, posts and offsets are drawn as text."""
    viewer = look(f"{dashboard}/?page=incidents")
    expect(viewer.page.locator(".st-key-incident-lines li")).to_have_count(3)
    viewer.page.goto(f"{dashboard}/?incident={HARMFUL.key}")
    expect(viewer.page.locator(".gs-phrases li")).to_have_count(len(NAMES))
    expect(viewer.page.locator(".st-key-card-representative article")).to_have_count(5)
    expect(viewer.page.locator(".gs-incident h2")).to_contain_text("<script>window.harmed=1")
    assert viewer.page.evaluate("window.harmed") is None
    outside = (
        "script:not([src]), iframe, object, embed, svg script, [onerror], [onload], [autofocus]"
    )
    # Numbers lead to their posts on Explore, and nothing leads anywhere else.
    elsewhere = "a:not([href^='?page=explore&range=custom&'])"
    assert (
        viewer.page.locator(
            f"#root :is(.gs-incident, .gs-carriers, .gs-phrases, .gs-proof, "
            f".gs-history) :is({outside}, {elsewhere}, img, form, style)"
        ).count()
        == 0
    )
    assert viewer.page.url.startswith(dashboard)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_their_background(look: Look, dashboard: str, scheme: str):
    """Contrast of at least 4.5 to 1 on both pages, in both themes."""
    viewer = look("about:blank")
    viewer.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for address, parts in (
        ("?page=incidents", (".severity >> nth=0", ".sentence >> nth=0", ".state >> nth=0")),
        (
            f"?incident={OPEN.key}",
            (
                ".gs-severity",
                ".st-key-actions [data-testid=stBaseButton-primary] >> nth=0",
                ".gs-incident h2",
                ".gs-carriers small >> nth=0",
                ".gs-proof li >> nth=0",
            ),
        ),
    ):
        viewer.page.goto(f"{dashboard}/{address}")
        for part in parts:
            found = viewer.page.locator(part)
            expect(found).to_be_visible()
            assert found.evaluate(CONTRAST) >= 4.5, part


def test_what_is_missing_is_told(look: Look, dashboard: str):
    """An address that leads nowhere, and a monitor that does not run: nothing is claimed."""
    viewer = look(f"{dashboard}/?incident=none")
    expect(viewer.panel).to_contain_text("There is no such incident")
    expect(viewer.page.locator(".gs-fresh")).to_contain_text("Nobody watches")
