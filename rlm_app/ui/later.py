"""Parts of a page that are drawn a moment after it, so that nothing of them is in the way of what a person waits for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState, get_script_run_ctx


def draw(body: Callable[[], None], seconds: float) -> None:
    """Draw `body` as a fragment, not with the page but once, so many seconds after it; not within another fragment."""
    with_the_page = iter((True,))

    def once() -> None:
        if not next(with_the_page, False):
            body()
            _stop_clock()

    st.fragment(once, run_every=seconds)()


def _stop_clock() -> None:
    """Have the browser ask for the fragment at work no more, as Streamlit itself says it of one that is gone."""
    context, fragment = get_script_run_ctx(suppress_warning=True), ThreadState.get().fragment_id
    if context is not None and fragment:
        message = ForwardMsg()
        message.stop_auto_rerun.fragment_ids.append(fragment)
        context.enqueue(message)
