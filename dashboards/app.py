"""The page's entry: `streamlit run dashboards/app.py`, or `groundswell dashboard`."""

from functools import partial
from pathlib import Path

import streamlit as st

from dashboards.config import load_config
from dashboards.incident_wording import INCIDENT_WORDS
from dashboards.views import navigation, states
from dashboards.views.incidents import incidents_page
from dashboards.views.now import now_page
from dashboards.wording import WORDS
from schemas.errors import SettingsError

_FOLDER = Path(__file__).parent

st.set_page_config(page_title=WORDS.title, page_icon=str(_FOLDER / "logo.svg"), layout="wide")
st.html(_FOLDER / "page.css")
try:
    config = load_config()
except SettingsError as error:
    states.panel(WORDS.wrong_setting, str(error), icon="wrong")
    st.stop()
# Both pages live at the root, told apart by the address's parameters: below it, Streamlit's
# browser part first looks for its server in the wrong place.
if navigation.is_incidents():
    page = st.Page(
        partial(incidents_page, demo=config.demo), title=INCIDENT_WORDS.page, default=True
    )
else:
    page = st.Page(partial(now_page, demo=config.demo), title=WORDS.now_page, default=True)
st.navigation([page], position="hidden").run()
