"""What a run noticed about itself, in a plain sentence with a plain icon."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import streamlit as st

from rlm_app.engine.steps import NOTE, PAUSED
from rlm_app.engine.tree import RESUMED
from rlm_app.events import Noticed
from rlm_app.ui import safe, words

PLAIN: Mapping[str, tuple[str, str]] = {
    "whole context handed on": (
        ":material/unarchive:",
        "Nearly the whole text was handed to one sub-call instead of the part that matters.",
    ),
    "same code again": (":material/repeat:", "The same code ran for the third time."),
    "same question again": (":material/repeat:", "A sub-call was asked the same for the third time."),
    "error used as data": (":material/report:", "The message of a failed sub-call was used as if it were a reply."),
    "answer held": (
        ":material/pan_tool:",
        "The answer was held back: it came together with code whose output the model had not seen yet.",
    ),
    "answer refused": (":material/block:", "An empty answer was handed in and refused."),
    "cell stopped": (":material/timer_off:", "A piece of code computed for too long and was stopped."),
    "reply cut off": (":material/cut:", "The reply was cut off before its code ended, so that code was not run."),
    "empty reply": (":material/chat_bubble_outline:", "The model replied with nothing."),
    "no code": (":material/code_off:", "The reply held no code, so nothing was run."),
    "REPL restarted": (
        ":material/restart_alt:",
        "The session in which the code runs had to be restarted; its variables were lost.",
    ),
    "cell edited": (":material/edit:", "A person changed this turn's code before it ran."),
    "note added": (":material/edit_note:", ""),
    "paused": (":material/pause_circle:", ""),
    RESUMED: (":material/resume:", ""),
    "compacted": (":material/compress:", ""),
    "waits": (":material/hourglass_top:", ""),
    "unknown model": (":material/swap_horiz:", ""),
    "standard error": (":material/terminal:", ""),
}
"""By topic: an icon, and a sentence where the notice's own words were written for the model."""


def said(notice: Noticed) -> str:
    """Return what a notice says to a person: of a note the note, without the words that introduce it to the model."""
    if notice.topic == PAUSED and notice.seconds:
        return f"The run was paused here for {words.duration(notice.seconds)}."
    if notice.topic == RESUMED:
        return f"The run had ended here; it was resumed after {words.duration(notice.seconds)}."
    return (
        f"A person noted: {notice.text.partition(chr(10))[2] or notice.text}" if notice.topic == NOTE else notice.text
    )


def draw(notices: Iterable[Noticed]) -> None:
    """Draw each notice as a line; what the model was told of it stands in the line's help."""
    for notice in notices:
        icon, sentence = PLAIN.get(notice.topic, (":material/info:", ""))
        told = safe.markdown(said(notice))
        st.markdown(f":orange[{icon}] {sentence or told}", help=f"The model was told: {told}" if sentence else None)
