"""Two runs side by side, and how far runs of the same question agree."""

import streamlit as st

from rlm_app.ui import compare, shell

shell.require_shell()

st.title("Compare", anchor=False)
app, owner = shell.open_app(), shell.owner()  # after the title, which so is there at once
compare.draw(app, owner)
