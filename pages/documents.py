"""The library: how readable each file is, its text by page, and a find box."""

import streamlit as st

from rlm_app.ui import documents, library, reader, shell

shell.require_shell()

st.title("Documents", anchor=False)
app, owner = shell.open_app(), shell.owner()  # after the title, which so is there at once
found = documents.library(app, owner)
shelf, desk = st.columns([3, 5], gap="large")
with shelf:
    chosen = library.draw(app, owner, found)
with desk:
    if chosen:
        reader.draw(app, owner, chosen)
