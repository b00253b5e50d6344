"""Search in a run: words, how many steps hold them, and the way from one to the next."""

from __future__ import annotations

import streamlit as st

from rlm_app.engine.trajectory import Trajectory
from rlm_app.records import RunRecord
from rlm_app.ui import address, crumbs, finding, memo, safe, words
from rlm_app.ui.finding import Hit

_HIT = 450
"""Bytes of a place that was found, as measured."""


def draw(record: RunRecord, trajectory: Trajectory, view_key: str, turns_view: str) -> None:
    """Draw the field and, once words stand in it, what was found; "next" opens the step it leads to."""
    run_id = record.id
    at_key, key = f"hit-at-{run_id}", f"hit-words-{run_id}"
    with st.container(horizontal=True, vertical_alignment="bottom", key="run_search"):
        sought = st.text_input(
            "Search in this run",
            key=key,
            width=320,
            placeholder="Words in prompts, code, output, replies",
            on_change=lambda: st.session_state.pop(at_key, None),
        )
        found = _found(record, trajectory, sought or "")
        if not found:
            st.caption("Found nowhere in this run." if sought else "", width="content")
            return
        place = st.session_state.get(at_key)

        def go(way: int) -> None:
            now = st.session_state.get(at_key)
            index = (0 if way > 0 else len(found) - 1) if now is None else (now + way) % len(found)
            st.session_state[at_key] = index
            st.session_state[view_key] = turns_view
            address.open_way(run_id, found[index].path)
            address.note(found[index].path)
            address.look_at(run_id, found[index].path)

        st.button(
            "Previous", key="hit_previous", icon=":material/keyboard_arrow_up:", on_click=go, args=(-1,), help="N"
        )
        st.button("Next", key="hit_next", icon=":material/keyboard_arrow_down:", on_click=go, args=(1,), help="n")
        st.caption(counted(found, place), width="content")
    if place is not None and place < len(found):
        _excerpt(found[place])


def counted(found: list[Hit], place: int | None) -> str:
    """Return "2 of 17 steps, 31 times in all"."""
    at = f"{place + 1} of " if place is not None else ""
    return f"{at}{words.count(len(found), 'place')}, {words.count(finding.occurrences(found), 'time')} in all"


def _found(record: RunRecord, trajectory: Trajectory, sought: str) -> list[Hit]:
    """Return the hits; those in a run that has ended are kept, as a page is drawn again for every click."""
    if record.state.is_live:
        return finding.hits(trajectory, sought)
    what = ("hits", record.id, trajectory.last_seq, sought)
    return memo.ours().get(record.owner, what, lambda: finding.hits(trajectory, sought), lambda hits: _HIT * len(hits))


def _excerpt(hit: Hit) -> None:
    where = f"{crumbs.sentence(hit.path)} · {hit.part}"
    text = f"… {safe.html(hit.before)}<mark>{safe.html(hit.found)}</mark>{safe.html(hit.after)} …"
    with st.container(gap="xsmall"):  # so that where it stands does not end up beside the buttons
        st.markdown(f":small[:gray[{safe.label(where)}]]")
        st.html(f'<div class="rlm-text">{safe.unmarked(text)}</div>')
