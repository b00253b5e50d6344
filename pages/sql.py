"""Questions in SQL over one's own runs, calls and citations."""

import streamlit as st

from rlm_app.ui import shell, sql

shell.require_shell()

st.title("Ask your runs in SQL", anchor=False)
app, owner = shell.open_app(), shell.owner()  # after the title, which so is there at once
sql.draw(app, owner)
