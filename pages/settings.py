"""Keys, models, limits, environments, and what is stored where."""

import streamlit as st

from rlm_app.ui import panels, prompt, shell

shell.require_shell()

st.title("Settings", anchor=False)
st.caption("Keys and choices on this page hold for this session; nothing of them is written to disk.")
app, owner = shell.open_app(), shell.owner()  # after the title, which so is there at once
names = ["Backends and keys", "Prompts", "Limits", "Environments", "Your data"]
backends, prompts, limits, environments, data = st.tabs(names)
with backends:
    panels.backends(app)
with prompts:
    prompt.draw(app)
with limits:
    panels.limits(app)
with environments:
    panels.environments(app)
with data:
    panels.data(app, owner)
