"""Which steps of a run read a passage, and the way from there to them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rlm_app.engine.trajectory import Trajectory
from rlm_app.proofs import Reading
from rlm_app.records import RunRecord
from rlm_app.ui import address, crumbs, tabs, words

_MOST = 6


def name(trajectory: Trajectory, reading: Reading) -> str:
    """Return "Turn 2", or "Turn 2 › sub-call 3"."""
    return crumbs.sentence(path_to(trajectory, reading))


def path_to(trajectory: Trajectory, reading: Reading) -> crumbs.Path:
    """Return where the root's turn, or the sub-call of one, stands that read a passage, itself or by a child run."""
    for turn in trajectory.turns:
        for number, call in enumerate(turn.subcalls, 1):
            own = call.started.call_id
            if reading.call_id == own or reading.call_id.startswith(f"{own}."):
                return turn.reply.iteration, number
    return (reading.turn,)


def ways(record: RunRecord, trajectory: Trajectory, readings: Sequence[Reading], key: str) -> None:
    """Draw a button for each step that read a passage; `key` tells these buttons from others."""
    if not readings:
        st.caption("No single prompt held the whole passage: no model read it in one piece.")
        return
    paths = list(dict.fromkeys(path_to(trajectory, reading) for reading in readings))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Read in", width="content")
        for path in paths[:_MOST]:
            st.button(
                crumbs.sentence(path),
                key=f"step-{crumbs.key(record.id, path)}-{key}",
                icon=":material/timeline:",
                type="tertiary",
                on_click=open_step,
                args=(record.id, path),
            )
        if len(paths) > _MOST:
            st.caption(f"and {words.count(len(paths) - _MOST, 'further step')}", width="content")


def open_step(run_id: str, path: crumbs.Path) -> None:
    """Bring a step to the front, opened; for the callback of a button."""
    tabs.front(run_id, tabs.TIMELINE)
    address.open_way(run_id, path)
