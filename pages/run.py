"""One run, live or stored: its answer, its turns, its evidence."""

import streamlit as st

from rlm_app.ui import shell, watch

shell.require_shell()
app = shell.open_app()
run_id = shell.run_of_page()
if run_id:
    watch.show(app, run_id, shell.owner())
else:
    st.header("No run chosen", anchor=False)
    st.markdown("Ask a question, or open a run from History.")
    with st.container(horizontal=True):
        st.page_link(shell.ASK, label="Ask a question", icon=":material/edit_note:")
        st.page_link(shell.HISTORY, label="History", icon=":material/history:")
