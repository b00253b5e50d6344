"""The page a link leads to: a run as it was when it was shared, to read and nothing more, for whoever has the link."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from rlm_app import owners
from rlm_app.build import App
from rlm_app.exports.frozen import Copy, thaw
from rlm_app.shares import digest_of
from rlm_app.ui import shared_view, words

NAME = "share"
"""Names the token in the address."""

_SEEN = "_shared_seen"
_SECONDS = 30
_SCRIPT = Path(__file__).with_name("shared.js")


def show(app: App) -> None:
    """Draw what the token in the address opens; in the same words for every other token that it opens nothing."""
    st.components.v2.component("rlm_shared", js=_SCRIPT.read_text(encoding="utf-8"))(key="shared-quiet", height=1)
    token = st.query_params.get(NAME, "")
    link = app.sharing.find(token, _where())
    copy = _copy(app, token) if link else None
    if link is None or copy is None:
        _nothing()
        return
    until = words.moment(link.expires, st.context.timezone)
    st.caption(
        f":material/lock: Shared to be read, until {until}. It stays as it was when it was shared, whatever becomes of the "
        "run and its documents since."
    )
    shared_view.draw(copy, "shared")
    _watch(app, token)


def _nothing() -> None:
    st.session_state.pop(_SEEN, None)
    st.header("This link opens nothing", anchor=False)
    st.markdown(
        "It may be mistyped or cut off, its time may be over, or whoever shared it took it back. Ask them for another one."
    )


def _copy(app: App, token: str) -> Copy | None:
    """Return what the link shows; it is read, and counted as opened, once a visit."""
    name, seen = digest_of(token), st.session_state.get(_SEEN)
    if seen and seen[0] == name:
        kept: Copy = seen[1]
        return kept
    found = app.sharing.open(token, _where())
    if found is None:
        return None
    copy = thaw(found)
    st.session_state[_SEEN] = name, copy
    return copy


@st.fragment(run_every=_SECONDS)
def _watch(app: App, token: str) -> None:
    """Clear a page that stands open when its link has run out or was taken back."""
    if app.sharing.find(token, _where()) is None:
        st.rerun()


def _where() -> str:
    """Return the public address a visitor comes from; any other is that of a proxy, behind which all have the same one."""
    address = str(st.context.ip_address or "")
    return address if owners.is_public(address) else ""
