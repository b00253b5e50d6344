"""The library: how readable each file is; of a chosen one its text by page, and a find box."""

import streamlit as st

from rlm_app.ui import documents, library, reader, recognition, shell, uploads

shell.require_shell()

title = st.empty()
title.title("Documents", anchor=False)
app, owner = shell.open_app(), shell.owner()  # after the title, which so is there at once
found = documents.library(app, owner)
chosen = library.chosen(found)
if chosen:
    title.empty()
    library.back()
    recognition.draw(app, owner, found[chosen])
    reader.draw(app, owner, chosen)
else:
    library.astray(found)
    field, shelf = st.columns([3, 5], gap="large")
    with field:
        waiting = uploads.draw(app, owner)
    with shelf:
        library.draw(app, owner, found)
    uploads.read(app, owner, waiting, waiting.place.empty().caption)
