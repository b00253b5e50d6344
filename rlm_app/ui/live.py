"""What happens this second: the reply as it is written, the output as it is printed. Nothing of it is kept."""

from __future__ import annotations

import time
from collections.abc import Sequence

import streamlit as st

from rlm_app.build import App
from rlm_app.engine.tree import Turn
from rlm_app.records import RunRecord
from rlm_app.runs.live import Live, Phase
from rlm_app.ui import pausing, safe, words

TAIL = 24
_BEFORE_REPLY = {Phase.THINKING, Phase.WRITING}


def draw(app: App, record: RunRecord, turns: Sequence[Turn]) -> None:
    """Draw below the last turn what the run is doing now, or where it was paused."""
    if pausing.draw(app, record):
        return
    live = app.manager.live(record.id, record.owner)
    if live is None:
        st.markdown(":shimmer[Finishing]")
        return
    waited = words.duration(max(0.0, time.time() - live.since))
    st.markdown(f":shimmer[{sentence(live, turns, record.spec.limits.iterations)}] :gray[{waited}]")
    if live.waits:
        st.caption(safe.markdown(live.waits))
    if live.reply:
        st.caption("The reply, as it is written")
        st.code(safe.level(tail(live.reply)), language=None, wrap_lines=True)
    if live.output:
        st.caption("Output, as it is printed")
        st.code(safe.level(tail(live.output)), language=None, wrap_lines=True)


def sentence(live: Live, turns: Sequence[Turn], most: int) -> str:
    """Return in one line what a run that may make so many turns at `most` is busy with."""
    last = max((turn.reply.iteration for turn in turns if turn.reply.purpose != "closing"), default=0)
    match live.phase:
        case Phase.QUEUED:
            return f"Queued: {_ahead(live.place - 1)}"
        case Phase.STARTING:
            return (
                f"Going through the {words.count(last, 'turn')} on record, which costs nothing" if last else "Starting"
            )
        case Phase.STOPPING:
            return "Stopping: nothing new is sent" + _to_end(live.subcalls)
        case Phase.CHECKING:
            return "Checking the quotations against the documents"
    return f"{_turn(live.phase, last, most)}: {_busy_with(live)}"


def _ahead(runs: int) -> str:
    return f"{words.count(runs, 'run')} before this one. It starts by itself" if runs > 0 else "it starts next"


def _to_end(calls: int) -> str:
    return f"; {words.count(calls, 'call')} to end" if calls else ""


def _turn(phase: Phase, last: int, most: int) -> str:
    """Return which turn is under way when `last` is the last whose reply is there."""
    if phase not in _BEFORE_REPLY:
        return f"Turn {last}"
    return f"Turn {last + 1}" if last < most else "Closing reply"


def _busy_with(live: Live) -> str:
    return f"waiting for {words.count(live.subcalls, 'sub-call')}" if live.phase is Phase.SUBCALLS else live.phase.value


def tail(text: str, lines: int = TAIL) -> str:
    """Return the last lines of a text that is still growing."""
    found = text.rstrip("\n").split("\n")
    return "\n".join(found if len(found) <= lines else ["…", *found[-lines:]])
