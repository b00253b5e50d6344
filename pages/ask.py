"""The home page: documents, a question, what runs now and the latest answers."""

import streamlit as st

from rlm_app.ui import asking, recent, shell, uploads, welcome

shell.require_shell()
app, owner = shell.open_app(), shell.owner()

st.title("Ask your documents", anchor=False)
st.caption("Every quotation in an answer is checked against the document and opens the page it stands on.")
form, files = st.columns([5, 3], gap="large")
with files:
    uploads.draw(app, owner)
with form:
    asking.draw(app, owner)
recent.running_now(app, owner)
if not recent.latest(app, owner):
    welcome.draw(app)
