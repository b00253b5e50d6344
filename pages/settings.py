"""Keys, models, limits, environments, and what is stored where."""

import streamlit as st

from rlm_app.ui import consent, models, panels, profiles, prompt, shell, workspace
from rlm_app.ui import environments as places

shell.require_shell()

st.title("Settings", anchor=False)
st.caption("Keys and system prompts hold for this session and are written nowhere; other choices are kept.")
app, owner = shell.open_app(), shell.owner()  # after the title, which so is there at once
names = ["Backends and keys", "Models and prices", "Profiles", "Prompts", "Limits", "Environments", "Your data"]
tabs = st.tabs(names, key="settings-tab", on_change="rerun")
backends, prices, kept, prompts, limits, environments, data = tabs
with backends:
    panels.backends(app)
if prices.open:  # its table takes a second when it is the first of a process
    with prices:
        models.draw(app)
with kept:
    profiles.draw(app)
with prompts:
    prompt.draw(app)
with limits:
    panels.limits(app, owner)
if environments.open:  # asks the engine for containers
    with environments:
        consent.panel(app, owner)
        places.draw(app)
with data:
    workspace.draw(app, owner)
