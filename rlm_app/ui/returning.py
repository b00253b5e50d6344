"""The address that was asked for before signing in: the browser's tab keeps it, and goes there afterwards."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_SCRIPT = Path(__file__).with_name("returning.js")


def note() -> None:
    """Keep the address of this page, which somebody asked for who has yet to sign in."""
    _mount(asked=True)


def lead() -> None:
    """Go to the address that was kept where there is one; on each run, for a page may be drawn anew before the script began."""
    _mount(asked=False)


def _mount(*, asked: bool) -> None:
    mount = st.components.v2.component("rlm_returning", js=_SCRIPT.read_text(encoding="utf-8"))
    mount(key="returning", data={"asked": asked}, height=1)
