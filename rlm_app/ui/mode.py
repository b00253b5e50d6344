"""How the documents are read: through code, or all at once in the prompt of one call."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rlm_app.build import App
from rlm_app.types import DocumentInfo
from rlm_app.ui import choice

SHORT = 100_000
"""Characters below which one call that reads everything does better than code that looks for parts."""
LONG = 400_000
"""Characters beyond which the text hardly fits the prompt of a usual model."""

TITLES = {"rlm": "Read through code (RLM)", "direct": "Direct: the whole text in one call"}
_KEY = "ask-mode"


def draw(app: App, infos: Sequence[DocumentInfo]) -> None:
    """Draw the switch and, where the other way does better, say so and why; a finder has but one way."""
    if not choice.named(app, choice.current(app).backend).reasons:
        return
    st.segmented_control(
        "How to read",
        list(TITLES),
        default=choice.current(app).mode,
        format_func=lambda name: TITLES[name],
        key=_KEY,
        required=True,
        on_change=lambda: choice.change(app, mode=st.session_state[_KEY]),
        help="Through code: a model looks into the text step by step and asks others about parts of it. "
        "Direct: the model gets the whole text and the question at once.",
    )
    told = advice(choice.current(app).mode, sum(info.characters for info in infos))
    if told:
        st.caption(f":material/lightbulb: {told}")


def advice(mode: str, characters: int) -> str:
    """Return why the other way of reading is likely better for texts of this length, "" when it is not."""
    if mode == "rlm" and 0 < characters <= SHORT:
        return (
            f"{characters:,} characters are short: **Direct** is likely better and cheaper. One call can read all of it; "
            "code pays off where a text does not fit a prompt or much of it does not matter."
        )
    if mode == "direct" and characters > LONG:
        return (
            f"{characters:,} characters are long: they may not fit the model's prompt, and each question pays for all of "
            "them. **Read through code** sends only the parts that matter."
        )
    return ""
