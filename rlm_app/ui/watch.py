"""A run on the page: drawn again and again while it is live, once when it is over."""

from __future__ import annotations

import streamlit as st

from rlm_app.build import App
from rlm_app.engine.trajectory import Trajectory
from rlm_app.records import RunRecord
from rlm_app.ui import address, answer, consent, evidence, header, live, redraw, shell, tabs, timeline

_WATCHED = "ui_watched"


def show(app: App, run_id: str, owner: str) -> None:
    """Draw the run; while it is live, as a fragment that is drawn again and again."""
    record = app.run(run_id, owner)
    if record is None:
        shell.stop_with("There is no such run", "This run does not exist. History lists the runs there are.", _way_out)
    address.follow(run_id)
    live_at_first = record.state.is_live
    watched: set[str] = st.session_state.setdefault(_WATCHED, set())
    if live_at_first:
        watched.add(run_id)
    elif run_id in watched:
        watched.discard(run_id)
        _turn_to_answer(record)

    def body() -> None:
        now, trajectory = app.run(run_id, owner), app.trajectory(run_id, owner)
        if now is None or trajectory is None:
            st.rerun()
        if live_at_first != now.state.is_live:
            st.rerun()
        _draw(app, now, trajectory)

    if live_at_first:
        redraw.draw_again(body, lambda: app.manager.versions(owner).get(run_id))
    else:
        body()


def _way_out() -> None:
    st.page_link(shell.HISTORY, label="History", icon=":material/history:")


def _draw(app: App, record: RunRecord, trajectory: Trajectory) -> None:
    header.draw(app, record, trajectory)
    consent.notice(record)
    key = tabs.key(record.id)
    st.session_state.setdefault(key, tabs.TIMELINE if record.state.is_live else tabs.ANSWER)
    first, second, third = st.tabs([tabs.ANSWER, tabs.TIMELINE, tabs.EVIDENCE], key=key, on_change="rerun")
    if first.open:
        with first:
            answer.draw(app, record, trajectory)
    if second.open:
        with second:
            timeline.draw(app, record, trajectory)
            if record.state.is_live:
                with st.container(key="timeline_end"):
                    live.draw(app, record, trajectory.turns)
    if third.open:
        with third:
            evidence.draw(app, record, trajectory)


def _turn_to_answer(record: RunRecord) -> None:
    """When a watched run ends, bring its answer to the front unless a turn is being read."""
    reading = any(value is True for key, value in st.session_state.items() if str(key).startswith(f"turn-{record.id}-"))
    if reading:
        st.toast("The run has ended. Its answer is on the Answer tab.", icon=":material/check_circle:")
    else:
        tabs.front(record.id, tabs.ANSWER)
