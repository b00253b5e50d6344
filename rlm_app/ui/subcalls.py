"""The sub-calls of a turn: one table, and the chosen one in full below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import streamlit as st

from rlm_app.engine.trajectory import Subcall, Turn
from rlm_app.ui import intent, safe, words

DrawTurn = Callable[..., None]
_KINDS = {"llm": "a model", "rlm": "a run of its own"}


def draw(run_id: str, key: str, turn: Turn, draw_turn: DrawTurn) -> None:
    """Draw the table of a turn's sub-calls; choosing a row opens its prompt and reply.

    `draw_turn` draws a turn of a child run: turns hold sub-calls, and these hold turns.
    """
    calls = turn.subcalls
    st.caption(headline(calls))
    picked = st.dataframe(
        rows(calls),
        key=f"subcalls-{key}",
        on_select="rerun",
        selection_mode="single-row",
        hide_index=True,
        height=min(38 + 35 * len(calls), 300),
        column_config=_columns(),
        alt="The sub-calls of this turn: prompt, reply, seconds, tokens and money of each",
    ).selection.rows
    if picked and picked[0] < len(calls):
        detail(run_id, key, calls[picked[0]], picked[0] + 1, draw_turn)
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
    failed = sum(1 for end in done if end.error)
    waiting = len(calls) - len(done)
    return text + (f" · {failed} failed" if failed else "") + (f" · {waiting} under way" if waiting else "")


def rows(calls: Sequence[Subcall]) -> list[dict[str, object]]:
    """Return short rows: whole prompts and replies are sent only for the chosen one."""
    return [_row(number, call) for number, call in enumerate(calls, 1)]


def detail(run_id: str, key: str, call: Subcall, number: int, draw_turn: DrawTurn) -> None:
    """Draw one sub-call in full, with the turns of a child run."""
    with st.container(border=True, gap="xsmall"):
        st.markdown(
            f"**Sub-call {number}** · asked {_KINDS.get(call.started.role, 'a model')}, {safe.label(call.started.model)}"
        )
        st.caption("Prompt")
        st.code(call.started.prompt, language=None, wrap_lines=True, height=_height(call.started.prompt))
        if call.child is not None:
            _child(run_id, f"{key}-{number}-", call, draw_turn)
        if call.finished is None:
            st.caption(":shimmer[Waiting for the reply]")
            return
        if call.finished.error:
            st.error(safe.markdown(call.finished.error), icon=":material/error:")
        if call.finished.reply:
            st.caption("Reply")
            st.code(call.finished.reply, language=None, wrap_lines=True, height=_height(call.finished.reply))


def _child(run_id: str, path: str, call: Subcall, draw_turn: DrawTurn) -> None:
    for turn in call.child.turns if call.child else []:
        fold = st.expander(
            f"Turn {turn.reply.iteration} · {safe.label(intent.intent(turn))}",
            key=f"child-{run_id}-{path}{turn.reply.iteration}",
            on_change="rerun",
            type="compact",
            icon=":material/subdirectory_arrow_right:",
        )
        if fold.open:
            with fold:
                draw_turn(run_id, turn, live=call.finished is None, path=path)


def _row(number: int, call: Subcall) -> dict[str, object]:
    end = call.finished
    return {
        "No.": number,
        "State": "under way" if end is None else ("failed" if end.error else "done"),
        "Asked": _KINDS.get(call.started.role, "a model"),
        "Prompt": words.clip(call.started.prompt[:1000], 160),
        "Reply": words.clip((end.error or end.reply)[:1000], 160) if end else "",
        "Seconds": round(end.seconds, 1) if end else None,
        "Tokens": end.usage.tokens if end else None,
        "Money": end.usage.cost if end else None,
    }


def _columns() -> dict[str, Any]:
    config = st.column_config
    return {
        "No.": config.NumberColumn(width=48),
        "State": config.TextColumn(width=80),
        "Asked": config.TextColumn(width=90),
        "Prompt": config.TextColumn(width="medium"),
        "Reply": config.TextColumn(width="large"),
        "Seconds": config.NumberColumn(format="%.1f", width=70),
        "Tokens": config.NumberColumn(format="localized", width=70),
        "Money": config.NumberColumn(format="$%.5f", width=80),
    }


def _height(text: str) -> int | Literal["content"]:
    return 300 if text.count("\n") > 16 or len(text) > 2000 else "content"
