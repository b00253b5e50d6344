"""Every run: search, filter, open, delete."""

import streamlit as st

from rlm_app.ui import history, shell

shell.require_shell()
app, owner = shell.open_app(), shell.owner()

st.title("History", anchor=False)
history.draw(app, owner)
