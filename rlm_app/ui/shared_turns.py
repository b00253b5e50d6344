"""The turns of a shared run: a row a turn, whose inside is sent when it is opened."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rlm_app import counting
from rlm_app.exports.page import subcall_html
from rlm_app.exports.portable import Data
from rlm_app.ui import safe, words

_LINES = 40
_AT_ONCE = 50
"""Sub-calls of a turn that are drawn together."""


def draw(turns: Sequence[Data], key: str) -> None:
    """Draw a row for each turn."""
    for place, turn in enumerate(turns):
        name = f"{key}-turn-{place}"
        fold = st.expander(_title(turn), key=name, on_change="rerun")
        if fold.open:
            with fold:
                _inside(turn, name)


def _title(turn: Data) -> str:
    said = safe.label(words.clip(turn["says"], 90)) if turn["says"] else "no words"
    calls = counting.sub_calls(turn["calls"], turn.get("within", 0)) if turn["calls"] else ""
    told = [words.duration(turn["seconds"]), calls, turn.get("used", ""), "an error" if turn["failed"] else ""]
    return f"**Turn {turn['number']}** {said} :gray[{safe.label(' · '.join(filter(None, told)))}]"


def _inside(turn: Data, key: str) -> None:
    for each in turn.get("stood", ()):
        st.caption(safe.markdown(each))
    for number, message in enumerate(turn.get("prompt", ())):
        title = f"What was new in the prompt · {message['role']} · {words.count(len(message['text']), 'character')}"
        fold = st.expander(
            title, key=f"{key}-prompt-{number}", on_change="rerun", type="compact", icon=":material/mail:"
        )
        if fold.open:
            fold.code(safe.level(message["text"]), language=None, wrap_lines=True)
    for part in safe.parts(turn["says"]):
        st.markdown(part.text)
    for number, cell in enumerate(turn["cells"]):
        _cell(cell, f"{key}-cell-{number}")


def _cell(cell: Data, key: str) -> None:
    for name, title, language in (("code", "Code", "python"), ("output", "Output", None), ("error", "Error", None)):
        if cell.get(name):
            _text(title, safe.level(cell[name]), language, f"{key}-{name}")
    calls = cell.get("subcalls", ())
    if not calls:
        return
    first = 0
    if len(calls) > _AT_ONCE:
        starts = range(0, len(calls), _AT_ONCE)
        first = st.selectbox(
            "Sub-calls",
            starts,
            format_func=lambda start: f"{start + 1:,} to {min(start + _AT_ONCE, len(calls)):,} of {len(calls):,}",
            key=f"{key}-calls",
        )
    shown = "".join(subcall_html(each) for each in calls[first : first + _AT_ONCE])
    st.html(f'<div class="rlm-shared">{safe.level(shown)}</div>')


def _text(title: str, text: str, language: str | None, key: str) -> None:
    """Draw code or what it printed, its first lines until all are asked for."""
    lines = text.split("\n")
    st.caption(title)
    place = st.empty()
    if len(lines) > _LINES and not st.toggle(f"All {len(lines):,} lines of it", key=f"{key}-all"):
        text = "\n".join(lines[:_LINES])
    place.code(text, language=language, wrap_lines=True)
