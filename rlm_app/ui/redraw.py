"""Parts of a page that are drawn again and again while a run is under way."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState, get_script_run_ctx

from rlm_app.ui import looks, pace
from rlm_app.ui.looks import HEADER, Tab

_CHANGE = 0.25
_WHO, _AT = "_pace_who", "_pace_at"


def draw_again(body: Callable[[], None], news: Callable[[], object]) -> None:
    """Draw `body` as a fragment that is drawn again and again, at the pace that the server can keep up.

    `news` returns another value once there is something new to draw; it is asked often, from the server's own thread.
    """
    ours = pace.ours()
    who = st.session_state.setdefault(_WHO, uuid.uuid4().hex)
    sifted = _tab() is not None
    st.session_state[_AT] = pace.LEAST if sifted else ours.seconds

    def paced() -> None:
        cost, began = time.thread_time(), time.monotonic()
        try:
            with _noted(news):
                body()
        finally:
            wanted = ours.drew(who, time.thread_time() - cost, time.monotonic() - began)
            if not sifted and abs(wanted - st.session_state[_AT]) > _CHANGE * st.session_state[_AT]:
                st.session_state[_AT] = wanted
                _set_clock(wanted)

    st.fragment(paced, run_every=st.session_state[_AT])()


def _noted(news: Callable[[], object]) -> AbstractContextManager[None]:
    """Let the tab know what is drawn in the block, where there is one."""
    tab, part = _tab(), ThreadState.get().fragment_id
    return tab.drawing(part, news) if tab and part else nullcontext()


def _tab() -> Tab | None:
    return looks.ours().named(st.context.headers.get(HEADER, ""))


def _set_clock(seconds: float) -> None:
    """Have the browser draw the fragment at work at another pace, as Streamlit itself says it when a page is drawn whole."""
    context, fragment = get_script_run_ctx(suppress_warning=True), ThreadState.get().fragment_id
    if context is not None and fragment:
        message = ForwardMsg()
        message.auto_rerun.interval = seconds
        message.auto_rerun.fragment_id = fragment
        context.enqueue(message)
