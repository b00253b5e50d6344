"""How often pages of live runs are drawn again: each second or so for a few people, less often where many look on.

Streamlit starts a script for each poll of each browser. Where polls come faster than they are served, it drops what earlier
ones drew, and then no page moves at all; so the pace follows what drawing costs, and how many are to be drawn for.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Hashable

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState, get_script_run_ctx

from rlm_app.ui import host

LEAST, MOST = 0.8, 5.0
"""Seconds between two looks at a live run: a turn has to be on the screen within a second where the server is at ease."""

SHARE = 0.4
"""Of one processor's time, how much drawing may take; the runs themselves need the rest."""
OVERHEAD = 0.01
"""Seconds of processor time that Streamlit itself needs to draw a page once, beside what the page needs."""
SLACK = 4.0
"""How many times as long as drawing a page takes on the clock it stays as it is."""
_WEIGHT, _CHANGE = 0.1, 0.25
_WHO, _AT = "_pace_who", "_pace_at"


class Pace:
    """Follows what drawing costs over all pages of the process; safe to use from many threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[Hashable, float] = {}
        self._cost = self._took = 0.0

    def drew(self, who: Hashable, cost: float, took: float) -> float:
        """Note that a page was drawn for somebody: seconds of the processor and on the clock; return the pace from now on."""
        with self._lock:
            now = self._clock()
            self._seen[who] = now
            self._seen = {each: at for each, at in self._seen.items() if now - at < 3 * MOST}
            self._cost += _WEIGHT * (cost - self._cost)
            self._took += _WEIGHT * (took - self._took)
            return self._seconds()

    @property
    def seconds(self) -> float:
        """Seconds between two looks, as things stand."""
        with self._lock:
            return self._seconds()

    def _seconds(self) -> float:
        all_of_them = len(self._seen) * (self._cost + OVERHEAD) / SHARE
        return round(min(MOST, max(LEAST, all_of_them, SLACK * self._took)), 1)


def draw_again(body: Callable[[], None]) -> None:
    """Draw `body` as a fragment that is drawn again and again, at the pace that the server can keep up."""
    pace = host.once("pace", Pace)
    who = st.session_state.setdefault(_WHO, uuid.uuid4().hex)
    st.session_state[_AT] = pace.seconds

    def paced() -> None:
        cost, began = time.thread_time(), time.monotonic()
        try:
            body()
        finally:
            wanted = pace.drew(who, time.thread_time() - cost, time.monotonic() - began)
            if abs(wanted - st.session_state[_AT]) > _CHANGE * st.session_state[_AT]:
                st.session_state[_AT] = wanted
                _set_clock(wanted)

    st.fragment(paced, run_every=st.session_state[_AT])()


def _set_clock(seconds: float) -> None:
    """Have the browser draw the fragment at work at another pace, as Streamlit itself says it when a page is drawn whole."""
    context, fragment = get_script_run_ctx(suppress_warning=True), ThreadState.get().fragment_id
    if context is not None and fragment:
        message = ForwardMsg()
        message.auto_rerun.interval = seconds
        message.auto_rerun.fragment_id = fragment
        context.enqueue(message)
