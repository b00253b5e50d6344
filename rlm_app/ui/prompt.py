"""The Prompts tab of Settings: what the root model is told, by whom it is decided, and a prompt of one's own."""

from __future__ import annotations

import streamlit as st

from rlm_app.build import App, PromptProfile
from rlm_app.ui import choice, safe

_FIELD = "settings-prompt"


def draw(app: App) -> None:
    """Draw the prompt in use, the field to replace it for this session, and all profiles."""
    model, own = choice.current(app).root_model, choice.current(app).system_prompt
    profile = app.prompt_for(model)
    st.subheader("What the root model is told", anchor=False)
    badge = ":orange-badge[:material/edit: your own]" if own else ":green-badge[:material/check: usual]"
    if choice.named(app, choice.current(app).backend).reasons:
        st.markdown(f"{badge} **{safe.label(model)}** belongs to the profile **{profile.name}**. {profile.description}")
    else:
        st.markdown(f"{badge} The offline finder reads no prompt. Below is what a large hosted model is told.")
    _field(app, profile, own)
    _below(profile.sent(own), own or profile.text)
    st.subheader("All profiles", anchor=False)
    st.caption("The root model's name decides which one it gets. What differs from the common text stands at its end.")
    for each in app.prompt_profiles:
        _profile(each, in_use=each.name == profile.name and not own)


def _field(app: App, profile: PromptProfile, own: str | None) -> None:
    key = f"{_FIELD}-{profile.name}"
    st.text_area(
        "System prompt",
        value=own or profile.text,
        key=key,
        height=340,
        on_change=lambda: replace(app, profile, st.session_state[key]),
        help="A change holds for this session, for questions read through code. Braces may be used as they are.",
    )
    st.button(
        "Back to the usual prompt",
        key=f"{_FIELD}-reset",
        icon=":material/undo:",
        disabled=own is None,
        on_click=_reset,
        args=(app, profile, key),
    )


def _below(sent: str, text: str) -> None:
    """Draw what runs with documents send below the text of the field."""
    below = sent.removeprefix(text).strip()
    if not below:
        st.caption("Your text speaks of `cite` itself, so it is sent as it stands.")
        return
    with st.expander("Sent below it: how to cite", type="compact", icon=":material/format_quote:"):
        st.caption(
            "Every run with documents sends this, too, so that quotations are checked while they are written. A text of "
            "your own that speaks of `cite` is sent without it."
        )
        st.code(below, language="markdown", wrap_lines=True)


def replace(app: App, profile: PromptProfile, text: str | None) -> None:
    """Take a prompt of one's own for this session; an empty one, or the usual one, is none."""
    given = (text or "").strip()
    choice.change(app, system_prompt=given if given and given != profile.text.strip() else None)


def _reset(app: App, profile: PromptProfile, key: str) -> None:
    choice.change(app, system_prompt=None)
    st.session_state[key] = profile.text


def _profile(profile: PromptProfile, *, in_use: bool) -> None:
    fold = st.expander(
        f"**{profile.name}** · {safe.label(profile.description)}{' · in use' if in_use else ''}",
        key=f"profile-{profile.name}-{in_use}",
        on_change="rerun",
        type="compact",
        icon=":material/description:",
    )
    if fold.open:
        with fold:
            st.code(profile.sent(), language="markdown", wrap_lines=True, height=420)
