"""The sub-calls of a turn: one table, and the chosen one in full below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import streamlit as st

from rlm_app.engine.trajectory import Node, Subcall, Turn
from rlm_app.events import SubcallFinished
from rlm_app.ui import crumbs, intent, notices, safe, variables, words
from rlm_app.ui.crumbs import Path

DrawTurn = Callable[..., None]
_ROWS = 15
_KINDS = {"llm": "a model", "rlm": "a run of its own"}
_VERBS = {"llm": "asked a model", "rlm": "started a run of its own"}


def draw(run_id: str, place: Path, turn: Turn, draw_turn: DrawTurn, *, live: bool) -> None:
    """Draw the table of a turn's sub-calls; choosing a row opens its prompt and reply. `place` is the turn's.

    `draw_turn` draws a turn of a child run: turns hold sub-calls, and these hold turns.
    """
    calls = turn.subcalls
    st.caption(headline(calls))
    picked = st.dataframe(
        rows(calls),
        key=f"subcalls-{crumbs.key(run_id, place)}",
        on_select="rerun",
        selection_mode="single-row",
        selection_default={"selection": {"rows": [0]}} if len(calls) == 1 and not live else None,
        hide_index=True,
        height=38 + 35 * min(len(calls), _ROWS),
        column_config=_columns(),
        alt="The sub-calls of this turn: prompt, reply, seconds, tokens and money of each",
    ).selection.rows
    if picked and picked[0] < len(calls):
        detail(run_id, (*place, picked[0] + 1), calls[picked[0]], draw_turn)
    else:
        st.caption("Choose a row to read its prompt and reply.")


def headline(calls: Sequence[Subcall]) -> str:
    """Return the sub-calls in one line: how many, their money, the slowest, the failed."""
    done = [call.finished for call in calls if call.finished]
    text = words.count(len(calls), "sub-call")
    prices = [end.usage.cost for end in done if end.usage.cost is not None]
    if prices:
        text += f" · {words.money(sum(prices))}".replace("$", r"\$")
    if done:
        text += f" · slowest {words.duration(max(end.seconds for end in done))}"
    known = sum(1 for end in done if end.replayed)
    text += f" · {known} from the record" if known else ""
    failed = sum(1 for end in done if end.error)
    waiting = len(calls) - len(done)
    return text + (f" · {failed} failed" if failed else "") + (f" · {waiting} under way" if waiting else "")


def rows(calls: Sequence[Subcall]) -> list[dict[str, object]]:
    """Return short rows: whole prompts and replies are sent only for the chosen one."""
    return [_row(number, call) for number, call in enumerate(calls, 1)]


def detail(run_id: str, path: Path, call: Subcall, draw_turn: DrawTurn) -> None:
    """Draw one sub-call in full, with the turns of a child run; `path` is the sub-call's own place."""
    with st.container(border=True, gap="xsmall"):
        st.markdown(
            f"**Sub-call {path[-1]}** · {_VERBS.get(call.started.role, 'asked a model')}, {safe.label(call.started.model)}"
            + (f" · {_known(call.finished)}" if call.finished and call.finished.replayed else "")
        )
        if len(path) > 2:
            st.caption(crumbs.sentence(path))
        st.caption("Prompt")
        st.code(call.started.prompt, language=None, wrap_lines=True, height=_height(call.started.prompt))
        if call.child is not None:
            _child(run_id, path, call.child, draw_turn, live=call.finished is None)
        if call.finished is None:
            st.caption(":shimmer[Waiting for the reply]")
            return
        if call.finished.error:
            st.error(safe.markdown(call.finished.error), icon=":material/error:")
        if call.finished.reply:
            st.caption("Reply")
            st.code(call.finished.reply, language=None, wrap_lines=True, height=_height(call.finished.reply))


def _child(run_id: str, path: Path, child: Node, draw_turn: DrawTurn, *, live: bool) -> None:
    """Draw the turns of a child run; one is drawn in full only when it is opened, at any depth."""
    st.caption(f"Its own run: {words.count(len(child.turns), 'turn')}")
    notices.draw(child.notices)
    for number, turn in enumerate(child.turns):
        fold = st.expander(
            f"Turn {turn.reply.iteration} · {safe.label(intent.intent(turn))}",
            key=f"child-{crumbs.key(run_id, (*path, turn.reply.iteration))}",
            on_change="rerun",
            type="compact",
            icon=":material/subdirectory_arrow_right:",
        )
        if fold.open:
            with fold, st.container(border=True):
                draw_turn(run_id, turn, live=live, path=path, before=variables.held(child.turns[:number]))


def _known(end: SubcallFinished) -> str:
    return "from the record, not paid again" if end.usage.calls else "from the record, cost nothing"


def _state(end: SubcallFinished | None) -> str:
    if end is None:
        return "under way"
    if end.error:
        return "failed"
    return "from the record" if end.replayed else "done"


def _row(number: int, call: Subcall) -> dict[str, object]:
    end = call.finished
    return {
        "No.": number,
        "State": _state(end),
        "Asked": _KINDS.get(call.started.role, "a model"),
        "Prompt": words.clip(call.started.prompt[:1000], 160),
        "Reply": words.clip((end.error or end.reply)[:1000], 160) if end else "",
        "Seconds": round(end.seconds, 1) if end else None,
        "Tokens": end.usage.tokens if end and words.counts(end.usage) else None,
        "Money": end.usage.cost if end else None,
    }


def _columns() -> dict[str, Any]:
    config = st.column_config
    return {
        "No.": config.NumberColumn(width=48),
        "State": config.TextColumn(width=110),
        "Asked": config.TextColumn(width=90),
        "Prompt": config.TextColumn(width="medium"),
        "Reply": config.TextColumn(width="large"),
        "Seconds": config.NumberColumn(format="%.1f", width=70),
        "Tokens": config.NumberColumn(format="localized", width=70),
        "Money": config.NumberColumn(format="$%.5f", width=80),
    }


def _height(text: str) -> int | Literal["content"]:
    return 300 if text.count("\n") > 16 or len(text) > 2000 else "content"
