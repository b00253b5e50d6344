"""The row on top of a run that stays: question, state, time, money of its limit, calls, and what can be done."""

from __future__ import annotations

import time

import streamlit as st

from rlm_app.build import App
from rlm_app.engine.trajectory import Trajectory
from rlm_app.records import RunRecord
from rlm_app.types import RunState, Usage
from rlm_app.ui import again, export, follow, pausing, safe, saved, words


def draw(app: App, record: RunRecord, trajectory: Trajectory) -> None:
    """Draw the header of a run as it stands now."""
    with st.container(key="run_header", gap="xsmall"):
        st.header(safe.label(words.clip(record.spec.question, 220)), anchor=False)
        follow.origin(app, record)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            look = pausing.look(app, record)
            st.badge(look.word, icon=look.icon, color=look.color, help=look.meaning)
            for fact in facts(record, trajectory, began(app, record)):
                st.markdown(fact, width="content")
            cached = saved.sentence(app, record, trajectory)
            if cached:
                st.markdown(f":gray[{safe.label(cached)}]", width="content")
            st.space("stretch")
            _actions(app, record)


def facts(record: RunRecord, trajectory: Trajectory, began: float | None = None) -> list[str]:
    """Return the numbers of the row, each with its unit."""
    usage = usage_of(record, trajectory)
    limit = record.spec.limits
    allowed = f" of {words.money(limit.cost)}" if limit.cost is not None else ""
    return [
        f"**{time_of(record, began)}**{_of_minutes(record, limit.seconds)}",
        f"**{words.spent(usage)}**{allowed}".replace("$", r"\$"),
        _calls(record, usage.calls),
        *([f"**{words.tokens(usage)}**"] if words.counts(usage) else []),
        *(["Direct: one call"] if record.spec.mode == "direct" else []),
    ]


def _calls(record: RunRecord, calls: int) -> str:
    """Return how many calls were answered; where none was, the words say that this is what is counted."""
    answered = "" if calls or record.state.is_live else " answered"
    return f"**{calls:,}** {'call' if calls == 1 else 'calls'}{answered}"


def usage_of(record: RunRecord, trajectory: Trajectory) -> Usage:
    """Return what the run used: as it ended, or so far."""
    return trajectory.finished.usage if trajectory.finished else trajectory.usage


def began(app: App, record: RunRecord) -> float | None:
    """Return when the attempt under way began, in seconds since 1970, later by what it stood still; None without one."""
    live = app.manager.live(record.id, record.owner)
    steering = app.manager.steering(record.id, record.owner)
    return live.began + (steering.stood if steering else 0.0) if live else None


def elapsed(record: RunRecord, began: float | None = None) -> float:
    """Return the seconds a run took, or has been at work: in earlier attempts and in the one that `began` then."""
    if not record.state.is_live:
        return record.seconds
    return record.seconds + time.time() - (began or record.created)


def time_of(record: RunRecord, began: float | None = None) -> str:
    """Return the time of a run: a clock while it runs, its length once it has ended."""
    spent = elapsed(record, began)
    return words.clock(spent) if record.state.is_live else words.duration(spent)


def _of_minutes(record: RunRecord, seconds: float | None) -> str:
    return f" of {words.clock(seconds)}" if seconds and record.state.is_live else " elapsed"


def _actions(app: App, record: RunRecord) -> None:
    if record.state.is_live:
        pausing.button(app, record)
        st.button(
            "Stop",
            key=f"stop-{record.id}",
            icon=":material/stop_circle:",
            disabled=record.state is RunState.STOPPING,
            help="Sends nothing more; what was found so far stays",
            on_click=_stop,
            args=(app, record),
        )
        return
    with st.container(horizontal=True, width="content"):
        asked = st.button(
            "Ask again", key=f"again-{record.id}", icon=":material/replay:", help="Change the question and ask"
        )
        export.draw(app, record)
    if asked:
        again.ask_again(record)


def _stop(app: App, record: RunRecord) -> None:
    app.manager.stop(record.id, record.owner)
