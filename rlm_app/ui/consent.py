"""Starting runs, with the one question that is asked before a model's code may run where nothing confines it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from rlm_app.build import App
from rlm_app.errors import ConfigError, StoreError
from rlm_app.records import RunRecord
from rlm_app.trust import CONSENT, LOCAL, ConsentNeeded, warning
from rlm_app.ui import again, choice, safe


def begin(app: App, owner: str, start: Callable[[], str], then: Callable[[str], object] = again.open_run) -> None:
    """Start a run and open its page; say why it cannot start, or ask for consent where that is all it lacks.

    Whoever starts something else than a run says what to do `then` with what `start` returned.
    """
    try:
        run_id = start()
    except ConsentNeeded:
        _ask(app, owner, start, then)
        return
    except (ConfigError, StoreError) as error:
        st.error(safe.markdown(str(error)), icon=":material/error:")
        return
    then(run_id)


@st.dialog("Run this model's code on this machine?", icon=":material/warning:")
def _ask(app: App, owner: str, start: Callable[[], str], then: Callable[[str], object]) -> None:
    st.markdown(
        "To answer, the model writes Python code, and a document can hold instructions that the model follows. On this "
        "machine nothing keeps that code from your files and the network: it runs with your account's rights."
    )
    st.markdown("Agree only if you trust your documents. In Docker the code reaches neither. You are asked once.")
    with st.container(horizontal=True):
        if st.button("Use Docker", key="consent-docker", type="primary"):
            choice.change(app, environment="docker")
            st.rerun()
        if st.button(
            "I trust my documents: run it here", key="consent-give", on_click=_remember, args=(app, owner, True)
        ):
            begin(app, owner, start, then)
        if st.button("Cancel", key="consent-cancel"):
            st.rerun()


def panel(app: App, owner: str) -> None:
    """Draw, where code is not confined here, what that means, and the way to take an agreement back."""
    sentence = warning()
    if not sentence:
        return
    st.warning(safe.markdown(sentence), icon=":material/warning:")
    if app.store.preference(owner, CONSENT):
        st.button(
            "No longer run models' code here",
            key="consent-take-back",
            on_click=_remember,
            args=(app, owner, False),
        )


def _remember(app: App, owner: str, agreed: bool) -> None:
    app.store.keep_preference(owner, CONSENT, agreed)


def notice(record: RunRecord) -> None:
    """Draw above a run whose code was not confined what that means."""
    if record.spec.environment == LOCAL and record.spec.mode == "rlm" and (sentence := warning()):
        st.caption(f":orange[:material/warning:] {safe.markdown(sentence)}")
