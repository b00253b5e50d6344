"""Every run: search, filter, open, delete."""

import streamlit as st

from rlm_app.ui import history, shell

shell.require_shell()

st.title("History", anchor=False)
app, owner = shell.open_app(), shell.owner()  # after the title, which so is there at once
history.draw(app, owner)
