"""Stepping through a run that is over: each reply and each piece of code in its turn, and what was known by then."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from rlm_app.engine.trajectory import Trajectory
from rlm_app.engine.tree import Turn
from rlm_app.types import NO_USAGE
from rlm_app.ui import axis, turn, variables, words
from rlm_app.ui.passage_read import Texts


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of a run: the turn, by its place from 0, and how many of its cells had run."""

    index: int
    cells: int


def moments(trajectory: Trajectory) -> list[Moment]:
    """Return all moments in order: of each turn its reply, then its cells one by one."""
    return [Moment(index, cells) for index, turn in enumerate(trajectory.turns) for cells in range(len(turn.cells) + 1)]


def known_at(trajectory: Trajectory, moment: Moment) -> list[Turn]:
    """Return the turns as they stood at a moment, the last of them cut to what had happened."""
    turns = trajectory.turns
    last = turns[moment.index]
    whole = moment.cells == len(last.cells)
    now = last if whole else replace(last, cells=last.cells[: moment.cells], summaries=[], notices=[])
    return [*turns[: moment.index], now]


def sentence(moment: Moment, known: list[Turn]) -> str:
    """Return what had just happened: "Turn 2: the reply", "Turn 2: code 1 of 3 has run"."""
    number = known[-1].reply.iteration
    return f"Turn {number}: code {moment.cells} has run" if moment.cells else f"Turn {number}: the model has replied"


def draw(run_id: str, trajectory: Trajectory, texts: Texts) -> None:
    """Draw the slider over a run and what was known at the moment it stands on."""
    every = moments(trajectory)
    key = f"moment-{run_id}"
    at = st.slider("Step", 1, len(every), key=key, help="Arrow keys move it") if len(every) > 1 else 1
    known = known_at(trajectory, every[at - 1])
    spent = sum((turn.usage for turn in known), NO_USAGE)
    taken = axis.stretches(known)[-1].end
    held = variables.held(known)
    st.markdown(
        f"**{sentence(every[at - 1], known)}** :gray[· {words.duration(taken)} · {words.count(spent.calls, 'call')} · "
        f"{words.spent(spent)} · {words.count(len(held), 'variable')} so far]".replace("$", r"\$")
    )
    with st.container(border=True):
        turn.draw(f"{run_id}-stepping", known[-1], live=False, earlier=known[:-1], texts=texts)
