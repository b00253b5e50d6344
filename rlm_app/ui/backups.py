"""One's workspace as a file: saved with a click, taken in again, and a reminder where the host forgets."""

from __future__ import annotations

import datetime
import tempfile
from functools import partial
from pathlib import Path

import streamlit as st

from rlm_app.backup import ENDING, MANY
from rlm_app.build import App
from rlm_app.errors import DocumentError, StoreError
from rlm_app.settings import on_community_cloud
from rlm_app.ui import freeing, safe, words

_ROUND, _OUTCOME = "ui_restore_round", "ui_restore_outcome"
TOO_LARGE = 400_000_000
"""Bytes of uploaded files from which on they are not sent through the browser: it would all be in memory at once."""


def panel(app: App, owner: str) -> None:
    """Draw the buttons that save the workspace and take a backup in."""
    st.subheader("Back up and restore", anchor=False)
    size = app.backups.files_size(owner)
    files = size < TOO_LARGE and st.checkbox(
        f"With the uploaded files ({_megabytes(size)})", value=True, key="backup-files"
    )
    if size >= TOO_LARGE:
        st.caption(
            f"The uploaded files ({_megabytes(size)}) are too large for a download; whoever runs the app can save them."
        )
    _download(app, owner, "settings", files=files)
    st.caption("Runs with their turns and paid replies, documents, grids and settings. API keys are not in it.")
    _restoring(app, owner)


def reminder(app: App, owner: str) -> None:
    """Say what has happened to the data file; and where the host forgets, what is not saved yet, with the way to save it."""
    if app.store.notice:
        st.warning(safe.markdown(_told(app)), icon=":material/build_circle:")
    if not forgets(app):
        return
    unsaved = app.backups.unsaved(owner)
    if not unsaved:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="unsaved"):
        more = f" **{words.count(unsaved, 'run')}** are not saved yet." if unsaved > MANY else ""
        st.markdown(
            ":orange[:material/cloud_off:] This host forgets files when it sleeps or is deployed anew. Download your "
            f"workspace; Settings takes it in again.{more}"
        )
        _download(app, owner, "reminder", files=app.backups.files_size(owner) < TOO_LARGE)


def _told(app: App) -> str:
    if not app.settings.shared:
        return app.store.notice
    return (
        "This server's data file was damaged, and what could be read of it was saved. If something of yours is missing and you "
        "have a backup, restore it in Settings."
    )


def forgets(app: App) -> bool:
    """Whether what is kept here may be gone tomorrow: nobody has said where to keep it, or no disk of the host lasts."""
    settings = app.settings
    elsewhere = settings.store.startswith("md:")
    return (
        settings.shared
        and not elsewhere
        and (on_community_cloud() or not (settings.store or settings.said.get("home")))
    )


def _download(app: App, owner: str, where: str, *, files: bool) -> None:
    st.download_button(
        "Download your workspace",
        data=partial(_made, app, owner, files=files),
        file_name=f"workspace-{datetime.date.today():%Y-%m-%d}{ENDING}",
        mime="application/zip",
        key=f"backup-{where}",
        icon=":material/download:",
        help="One file that this app, here or elsewhere, takes in again",
    )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


def _made(app: App, owner: str, *, files: bool) -> bytes:
    with tempfile.TemporaryDirectory(prefix="rlm-backup-") as folder:
        return app.backups.write(owner, Path(folder, "workspace.zip"), files=files).path.read_bytes()


def _restoring(app: App, owner: str) -> None:
    this_round = st.session_state.setdefault(_ROUND, 0)
    file = st.file_uploader(
        "Restore from a backup",
        type=["zip"],
        key=f"restore-{this_round}",
        help="Adds what is not here yet and changes nothing else; the same file twice is taken in once",
    )
    if file is not None:
        with st.spinner("Taking it in …"):
            try:
                with freeing.on_disk(file) as path:
                    told = app.backups.restore(path, owner, words.clip(file.name, 120))
                st.session_state[_OUTCOME] = (not told.unreadable, told.sentence())
            except (DocumentError, StoreError) as error:
                st.session_state[_OUTCOME] = (False, str(error))
            finally:
                freeing.free(file)
        st.session_state[_ROUND] = this_round + 1
        st.rerun()
    if outcome := st.session_state.get(_OUTCOME):
        fine, sentence = outcome
        (st.success if fine else st.warning)(safe.markdown(sentence), icon=":material/unarchive:")
