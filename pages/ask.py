"""The home page: documents, a question, what runs now, the latest answers, and samples to try."""

import streamlit as st

from rlm_app.ui import shell

shell.require_shell()
shell.run_in_address()

st.title("Ask your documents", anchor=False)
st.caption("Every quotation in an answer is checked against the document and opens the page it stands on.")

# After the title, which so is there at once: what follows loads much when a process draws its first page.
from rlm_app.ui import asking, backups, documents, recent, uploads, welcome  # noqa: E402

app, owner = shell.open_app(), shell.owner()
backups.reminder(app, owner)
form, files = st.columns([5, 3], gap="large")
with files:
    waiting = uploads.draw(app, owner)
    documents.brief(app, documents.library(app, owner), uploads.just_read())
with form:
    progress = asking.draw(app, owner, reading=bool(waiting.files))
recent.running_now(app, owner)
welcome.draw(app, first=not recent.latest(app, owner))
uploads.read(app, owner, waiting, progress.caption)
