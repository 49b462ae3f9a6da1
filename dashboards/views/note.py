"""A quiet line below a title, dark enough to be read."""

import html

import streamlit as st


def note(text: str) -> None:
    """Draw plain text."""
    st.html(f'<p class="gs-note">{html.escape(text)}</p>')
