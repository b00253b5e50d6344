"""The Timeline tab: one row per turn, drawn in full only when it is opened, or the whole run at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from rlm_app import counting
from rlm_app.build import App
from rlm_app.engine.trajectory import Trajectory
from rlm_app.engine.tree import Turn
from rlm_app.records import RunRecord
from rlm_app.ui import (
    address,
    axis,
    fork,
    intent,
    missing,
    moving,
    notices,
    passage_read,
    readying,
    safe,
    search,
    stepping,
    strip,
    turn,
    whole,
    within,
    words,
    wrong,
)

_ICON = ":material/code:"
_STYLE = Path(__file__).with_name("timeline.css")
PAGE = 25
TURNS, TREE, WATERFALL, MODELS, STEPS = VIEWS = "Turns", "Tree", "Waterfall", "By model", "Step by step"


def draw(app: App, record: RunRecord, trajectory: Trajectory) -> None:
    """Draw the turns of a run, of many the last ones first and others by page; or a view of the whole."""
    turns = trajectory.turns
    missing.draw(turns, live=record.state.is_live)
    if not turns:
        if not record.state.is_live:
            st.info("No turn was made: the run ended before a model replied.", icon=":material/timeline:")
        return
    st.html(_STYLE)
    if not record.state.is_live:
        st.caption(summary(trajectory))
    view_key = f"view-{record.id}"
    st.session_state.setdefault(view_key, TURNS)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view = st.segmented_control(
            "View", VIEWS[: -1 if record.state.is_live else None], key=view_key, label_visibility="collapsed"
        )
        search.draw(record, trajectory, view_key, TURNS)
    if view == TREE:
        whole.tree(record.id, trajectory, view_key, TURNS)
    elif view == WATERFALL:
        whole.waterfall(record.id, trajectory, live=record.state.is_live)
    elif view == MODELS:
        whole.models(trajectory)
    elif view == STEPS:
        stepping.draw(record.id, trajectory, passage_read.texts_of(app, record))
    else:
        _turns(app, record, trajectory)
        moving.draw(record.id, live=record.state.is_live)
        moving.legend(live=record.state.is_live)
        readying.draw(live=record.state.is_live)


def _turns(app: App, record: RunRecord, trajectory: Trajectory) -> None:
    turns = trajectory.turns
    wrong.draw(record, trajectory)
    notices.draw(trajectory.root.notices)
    first = _first_shown(record, turns)
    stretches = axis.stretches(turns)
    length = axis.length(stretches, live=record.state.is_live)
    # Opening a turn, or choosing a row in it, draws that turn again and nothing else.
    draw_row = within.alone(_row) if record.state.is_live else st.fragment(_row)
    for number in range(first, min(first + PAGE, len(turns))):
        at_work = record.state.is_live and number == len(turns) - 1
        with st.container(key=f"turnrow-{turn.key(record.id, turns[number])}", gap=None):
            draw_row(app, record, turns, number, live=at_work)
            st.html(strip.html_of(turns[number], stretches[number], length, live=at_work))


def summary(trajectory: Trajectory) -> str:
    """Return what the whole run was, in one line."""
    turns = trajectory.turns
    subcalls = counting.sub_calls(sum(len(turn.subcalls) for turn in turns), sum(turn.within for turn in turns))
    models = " · ".join(
        f"{safe.label(model)}: {words.count(usage.calls, 'call')}{f', {words.tokens(usage)}' if words.counts(usage) else ''}"
        for model, usage in trajectory.usage_by_model.items()
        if usage.calls
    )
    return f"{words.count(len(turns), 'turn')} · {subcalls} · {models}"


def label(turn: Turn, documents: int = 0, *, direct: bool = False) -> str:
    """Return the row's text, which is the same from the moment the reply is there; its moving numbers stand beside it."""
    return f"{_name(turn, direct)} · {safe.label(_what(turn, documents, direct))}"


def _name(turn: Turn, direct: bool) -> str:
    if direct:
        return "**The call**"
    return "**Closing reply**" if turn.reply.purpose == "closing" else f"**Turn {turn.reply.iteration}**"


def _what(turn: Turn, documents: int, direct: bool) -> str:
    return "the whole text and the question at once" if direct else intent.headline(turn, documents)


def _first_shown(record: RunRecord, turns: list[Turn]) -> int:
    """Return the index of the first turn to draw; beyond a page's worth a person pages through them."""
    led_to = address.index_to_show(record.id, turns)
    if len(turns) <= PAGE:
        return 0
    pages, last = -(-len(turns) // PAGE), f"turn-page-{record.id}"
    key = f"{last}-{pages}"
    if led_to is not None:
        st.session_state[key] = led_to // PAGE + 1
    elif key not in st.session_state:
        page, of = st.session_state.get(last, (1, 1))
        st.session_state[key] = page if page < of or _reads(record, turns, page) else pages
    page = st.pagination(pages, key=key)
    st.session_state[last] = page, pages
    return (page - 1) * PAGE


def _reads(record: RunRecord, turns: Sequence[Turn], page: int) -> bool:
    """Whether a turn of that page is open: a run that has grown beyond it does not take it away from its reader."""
    shown = turns[(page - 1) * PAGE : page * PAGE]
    return any(st.session_state.get(f"turn-{turn.key(record.id, each)}") for each in shown)


def _row(app: App, record: RunRecord, turns: Sequence[Turn], number: int, *, live: bool) -> None:
    """Draw one turn. Label and icon never change: to Streamlit a row with another label is another row, closed."""
    this = turns[number]
    key = f"turn-{turn.key(record.id, this)}"
    step = st.expander(
        label(this, len(record.spec.documents), direct=record.spec.mode == "direct"),
        key=key,
        on_change=_opened,
        args=(key, this.reply.iteration),
        type="step",
        icon=_ICON,
    )
    with step:
        if not step.open:
            st.space("xxsmall")  # with nothing in it a row could not be opened; anything more is drawn for each of them
        else:
            st.caption(turn.replied(this.reply))
            turn.draw(record.id, this, live=live, earlier=turns[:number], texts=passage_read.texts_of(app, record))
            fork.draw(app, record, this)


def _opened(key: str, number: int) -> None:
    """Put the turn that was opened into the page's address."""
    if st.session_state.get(key):
        address.note((number,))
