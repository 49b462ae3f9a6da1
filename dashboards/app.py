"""The page's entry: `streamlit run dashboards/app.py`, or `groundswell dashboard`."""

from pathlib import Path

import streamlit as st

from dashboards import addresses, shared, view_state
from dashboards.author_secret import passing_pseudonyms
from dashboards.config import load_config
from dashboards.filters import COMPARE, EXPLORE, NOW, PAGES
from dashboards.queries.authors import hide_authors
from dashboards.views import navigation, states
from dashboards.views.account import admitted
from dashboards.views.compare import compare_page
from dashboards.views.explore import explore_page
from dashboards.views.incidents import incidents_page
from dashboards.views.navigation import INCIDENTS, OPERATIONS, TRUST
from dashboards.views.now import now_page
from dashboards.views.operations import operations_page
from dashboards.views.trust import trust_page
from dashboards.wording import WORDS
from schemas.errors import SettingsError, StoreError

_FOLDER = Path(__file__).parent

st.set_page_config(page_title=WORDS.title, page_icon=str(_FOLDER / "logo.svg"), layout="wide")
st.html(_FOLDER / "page.css")
try:
    config = load_config()
except SettingsError as error:
    addresses.adopt_language()
    states.panel(WORDS.wrong_setting, str(error), icon="wrong")
    st.stop()
addresses.adopt_language(usual=config.language)
try:
    hide_authors(shared.pseudonyms())
except StoreError:
    hide_authors(passing_pseudonyms())
if not admitted():
    st.stop()
# All pages live at the root, told apart by the address's parameters: below it, Streamlit's
# browser part first looks for its server in the wrong place.
chosen = navigation.page()
if chosen in PAGES:
    view_state.adopt_address()
drawings = {
    NOW: now_page,
    INCIDENTS: incidents_page,
    EXPLORE: explore_page,
    COMPARE: compare_page,
    TRUST: trust_page,
    OPERATIONS: operations_page,
}


def draw() -> None:
    """Draw the page, in a place of its own.

    Parts that a run has not come to yet stay where they were: with one place for all, those of the
    page before would stand beside the new ones until the run ends. An empty place is empty at once.
    """
    places = {name: st.container() if name == chosen else st.empty() for name in drawings}
    with places[chosen]:
        drawings[chosen](demo=config.demo)


page = st.Page(draw, title=navigation.titles()[chosen], default=True)
st.navigation([page], position="hidden").run()
