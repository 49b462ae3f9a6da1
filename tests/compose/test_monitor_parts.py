"""What people are told of incidents where authors are hidden."""

from uuid import uuid4

import pytest

from compose.monitor_parts import _shown
from compose.settings import Settings
from dashboards.author_secret import load_pseudonyms
from schemas.alert import Alert
from tests.dashboards.mention_table import MentionTable
from tests.streams.notifications.incidents import evidence, incident


@pytest.fixture
def alert() -> Alert:
    """An incident that quotes people."""
    return incident(evidence=evidence())


def test_pseudonyms_are_those_of_the_page(clickhouse_server: str, alert: Alert):
    """And there are no links to posts."""
    table = MentionTable.create(clickhouse_server, f"hidden_{uuid4().hex[:8]}")
    table.migrate()
    told = _shown(Settings(clickhouse_url=table.url, hide_authors=True), alert)
    assert alert.evidence is not None
    assert told.evidence is not None
    before, after = alert.evidence.representative, told.evidence.representative
    assert before
    pseudonyms = load_pseudonyms(table.url)
    assert [post.author for post in after] == [pseudonyms.of(post.author) for post in before]
    assert {post.url for post in after} == {""}
    assert [post.text for post in after] == [post.text for post in before]


def test_without_the_secret_no_name_is_told(alert: Alert):
    told = _shown(Settings(clickhouse_url="clickhouse://127.0.0.1:1/x", hide_authors=True), alert)
    assert alert.evidence is not None
    assert told.evidence is not None
    names = {post.author for post in alert.evidence.representative} - {""}
    assert not names & {post.author for post in told.evidence.representative}


def test_names_are_told_where_they_are_not_hidden(alert: Alert):
    assert _shown(Settings(), alert) is alert
