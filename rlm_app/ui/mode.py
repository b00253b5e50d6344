"""How the documents are read: through code, or all at once in the prompt of one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from rlm_app.build import App
from rlm_app.estimates import Estimate, Past, Work, estimate, prompt_tokens
from rlm_app.ui import choice, safe, words

SHORT = 100_000
"""Characters below which one call that reads everything does better, where window or price are unknown."""
LONG = 400_000
"""Characters beyond which the text hardly fits the prompt of a usual model, where its window is unknown."""
ROOM = 0.5
"""The share of a window that a text may fill: models read worse what fills more of it."""
FULL = 0.9

TITLES = {"rlm": "Read through code (RLM)", "direct": "Direct: the whole text in one call"}
_KEY = "ask-mode"


def draw(app: App, work: Work, past: Sequence[Past]) -> None:
    """Draw the switch and, where the other way does better, say so and why; a finder has but one way."""
    if not choice.named(app, choice.current(app).backend).reasons:
        return
    st.session_state[_KEY] = choice.current(app).mode
    st.segmented_control(
        "How to read",
        list(TITLES),
        format_func=lambda name: TITLES[name],
        key=_KEY,
        required=True,
        on_change=lambda: choice.change(app, mode=st.session_state[_KEY]),
        help="Through code: a model looks into the text step by step and asks others about parts of it. "
        "Direct: the model gets the whole text and the question at once.",
    )
    told = advice(work, past)
    if told:
        st.caption(f":material/lightbulb: {told}")


def advice(work: Work, past: Sequence[Past] = ()) -> str:
    """Return why the other way of reading is likely better for this text and this model, "" when it is not."""
    if not work.characters:
        return ""
    if work.mode == "direct":
        return _too_long(work)
    at_once = estimate(replace(work, mode="direct"), past)
    if _fits(work) and _cheaper(at_once, estimate(work, past), work):
        cheaper = " and cheaper" if at_once.cost and at_once.cost.high else ""
        return (
            f"{_size(work)}: **Direct** is likely better{cheaper}. One call can read all of "
            "it; code pays off where a text does not fit a prompt or much of it does not matter."
        )
    return ""


def _too_long(work: Work) -> str:
    window, tokens = work.root.context_window, prompt_tokens(work.characters)
    if tokens > FULL * window if window else work.characters > LONG:
        return (
            f"{_size(work)}: they {'do' if window and tokens > window else 'may'} not fit the model's prompt, and each "
            "question pays for all of them. **Read through code** sends only the parts that matter."
        )
    return ""


def _fits(work: Work) -> bool:
    window = work.root.context_window
    return prompt_tokens(work.characters) <= ROOM * window if window else work.characters <= SHORT


def _cheaper(direct: Estimate, code: Estimate, work: Work) -> bool:
    """Whether one call costs less; where both cost nothing or nobody knows, whether it is over sooner."""
    if direct.cost and code.cost and code.cost.high:
        return direct.cost.middle <= code.cost.middle
    return work.characters <= SHORT


def _size(work: Work) -> str:
    """Return how long the text is, and how much of the window it fills where that is known."""
    window = work.root.context_window
    share = prompt_tokens(work.characters) / window if window else None
    filled = "" if share is None else f" fill about {share:.0%} of the window of {safe.label(work.root.name)}"
    return f"{words.count(work.characters, 'character')}{filled or _are(work)}"


def _are(work: Work) -> str:
    return " are short" if work.characters <= SHORT else " are long"
