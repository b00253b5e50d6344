"""The inside of a turn: what was new in the prompt, what the model thought and wrote, what its code did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from rlm_app.cell_results import CellError
from rlm_app.engine.tree import Cell, Turn
from rlm_app.events import CellFinished, ModelReplied
from rlm_app.types import Message
from rlm_app.ui import crumbs, notices, pictures, safe, sent, subcalls, variables, words
from rlm_app.ui.crumbs import Path
from rlm_app.ui.passage_read import Texts, no_texts

HEAD = 40
Height = int | Literal["content"]
_MOST = 40_000
_PURPOSES = {"closing": " · closing reply, the last of the run", "summary": " · a summary of its own prompt"}
_ROLES = {"system": "Instructions", "user": "From the app", "assistant": "From the model"}


def draw(
    run_id: str,
    turn: Turn,
    *,
    live: bool,
    path: Path = (),
    earlier: Sequence[Turn] = (),
    texts: Texts = no_texts,
) -> None:
    """Draw everything a turn holds; `path` is where the child run stands whose turn it is, () for the root's.

    `earlier` are the turns before it, `texts` gives the run's documents.
    """
    place = (*path, turn.reply.iteration)
    unique = key(run_id, turn, path)
    if path:
        st.caption(f"{crumbs.sentence(place)} · {replied(turn.reply)}")
    before = variables.held(earlier)
    _prompt(unique, turn.reply.messages, sent.before(turn, earlier))
    _thoughts(unique, turn)
    notices.draw(turn.notices)
    for cell in turn.cells:
        with st.container(gap="xsmall"):
            _cell(f"{unique}-{cell.started.cell}", cell, before, live=live)
        before = (cell.finished and cell.finished.variables) or before
    if turn.subcalls:
        subcalls.draw(run_id, place, turn, draw, live=live, texts=texts)
    for number, summary in enumerate(turn.summaries):
        _summary(f"{unique}-{number}", summary)


def key(run_id: str, turn: Turn, path: Path = ()) -> str:
    """Return a name that no other turn has; a resumed run can hold a closing reply and a turn of the same number."""
    suffix = "-closing" if turn.reply.purpose == "closing" else ""
    return crumbs.key(run_id, (*path, turn.reply.iteration)) + suffix


def replied(reply: ModelReplied) -> str:
    """Return who replied, how fast, and what went in and came out."""
    who, purpose = safe.label(reply.model), _PURPOSES.get(reply.purpose, "")
    if reply.replayed and not reply.usage.calls:
        return f"{who} replied in an earlier run · from the record, cost nothing{purpose}"
    again = " · from the record, not paid again" if reply.replayed else ""
    tokens = f" · {words.tokens(reply.usage)} in and out" if words.counts(reply.usage) else ""
    return f"{who} replied in {words.duration(reply.seconds)}{tokens}{again}{purpose}"


def _prompt(key: str, messages: tuple[Message, ...], rest: Sequence[Message]) -> None:
    """Draw, folded, what the model had not been sent before, and inside it what it had."""
    if not messages:
        return
    title = f"What was new in the prompt ({words.short(_size(messages))} characters)"
    fold = st.expander(title, key=f"prompt-{key}", on_change="rerun", type="compact", icon=":material/mail:")
    if fold.open:
        with fold:
            _messages(messages)
            if rest:
                said = f"the rest, sent again with it: {words.count(len(rest), 'message')}"
                if st.toggle(f"Show {said}, {words.short(_size(rest))} characters", key=f"rest-{key}"):
                    _messages(rest)


def _size(messages: Sequence[Message]) -> int:
    return sum(len(message.content) for message in messages)


def _messages(messages: Sequence[Message]) -> None:
    for message in messages:
        st.caption(_ROLES[message.role])
        _long(message.content)


def _thoughts(key: str, turn: Turn) -> None:
    reasoning = turn.reply.reasoning.strip()
    if reasoning:
        fold = st.expander(
            f"What the model thought first ({words.short(len(reasoning))} characters)",
            key=f"reasoning-{key}",
            on_change="rerun",
            type="compact",
            icon=":material/psychology:",
        )
        if fold.open:
            with fold:
                st.markdown(safe.markdown(reasoning), anchors=False)
    prose = safe.prose(turn.reply.reply)
    if prose:
        st.markdown(safe.markdown(prose), anchors=False)
    if turn.reply.finish == "length":
        st.warning("The model was cut off here: its reply reached the length it was allowed.", icon=":material/cut:")


def _summary(key: str, summary: ModelReplied) -> None:
    """Draw what the model wrote down for itself when its prompt was nearly full."""
    fold = st.expander(
        f"Summary the model went on from ({words.short(len(summary.reply))} characters)",
        key=f"summary-{key}",
        on_change="rerun",
        type="compact",
        icon=":material/compress:",
    )
    if fold.open:
        with fold:
            st.caption(replied(summary))
            st.markdown(safe.markdown(summary.reply), anchors=False)


def _long(text: str) -> None:
    """Draw a text of any length; a browser cannot take a whole library in one box."""
    st.code(safe.level(text[:_MOST]), language=None, wrap_lines=True, height=_height(text))
    if len(text) > _MOST:
        st.caption(f"Its first {_MOST:,} of {len(text):,} characters.")


def _cell(key: str, cell: Cell, before: variables.Held, *, live: bool) -> None:
    """Draw a piece of code with what it printed, changed and broke."""
    st.code(safe.level(cell.started.code), language="python", wrap_lines=True, height=_height(cell.started.code))
    finished = cell.finished
    if finished is None:
        st.caption(":shimmer[This code is running]" if live else "This code was not finished when the run ended.")
        return
    if finished.stdout:
        _output(key, finished)
    pictures.draw(cell.started.cell, finished.pictures)
    if finished.interrupted:
        st.warning(
            "The time limit for one piece of code ended this; its variables were kept.", icon=":material/timer_off:"
        )
    if finished.error is not None:
        _error(key, finished.error)
    if finished.answer is not None:
        st.caption(":material/task_alt: This code handed in the answer.")
    variables.draw(key, before, finished.variables)


def _output(key: str, finished: CellFinished) -> None:
    lines = finished.stdout.rstrip("\n").split("\n")
    every = len(lines) <= HEAD or st.session_state.get(f"all-{key}", False)
    st.caption(f"Output · ran {words.duration(finished.seconds)}{_cut(finished)}")
    shown = lines if every else lines[:HEAD]
    st.code(safe.level("\n".join(shown)), language=None, wrap_lines=True)
    if len(lines) > HEAD:
        st.toggle(f"Show all {len(lines):,} lines", key=f"all-{key}")


def _cut(finished: CellFinished) -> str:
    if finished.output_chars <= len(finished.stdout):
        return ""
    return f" · cut: {finished.output_chars:,} characters were printed, the run's limit kept {len(finished.stdout):,}"


def _error(key: str, error: CellError) -> None:
    said = safe.markdown(words.clip(error.message, 300))
    st.error(f"This code stopped with **{safe.label(error.type)}**: {said}", icon=":material/error:")
    fold = st.expander("Where it stopped", key=f"traceback-{key}", type="compact", icon=":material/bug_report:")
    with fold:
        st.code(safe.level(error.traceback), language=None, wrap_lines=True)


def _height(text: str) -> Height:
    """Return a height that keeps long code and prompts from filling the page."""
    return 420 if text.count("\n") > 22 or len(text) > 3000 else "content"
