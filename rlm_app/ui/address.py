"""The step of a run that the page's address names: `?run=…&step=2.14` is sub-call 14 of turn 2."""

from __future__ import annotations

import re
from pathlib import Path as File

import streamlit as st

from rlm_app.engine.tree import Turn
from rlm_app.ui import crumbs, tabs
from rlm_app.ui.crumbs import Path

NAME = "step"
_SCRIPT = File(__file__).with_name("address.js")
_WRITTEN = re.compile(r"\d{1,6}(?:\.\d{1,6}){0,40}")


def parse(text: str) -> Path:
    """Return the place a step's address names, () where it names none."""
    return tuple(map(int, text.split("."))) if _WRITTEN.fullmatch(text) else ()


def written(path: Path) -> str:
    """Return the place as an address says it."""
    return ".".join(map(str, path))


def note(path: Path) -> None:
    """Put a step into the address of the page, for a person to copy."""
    st.query_params[NAME] = written(path)


def script(own: File) -> str:
    """Return the script of a component whose page names a step in its address, which is no page of its own for Back."""
    return f"{_SCRIPT.read_text(encoding='utf-8')}\n{own.read_text(encoding='utf-8')}"


def follow(run_id: str) -> None:
    """When a visit begins with a step in its address, bring the timeline to the front and open the way to that step.

    The timeline also says what is wrong with an address that names no step.
    """
    asked = st.query_params.get(NAME, "")
    done = f"step-followed-{run_id}"
    if asked and done not in st.session_state:
        tabs.front(run_id, tabs.TIMELINE)
        if path := parse(asked):
            open_way(run_id, path)
            look_at(run_id, path)
    st.session_state[done] = True


def open_way(run_id: str, path: Path) -> None:
    """Open the folds that lead to a step; call it before the timeline is drawn."""
    st.session_state[f"turn-{run_id}-{path[0]}"] = True
    st.session_state[f"way-{run_id}"] = path[0]
    for end in range(2, len(path) + 1):
        if end % 2:
            st.session_state[f"child-{crumbs.key(run_id, path[:end])}"] = True
        else:
            st.session_state[f"focus-{crumbs.key(run_id, path[: end - 1])}"] = path[end - 1]


def focus(key: str) -> int | None:
    """Return which sub-call of the turn with that key an address led to."""
    number: int | None = st.session_state.get(f"focus-{key}")
    return number


def index_to_show(run_id: str, turns: list[Turn]) -> int | None:
    """Return, once, which turn an address led to, so that its page of turns is drawn."""
    number = st.session_state.pop(f"way-{run_id}", None)
    return next((index for index, turn in enumerate(turns) if turn.reply.iteration == number), None)


def look_at(run_id: str, path: Path) -> None:
    """Bring a step into view when the page is drawn next: its sub-call, or the row of its turn where that is nearest."""
    _, nonce = looked_at(run_id)
    calls = [f"step-{crumbs.key(run_id, path[:end])}" for end in range(len(path), 1, -1) if end % 2 == 0]
    st.session_state[f"look-{run_id}"] = [*calls, f"turnrow-{run_id}-{path[0]}"], nonce + 1


def looked_at(run_id: str) -> tuple[list[str], int]:
    """Return the places to bring into view, the best first, and how often that was asked of this visit."""
    found: tuple[list[str], int] = st.session_state.get(f"look-{run_id}", ([], 0))
    return found
