"""A step that an address asks for and its run does not have: what was asked, and what there is."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rlm_app.engine.tree import Subcall, Turn
from rlm_app.ui import address, crumbs, safe, words
from rlm_app.ui.crumbs import Path

_KINDS = ("turn", "sub-call")


def draw(turns: Sequence[Turn], *, live: bool) -> None:
    """Say so where the address of the page names no step of this run; a live run may come to have it."""
    asked = st.query_params.get(address.NAME, "")
    said = sentence(asked, turns, live=live) if asked else ""
    if said:
        st.warning(said, icon=":material/link_off:")


def sentence(asked: str, turns: Sequence[Turn], *, live: bool = False) -> str:
    """Return, as Markdown, that a run with these turns has no step of that address; "" where it has one."""
    path = address.parse(asked)
    if not path:
        return (
            f"The address asks for the step “{safe.label(words.clip(asked, 40))}”, and no step is called so: "
            "turn 2 is called 2, its sub-call 14 is called 2.14. Open a turn below."
        )
    end, there = _walked(path, turns)
    if end == len(path):
        return ""
    who = crumbs.sentence(path[:end]) or "this run"
    has = words.count(len(there), _KINDS[end % 2]) if there else f"no {_KINDS[end % 2]}"
    which = f", {min(there)} to {max(there)}" if len(there) > 1 else ""
    return f"The address asks for {crumbs.sentence(path[: end + 1])}, but {who} has {has}{which}{' so far' * live}."


def _walked(path: Path, turns: Sequence[Turn]) -> tuple[int, Sequence[int]]:
    """Return how many numbers of `path` lead somewhere, and the numbers that there are where the next of it should be."""
    calls: Sequence[Subcall] = ()
    for end, number in enumerate(path):
        there: Sequence[int] = range(1, len(calls) + 1) if end % 2 else [turn.reply.iteration for turn in turns]
        if number not in there:
            return end, there
        if end % 2:
            child = calls[number - 1].child
            turns = child.turns if child else ()
        else:
            calls = next(turn for turn in turns if turn.reply.iteration == number).subcalls
    return len(path), ()
