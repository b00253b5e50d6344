"""The private workspace of a browser without a name: a signed cookie where our own server gives it, else its own memory.

Community Cloud hands an app none but Streamlit's own cookies; there the browser keeps the same signed token in its storage.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from rlm_app import owners, signing
from rlm_app.settings import Settings
from rlm_app.ui import host

COOKIE = "rlm_visitor"
COOKIE_HTTPS = "__Host-rlm_visitor"
"""With this prefix a browser takes the cookie from this very host over TLS alone: no neighbour can plant one."""

_KEPT, _OFFER, _REFUSED = "_visitor_token", "_visitor_offer", "_visitor_refused"
_SCRIPT = Path(__file__).with_name("visitor.js")


def secret(settings: Settings) -> bytes:
    """Return the secret that cookies are signed with, read once."""
    return host.once("secret", lambda: signing.secret(settings))


def in_cookies(cookies: Mapping[str, str], key: bytes) -> str:
    """Return the token that a browser sent and this app gave out, "" without one."""
    return owners.token_of(cookies.get(COOKIE_HTTPS), key) or owners.token_of(cookies.get(COOKIE), key)


def owner(settings: Settings) -> str:
    """Return the owner id of this browser; on its first visit without a cookie, ask its storage and end the page."""
    key = secret(settings)
    kept = st.session_state.get(_KEPT)
    if not owners.is_token(kept):
        kept = in_cookies(st.context.cookies, key) or _in_storage(key)
        st.session_state[_KEPT] = kept
    return owners.visitor(str(kept))


def _in_storage(key: bytes) -> str:
    """Return the token in the browser's storage; while the answer is on its way, end the page."""
    offer = st.session_state.setdefault(_OFFER, owners.signed(owners.new_token(), key))
    mount = st.components.v2.component("rlm_visitor", js=_SCRIPT.read_text(encoding="utf-8"))
    refused = st.session_state.get(_REFUSED, "")
    said = mount(
        key="visitor-token", data={"offer": offer, "refused": refused}, height=1, on_token_change=_nothing
    ).token
    if token := owners.token_of(said, key):
        return token
    if said and said != refused:
        st.session_state[_REFUSED] = said
        st.rerun()
    st.caption("Opening your workspace …")
    return st.stop()


def _nothing() -> None:
    """A component's value reaches the page only where somebody listens to it."""
