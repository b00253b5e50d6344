"""Moving about in a timeline by keys, and following a live run; the page never scrolls unless it was asked to."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from rlm_app.ui import address

_SCRIPT = Path(__file__).with_name("moving.js")
KEYS = "Keys: **j** next turn · **k** previous turn · **e** next error · **n**, **N** next and previous place found"
LIVE_KEYS = f"{KEYS} · **f** follow"


def draw(run_id: str, *, live: bool) -> None:
    """Draw what listens to keys; of a live run also the switch that keeps its end in view."""
    follow = live and st.toggle(
        "Follow", key="follow_live", help="Keeps the newest line in view; the key f does the same"
    )
    targets, nonce = address.looked_at(run_id)
    mount = st.components.v2.component("rlm_moving", js=address.script(_SCRIPT))
    mount(key=f"moving-{run_id}", data={"follow": bool(follow), "targets": targets, "nonce": nonce}, height=1)


def legend(*, live: bool) -> None:
    """Draw which keys there are."""
    st.caption(LIVE_KEYS if live else KEYS)
