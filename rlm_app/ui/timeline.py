"""The Timeline tab: one row per turn, drawn in full only when it is opened."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rlm_app.build import App
from rlm_app.engine.trajectory import Trajectory, Turn
from rlm_app.records import RunRecord
from rlm_app.ui import fork, intent, notices, safe, turn, variables, words

_ICONS = {True: ":material/error:", False: ":material/code:"}
PAGE = 50


def draw(app: App, record: RunRecord, trajectory: Trajectory) -> None:
    """Draw the turns of a run, of many the last ones first asked for by page."""
    turns = trajectory.turns
    if not turns:
        if not record.state.is_live:
            st.info("No turn was made: the run ended before a model replied.", icon=":material/timeline:")
        return
    if not record.state.is_live:
        st.caption(summary(trajectory))
    notices.draw(trajectory.root.notices)
    first = _first_shown(record, len(turns))
    for number in range(first, min(first + PAGE, len(turns))):
        _row(app, record, turns, number)


def summary(trajectory: Trajectory) -> str:
    """Return what the whole run was, in one line."""
    subcalls = sum(len(turn.subcalls) for turn in trajectory.turns)
    models = " · ".join(
        f"{safe.label(model)}: {words.count(usage.calls, 'call')}{f', {words.tokens(usage)}' if words.counts(usage) else ''}"
        for model, usage in trajectory.usage_by_model.items()
        if usage.calls
    )
    return f"{words.count(len(trajectory.turns), 'turn')} · {words.count(subcalls, 'sub-call')} · {models}"


def label(turn: Turn, *, complete: bool, direct: bool = False) -> str:
    """Return the row's text; its numbers join it once they no longer change."""
    text = f"{_name(turn, direct)} · {safe.label(_what(turn, direct))}"
    return f"{text} :gray[· {numbers(turn)}]" if complete else text


def _name(turn: Turn, direct: bool) -> str:
    if direct:
        return "**The call**"
    return "**Closing reply**" if turn.reply.purpose == "closing" else f"**Turn {turn.reply.iteration}**"


def _what(turn: Turn, direct: bool) -> str:
    if direct:
        return "the whole text and the question at once"
    if turn.reply.purpose == "closing":
        return "the best answer from what was known at the limit"
    return intent.intent(turn)


def numbers(turn: Turn) -> str:
    """Return time, calls and money of a turn, or that it came from the record, and whether something in it failed."""
    if turn.reply.replayed and not turn.usage.calls:
        return "from the record, cost nothing"
    calls = words.count(turn.usage.calls, "call")
    found = f"{words.duration(turn.seconds)} · {calls} · {words.spent(turn.usage)}".replace("$", r"\$")
    return f"{found} · had an error" if turn.failed else found


def _first_shown(record: RunRecord, total: int) -> int:
    """Return the index of the first turn to draw; beyond a page's worth a person pages through them."""
    if total <= PAGE:
        return 0
    pages = -(-total // PAGE)
    chosen = st.pagination(pages, default=pages, key=f"turn-page-{record.id}-{pages}")
    return (chosen - 1) * PAGE


def _complete(record: RunRecord, turns: Sequence[Turn], number: int) -> bool:
    return number < len(turns) - 1 or not record.state.is_live


def _row(app: App, record: RunRecord, turns: Sequence[Turn], number: int) -> None:
    """Draw one turn. A row that is open keeps its label and icon: to Streamlit another label is another row, closed."""
    this, complete = turns[number], _complete(record, turns, number)
    key = f"turn-{turn.key(record.id, this)}"
    drawn: dict[str, tuple[str, str, bool]] = st.session_state.setdefault("ui_labels", {})
    if key not in drawn or (complete and not drawn[key][2] and not st.session_state.get(key)):
        text = label(this, complete=complete, direct=record.spec.mode == "direct")
        drawn[key] = text, _ICONS[complete and this.failed], complete
    text, icon, _ = drawn[key]
    step = st.expander(text, key=key, on_change="rerun", type="step", icon=icon)
    with step:
        st.caption(turn.replied(this.reply))
        if step.open:
            turn.draw(record.id, this, live=not complete, before=variables.held(turns[:number]))
            fork.draw(app, record, this)
