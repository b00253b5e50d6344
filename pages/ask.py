"""The home page: documents, a question, what runs now and the latest answers."""

import streamlit as st

from rlm_app.ui import again, asking, documents, recent, shell, uploads, welcome

shell.require_shell()
if "run" in st.query_params:
    again.open_run(st.query_params["run"])

st.title("Ask your documents", anchor=False)
st.caption("Every quotation in an answer is checked against the document and opens the page it stands on.")
app, owner = shell.open_app(), shell.owner()  # after the title, which so is there at once
form, files = st.columns([5, 3], gap="large")
with files:
    uploads.draw(app, owner)
    documents.brief(app, documents.library(app, owner), uploads.just_read())
with form:
    asking.draw(app, owner)
recent.running_now(app, owner)
if not recent.latest(app, owner):
    welcome.draw(app)
