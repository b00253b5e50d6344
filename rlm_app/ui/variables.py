"""The variables of the session as code leaves them; of many, what is new or changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from rlm_app.engine.tree import Turn
from rlm_app.ui import safe, words

Held = Mapping[str, str]


def held(turns: Sequence[Turn]) -> Held:
    """Return the variables as the last finished code of these turns left them."""
    cells = [cell.finished for turn in turns for cell in turn.cells]
    return next((found.variables for found in reversed(cells) if found and found.variables), {})


def changed(before: Held, after: Held) -> dict[str, str]:
    """Return what is new after some code, or holds something else."""
    return {name: value for name, value in after.items() if before.get(name) != value}


def draw(key: str, before: Held, after: Held) -> None:
    """Draw, folded away, what a piece of code put into variables; nothing if that is nothing."""
    found = changed(before, after)
    if not found:
        return
    title = f"{words.count(len(found), 'variable')} new or changed"
    fold = st.expander(title, key=f"variables-{key}", on_change="rerun", type="compact", icon=":material/data_object:")
    if fold.open:
        with fold:
            rows = [
                {"Name": safe.level(name), "Holds": safe.level(words.clip(value, 400))} for name, value in found.items()
            ]
            st.dataframe(rows, hide_index=True, alt="The variables that this code made or changed")
