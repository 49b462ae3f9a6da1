"""The page's entry: `streamlit run dashboards/app.py`, or `groundswell dashboard`."""

from functools import partial
from pathlib import Path

import streamlit as st

from dashboards.config import load_config
from dashboards.views import states
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
page = st.Page(
    partial(now_page, demo=config.demo), title=WORDS.now_page, url_path="now", default=True
)
st.navigation([page], position="top").run()
