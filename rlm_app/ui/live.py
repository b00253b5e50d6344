"""What happens this second: the reply as it is written, the output as it is printed. Nothing of it is kept."""

from __future__ import annotations

import time

import streamlit as st

from rlm_app.build import App
from rlm_app.records import RunRecord
from rlm_app.runs.live import Live, Phase
from rlm_app.ui import pausing, safe, words

TAIL = 24
_BEFORE_REPLY = {Phase.STARTING, Phase.THINKING, Phase.WRITING}


def draw(app: App, record: RunRecord, turns: int) -> None:
    """Draw below the last turn what the run is doing now, or where it was paused."""
    if pausing.draw(app, record):
        return
    live = app.manager.live(record.id)
    if live is None:
        st.markdown(":shimmer[Finishing]")
        return
    waited = words.duration(max(0.0, time.time() - live.since))
    st.markdown(f":shimmer[{sentence(live, turns)}] :gray[{waited}]")
    if live.waits:
        st.caption(safe.markdown(live.waits))
    if live.reply:
        st.caption("The reply, as it is written")
        st.code(tail(live.reply), language=None, wrap_lines=True)
    if live.output:
        st.caption("Output, as it is printed")
        st.code(tail(live.output), language=None, wrap_lines=True)


def sentence(live: Live, turns: int) -> str:
    """Return in one line what the run is busy with."""
    if live.phase is Phase.QUEUED:
        ahead = words.count(max(live.place - 1, 0), "run")
        return f"Queued: {ahead} before this one. It starts by itself" if live.place > 1 else "Queued: it starts next"
    if live.phase is Phase.SUBCALLS:
        return f"Turn {turns}: waiting for {words.count(live.subcalls, 'sub-call')}"
    if live.phase is Phase.STOPPING:
        return "Stopping: nothing new is sent" + (
            f"; {words.count(live.subcalls, 'call')} to end" if live.subcalls else ""
        )
    if live.phase is Phase.CHECKING:
        return "Checking the quotations against the documents"
    return f"Turn {turns + 1 if live.phase in _BEFORE_REPLY else turns}: {live.phase.value}"


def tail(text: str, lines: int = TAIL) -> str:
    """Return the last lines of a text that is still growing."""
    found = text.rstrip("\n").split("\n")
    return "\n".join(found if len(found) <= lines else ["…", *found[-lines:]])
