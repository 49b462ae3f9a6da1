"""The page Trust where nothing is known yet, without a browser."""

from collections.abc import Iterator

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboards.config import CLICKHOUSE_VARIABLE
from dashboards.streamlit_flags import APP
from dashboards.trust_wording import TRUST_WORDS as WORDS
from tests.dashboards.mention_table import MentionTable, fresh_mention


@pytest.fixture
def page(table: MentionTable, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    """The page of the module's table; what it kept of it is forgotten afterwards."""
    monkeypatch.setenv(CLICKHOUSE_VARIABLE, table.url)
    made = AppTest.from_file(str(APP), default_timeout=120)
    made.query_params["page"] = "trust"
    yield made
    st.cache_data.clear()
    st.cache_resource.clear()


def tiles(page: AppTest) -> list[str]:
    return [str(metric.value) for metric in page.metric]


def test_an_empty_installation_is_told_as_such(page: AppTest):
    """No number is made up, and nothing fails."""
    page.run()
    assert not page.exception
    assert tiles(page) == [WORDS.no_version, "-", "-", WORDS.bands["few"]]


def test_a_first_post_without_labels_or_figures(page: AppTest, table: MentionTable):
    """It is in a language that nobody measured; it can be labelled."""
    table.insert([fresh_mention()])
    page.run()
    assert not page.exception
    assert tiles(page) == [WORDS.no_version, "-", "0.0%", WORDS.bands["few"]]
    assert [button.label for button in page.button][-4:-1] == ["Negative", "Neutral", "Positive"]
