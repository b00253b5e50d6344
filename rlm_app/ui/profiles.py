"""Named choices of backend, models, environment and limits: three that come with the app, and a person's own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from rlm_app.backends import Backend
from rlm_app.build import App
from rlm_app.models import is_here
from rlm_app.types import Limits
from rlm_app.ui import choice, safe, shell
from rlm_app.ui.choice import Choice

_KEPT = "profiles"
_NAME = "settings-profile-name"
LONGEST_NAME = 40

CAREFUL = Limits(iterations=40, seconds=1800.0, cost=5.0, subcalls=500)
CHEAP = Limits(iterations=12, seconds=300.0, cost=0.25, subcalls=50)
LOCAL = Limits(iterations=30, seconds=3600.0, subcalls=300)


def all_profiles(app: App) -> dict[str, Choice]:
    """Return every profile by name, as it would be taken now; one of one's own goes before one of the app's."""
    now = choice.current(app)
    backend = choice.named(app, now.backend)
    found = {
        "careful": replace(now, root_model=backend.root_models[0], sub_model=backend.sub_models[0], limits=CAREFUL),
        "cheap": _cheap(app, now, backend),
    }
    local = _local(app, now)
    if local is not None:
        found["local only"] = local
    for name, row in own(app).items():
        kept = choice.from_json(app, row)
        if kept is not None:
            found[name] = replace(kept, system_prompt=now.system_prompt, mode=now.mode)
    return found


def own(app: App) -> dict[str, Any]:
    """Return what this owner keeps, by name."""
    return dict(app.store.preference(shell.owner(), _KEPT) or {})


def keep(app: App, name: str) -> None:
    """Keep the choice as it stands under a name, in place of an earlier one of that name."""
    named = " ".join(name.split())[:LONGEST_NAME]
    if named:
        _store(app, {**own(app), named: choice.to_json(choice.current(app))})


def forget(app: App, name: str) -> None:
    """Take away a profile of one's own; one of the app's that it stood before is there again."""
    _store(app, {each: row for each, row in own(app).items() if each != name})


def pick(app: App, place: str) -> None:
    """Draw all profiles in a row; a click takes one."""
    found, key = all_profiles(app), f"{place}-profile"
    now = choice.current(app)
    st.session_state[key] = next((name for name, profile in found.items() if profile == now), None)

    def take() -> None:
        chosen = found.get(st.session_state[key] or "")
        if chosen is not None:
            choice.take(app, chosen)

    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            "Profile",
            width="content",
            help="Sets backend, models and limits with one click. Make your own in Settings.",
        )
        st.pills(
            "Profile",
            list(found),
            key=key,
            on_change=take,
            format_func=safe.label,
            label_visibility="collapsed",
            width="content",
        )


def draw(app: App) -> None:
    """Draw the Profiles tab of Settings: what each sets, and keeping what is chosen now as one more."""
    st.subheader("Profiles", anchor=False)
    st.caption(
        "A profile is a backend with its models, an environment and limits under one name. A click on the Ask page takes "
        "it. The app's own keep the backend that is chosen, except *local only*; a key is never part of one."
    )
    kept = own(app)
    for name, profile in all_profiles(app).items():
        _profile(app, name, profile, mine=name in kept)
    with st.form("settings-profile", clear_on_submit=True, width=620):
        st.text_input(
            "Keep what is chosen now as",
            key=_NAME,
            max_chars=LONGEST_NAME,
            placeholder="For example: contracts",
            help="A name you have given before is overwritten",
        )
        st.form_submit_button(
            "Keep",
            key="settings-profile-keep",
            icon=":material/bookmark_add:",
            on_click=lambda: keep(app, st.session_state[_NAME]),
        )


def _profile(app: App, name: str, profile: Choice, *, mine: bool) -> None:
    backend = choice.named(app, profile.backend)
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        models = "" if profile.root_model == profile.sub_model else f", {profile.sub_model} for parts"
        st.markdown(
            f"**{safe.label(name)}**  \n:small[{safe.label(backend.title)} · {safe.label(profile.root_model + models)} · "
            f"{safe.label(choice.allowance(profile.limits))}]"
        )
        st.space("stretch")
        st.button(
            "Use",
            key=f"profile-use-{name}",
            disabled=profile == choice.current(app),
            on_click=choice.take,
            args=(app, profile),
        )
        if mine:
            st.button("Delete", key=f"profile-delete-{name}", on_click=forget, args=(app, name))


def _cheap(app: App, now: Choice, backend: Backend) -> Choice:
    """Return the cheapest of the models that the backend offers first, as far as their prices are known."""
    return replace(
        now,
        root_model=_cheapest(app, backend, backend.root_models),
        sub_model=_cheapest(app, backend, backend.sub_models),
        depth_models=(),
        limits=CHEAP,
    )


def _cheapest(app: App, backend: Backend, offered: tuple[str, ...]) -> str:
    known = {name: app.catalogue.info(shell.owner(), backend, name).rates for name in offered}
    priced = {name: rates.output for name, rates in known.items() if rates.output is not None}
    return min(priced, key=lambda name: priced[name]) if priced else offered[-1]


def _local(app: App, now: Choice) -> Choice | None:
    """Return a server of one's own: the one that is chosen, else the first there is; nothing leaves the machine."""
    servers = [backend for backend in app.backends if backend.is_server]
    if not servers:
        return None
    if now.backend not in {backend.name for backend in servers}:
        usual = choice.usual(app, servers[0].name)
        now = replace(usual, mode=now.mode, system_prompt=now.system_prompt)
    return replace(now, limits=LOCAL, base_url=now.base_url if is_here(now.base_url) else "")


def _store(app: App, kept: dict[str, Any]) -> None:
    app.store.keep_preference(shell.owner(), _KEPT, kept or None)
