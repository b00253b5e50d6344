"""Sharing by link: what will be seen, for how long, the link itself, and the links there are with the way to take each back."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import streamlit as st

from rlm_app.build import App
from rlm_app.errors import ConfigError
from rlm_app.exports.frozen import freeze, thaw
from rlm_app.exports.material import Material, Share, Sources
from rlm_app.shares import DAY, Link
from rlm_app.ui import safe, shared, shared_view, shell, words

_DAYS = {"1 day": 1, "7 days": 7, "30 days": 30}
_DATE = "Until a date"
_COPY, _TOKENS, _TROUBLE = "ui_share_copy", "ui_share_tokens", "ui_share_trouble"
_FRESH = 600.0
"""Seconds for which what was looked at is what will be shared; after that it is made anew."""


def draw(app: App, material: Callable[[], Material], bare: Material, share: Share) -> None:
    """Draw the preview, the end, the button that makes a link and the links of this run; `material` has pages' pictures."""
    run_id, owner = bare.record.id, shell.owner()
    st.caption(f"Left out: {', '.join(share.left_out()) or 'nothing'}.")
    if share.sources is Sources.NONE and share.timeline:
        st.caption("What the model said, its code and its output can hold text of the documents all the same.")
    fold = st.expander(
        "Look at what will be seen", key="share-look", on_change="rerun", type="compact", icon=":material/visibility:"
    )
    if fold.open:
        with fold.container(border=True), st.spinner("Making the copy …"):
            shared_view.draw(thaw(_copy(material, bare, share)), "share-preview")
    if share.redacts:
        st.caption(
            "Hidden words are found by their spelling: one that is written differently stays. Look before you share."
        )
    ends = _end()
    if st.button("Make the link", key="share-make", type="primary", icon=":material/add_link:", disabled=ends is None):
        _make(app, owner, run_id, lambda: _copy(material, bare, share), ends or 0.0)
    if sentence := st.session_state.pop(_TROUBLE, ""):
        st.error(safe.markdown(sentence), icon=":material/error:")
    _told(app)
    found = app.sharing.links(owner, run_id)
    for link in found:
        _row(app, link)


def panel(app: App, owner: str) -> None:
    """Draw all links of an owner's, each with the way to take it back."""
    st.subheader("Links you shared", anchor=False)
    found = app.sharing.links(owner)
    if not found:
        st.caption("None are open. A run is shared by a link under Export on its page.")
    for link in found:
        _row(app, link, named=True)


def address(token: str) -> str:
    """Return the address that a token opens, at the server this page came from."""
    here = urlsplit(st.context.url or "")
    folder = here.path.rstrip("/")
    known = {each.url_path for each in shell.pages()}
    folder = folder.rpartition("/")[0] if folder.rpartition("/")[2] in known - {""} else folder
    return (
        f"{here.scheme}://{here.netloc}{folder}/shared?{shared.NAME}={token}"
        if here.netloc
        else f"/shared?share={token}"
    )


def _copy(material: Callable[[], Material], bare: Material, share: Share) -> bytes:
    """Return the bytes to share: those that were looked at, while they are fresh and what goes in is the same."""
    now, record, trajectory = time.time(), bare.record, bare.trajectory
    name = record.id, share, record.state, record.answer, len(trajectory.root.turns), len(trajectory.citations)
    kept = st.session_state.get(_COPY)
    if kept is None or kept[0] != name or not 0 <= now - kept[1] < _FRESH:
        kept = st.session_state[_COPY] = name, now, freeze(material(), share, now)
    found: bytes = kept[2]
    return found


def _end() -> float | None:
    """Draw the choice of an end and return it in seconds since 1970 (UTC), None while no date is chosen."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        chosen = st.segmented_control(
            "The link opens for", [*_DAYS, _DATE], default="7 days", key="share-end", required=True
        )
    if chosen != _DATE:
        return time.time() + _DAYS[chosen or "7 days"] * DAY
    zone = words.zone_of(st.context.timezone)
    today = dt.datetime.now(zone).date()
    with right:
        day = st.date_input(
            "Last day", today + dt.timedelta(days=14), today, today + dt.timedelta(days=364), key="share-last-day"
        )
    if not isinstance(day, dt.date):
        return None
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone).timestamp()


def _make(app: App, owner: str, run_id: str, copy: Callable[[], bytes], ends: float) -> None:
    try:
        token, link = app.sharing.make(run_id, owner, copy(), ends)
    except ConfigError as error:
        st.session_state[_TROUBLE] = str(error)
        return
    st.session_state.setdefault(_TOKENS, {})[link.id] = token


def _told(app: App) -> None:
    st.caption(
        "Whoever has the link can read what stands under “Look at what will be seen”, without signing in, and nothing else "
        "of yours. It stays as it is now. Deleting the run takes its links back."
    )
    if not app.settings.shared:
        st.caption(
            "This app is for one person: the link opens on this machine alone. To show the answer to somebody elsewhere, "
            "save it as a file."
        )


def _row(app: App, link: Link, *, named: bool = False) -> None:
    """Draw a link: its address while this tab remembers it, until when, how often it was opened, and Revoke."""
    zone = st.context.timezone
    token = st.session_state.get(_TOKENS, {}).get(link.id)
    with st.container(border=True, key=f"share-link-{link.id}"):
        if named:
            st.markdown(f"**{safe.label(words.clip(link.title, 120))}**")
        if token and not named:
            st.code(address(token), language=None, wrap_lines=True)
            st.caption("Copy it now: it is kept nowhere and shown in this tab alone.")
        with st.container(horizontal=True, vertical_alignment="center"):
            last = f", last {words.when(link.last_opened, zone)}" if link.last_opened else ""
            opened = f"opened {words.count(link.opened, 'time')}{last}" if link.opened else "not opened yet"
            made = f"Made {words.when(link.created, zone)}"
            st.markdown(f"{made} · opens until {words.moment(link.expires, zone)} · {opened}", width="stretch")
            st.button(
                "Revoke",
                key=f"share-revoke-{link.id}",
                icon=":material/link_off:",
                help="It opens nothing from then on, and the copy is removed",
                on_click=app.sharing.revoke,
                args=(link.id, link.owner),
            )
