"""The sub-calls of a turn: one table, and the chosen one in full below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import streamlit as st

from rlm_app import counting
from rlm_app.engine.tree import Node, Subcall, Turn
from rlm_app.events import SubcallFinished
from rlm_app.ui import address, crumbs, intent, notices, passage_read, safe, subcall_rows, tables, words
from rlm_app.ui.crumbs import Path
from rlm_app.ui.passage_read import Texts, no_texts
from rlm_app.ui.subcall_rows import Choice

DrawTurn = Callable[..., None]
_ROWS = 15
_MANY = 20
_NEVER = "Interrupted: the run ended before the reply was here. The call is made again when the run is resumed."
_VERBS = {"llm": "asked a model", "rlm": "started a run of its own"}


def draw(run_id: str, place: Path, turn: Turn, draw_turn: DrawTurn, *, live: bool, texts: Texts = no_texts) -> None:
    """Draw the table of a turn's sub-calls; choosing a row opens its prompt and reply. `place` is the turn's.

    `draw_turn` draws a turn of a child run: turns hold sub-calls, and these hold turns. `texts` gives the documents.
    """
    calls, key = turn.subcalls, crumbs.key(run_id, place)
    st.caption(headline(calls, live=live))
    choice = _choice(key, calls, live=live) if len(calls) > _MANY else Choice()
    numbers = _page(key, subcall_rows.chosen(calls, choice, live=live))
    if not numbers:
        st.caption("No sub-call is like that. Choose other words or another state.")
        return
    picked = _table(f"subcalls-{key}", calls, numbers, live=live)
    number = numbers[picked] if picked is not None else address.focus(key)
    if number is not None and number <= len(calls):
        detail(run_id, (*place, number), calls[number - 1], draw_turn, texts, live=live)
    else:
        st.caption("Choose a row to read its prompt and reply.")


def _choice(key: str, calls: Sequence[Subcall], *, live: bool) -> Choice:
    """Draw what narrows a long table down and puts it in order."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sought = st.text_input("Words in prompt or reply", key=f"sought-{key}", width=260)
        states = [subcall_rows.ALL, *dict.fromkeys(subcall_rows.state(call, live=live) for call in calls)]
        kinds = [subcall_rows.ALL, *dict.fromkeys(subcall_rows.KINDS.get(call.started.role, "") for call in calls)]
        state = st.selectbox("State", states, key=f"state-{key}-{len(states)}", width=170)
        kind = st.selectbox("Asked", kinds, key=f"kind-{key}-{len(kinds)}", width=170) if len(kinds) > 2 else kinds[0]
        order = st.selectbox("In order", ["as they began", *subcall_rows.ORDERS], key=f"order-{key}", width=170)
    return Choice(kind, state, sought or "", order)


def _page(key: str, numbers: list[int]) -> list[int]:
    if len(numbers) <= subcall_rows.PAGE:
        return numbers
    pages = -(-len(numbers) // subcall_rows.PAGE)
    page = st.pagination(pages, key=f"page-{key}-{pages}")
    st.caption(f"{words.count(len(numbers), 'sub-call')}, {subcall_rows.PAGE} a page")
    return numbers[(page - 1) * subcall_rows.PAGE : page * subcall_rows.PAGE]


def _table(key: str, calls: Sequence[Subcall], numbers: Sequence[int], *, live: bool) -> int | None:
    """Draw the rows and return which of them is chosen; a table of other rows is another table, with none chosen."""
    only = len(calls) == 1 and not live
    whole = list(numbers) == list(range(1, len(calls) + 1))
    picked = st.dataframe(
        [subcall_rows.row(number, calls[number - 1], live=live) for number in numbers],
        key=key if whole else f"{key}-{numbers[0]}-{numbers[-1]}-{len(numbers)}",
        on_select="rerun",
        selection_mode="single-row",
        selection_default={"selection": {"rows": [0]}} if only else None,
        hide_index=True,
        height=tables.height(len(numbers), _ROWS),
        column_config=_columns(),
        alt="The sub-calls of this turn: prompt, reply, seconds, tokens and money of each",
    ).selection.rows
    return picked[0] if picked and picked[0] < len(numbers) else None


def headline(calls: Sequence[Subcall], *, live: bool = False) -> str:
    """Return the sub-calls in one line: how many, their money, the slowest, the failed."""
    done = [call.finished for call in calls if call.finished]
    text = counting.sub_calls(len(calls), sum(call.within for call in calls))
    prices = [end.usage.cost for end in done if end.usage.cost is not None]
    if prices:
        text += f" · {words.money(sum(prices))}".replace("$", r"\$")
    if done:
        text += f" · slowest {words.duration(max(end.seconds for end in done))}"
    known = sum(1 for end in done if end.replayed)
    text += f" · {known} from the record" if known else ""
    waiting, stopped = len(calls) - len(done), sum(call.stopped for call in calls)
    tally = {
        "failed": sum(call.failed for call in calls),
        "with an error within": sum(call.failed_within and not call.failed for call in calls),
        "under way": waiting if live else 0,
        subcall_rows.INTERRUPTED: stopped if live else stopped + waiting,
    }
    return " · ".join([text, *(f"{number:,} {what}" for what, number in tally.items() if number)])


def detail(
    run_id: str, path: Path, call: Subcall, draw_turn: DrawTurn, texts: Texts = no_texts, *, live: bool = False
) -> None:
    """Draw one sub-call in full, with the turns of a child run; `path` is the sub-call's own place."""
    with st.container(border=True, gap="xsmall", key=f"step-{crumbs.key(run_id, path)}"):
        st.markdown(
            f"**Sub-call {path[-1]}** · {_VERBS.get(call.started.role, 'asked a model')}, {safe.label(call.started.model)}"
            + (f" · {_known(call.finished)}" if call.finished and call.finished.replayed else "")
        )
        if len(path) > 2:
            st.caption(crumbs.sentence(path))
        st.caption("Prompt")
        st.code(safe.level(call.started.prompt), language=None, wrap_lines=True, height=_height(call.started.prompt))
        passage_read.draw(crumbs.key(run_id, path), call.started.prompt, texts)
        if call.child is not None:
            _child(run_id, path, call.child, draw_turn, texts, live=live and call.finished is None)
        _came(call, live=live)


def _came(call: Subcall, *, live: bool) -> None:
    """Draw what came of a call."""
    end = call.finished
    if call.stopped or (end is None and not live):
        st.caption(f":material/power_off: {_NEVER}")
    elif end is None:
        st.caption(":shimmer[Waiting for the reply]")
    elif end.error:
        st.error(safe.markdown(end.error), icon=":material/error:")
    if end is not None and end.reply:
        st.caption("Reply")
        st.code(safe.level(end.reply), language=None, wrap_lines=True, height=_height(end.reply))


def _child(run_id: str, path: Path, child: Node, draw_turn: DrawTurn, texts: Texts, *, live: bool) -> None:
    """Draw the turns of a child run; one is drawn in full only when it is opened, at any depth."""
    st.caption(f"Its own run: {words.count(len(child.turns), 'turn')}")
    notices.draw(child.notices)
    for number, turn in enumerate(child.turns):
        fold = st.expander(
            f"Turn {turn.reply.iteration} · {safe.label(intent.headline(turn))}{_error(turn, live=live)}",
            key=f"child-{crumbs.key(run_id, (*path, turn.reply.iteration))}",
            on_change="rerun",
            type="compact",
            icon=":material/subdirectory_arrow_right:",
        )
        if fold.open:
            with fold, st.container(border=True):
                earlier = child.turns[:number]
                draw_turn(run_id, turn, live=live, path=path, earlier=earlier, texts=texts)


def _error(turn: Turn, *, live: bool) -> str:
    """Return the sign of an error within; not while it may come yet, as a fold with another label is another one, shut."""
    return " · :red[● had an error]" if turn.failed_below and not live else ""


def _known(end: SubcallFinished) -> str:
    return "from the record, not paid again" if end.usage.calls else "from the record, cost nothing"


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
