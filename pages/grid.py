"""Many documents, the same questions: a table of answers, each with its evidence one click away."""

import streamlit as st

from rlm_app.ui import shell

shell.require_shell()

st.title("Grid", anchor=False)
app, owner = shell.open_app(), shell.owner()  # after the title, which so is there at once

from rlm_app.ui import grid  # noqa: E402

grid.draw(app, owner)
