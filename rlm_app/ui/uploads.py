"""Adding documents: each file is read at once, in a process of its own, and says whether it is readable."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from rlm_app.build import App
from rlm_app.cancel import CancelToken
from rlm_app.errors import DocumentError, StoreError
from rlm_app.types import DocumentInfo
from rlm_app.ui import freeing, safe, words
from rlm_app.ui.again import choose

_ROUND = "ui_upload_round"
_OUTCOMES = "ui_uploads"
_DONE = "ui_uploads_done"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one upload: `file` is kept only while its password is asked for."""

    name: str
    info: DocumentInfo | None = None
    reason: str = ""
    file: UploadedFile | None = None


def draw(app: App, owner: str) -> None:
    """Draw the field for files, the reading of new ones, and what became of the last ones."""
    this_round = st.session_state.setdefault(_ROUND, 0)
    files = st.file_uploader(
        "Add documents",
        type=list(app.file_suffixes),
        accept_multiple_files=True,
        key=f"upload-{this_round}",
        max_upload_size=app.file_megabytes,
        help=f"PDF, Word, text, Markdown, HTML, CSV or code, up to {app.file_megabytes} MB each. They stay on this machine.",
    )
    if files:
        _read_all(app, owner, files)
        st.session_state[_ROUND] = this_round + 1
        st.rerun()
    for number, outcome in enumerate(outcomes()):
        _outcome(app, owner, number, outcome)
    if outcomes():
        st.button("Clear this list", key="uploads-clear", type="tertiary", on_click=_clear, help="The documents stay")


def outcomes() -> list[Outcome]:
    """Return what became of the uploads of this session."""
    found: list[Outcome] = st.session_state.setdefault(_OUTCOMES, [])
    return found


def just_read() -> set[str]:
    """Return the documents that the list of outcomes shows already."""
    return {outcome.info.sha256 for outcome in outcomes() if outcome.info}


def _read_all(app: App, owner: str, files: list[UploadedFile]) -> None:
    """Read the files one by one; one that fails takes no other down, and one already read is not read again."""
    done: set[str] = st.session_state.setdefault(_DONE, set())
    for file in files:
        if file.file_id in done:
            continue
        outcome = _read(app, owner, file, None)
        done.add(file.file_id)
        outcomes().append(outcome)
        if outcome.file is None:
            freeing.free(file)


def _read(app: App, owner: str, file: UploadedFile, password: str | None) -> Outcome:
    """Read one file; leaving the page or removing the file meanwhile stops the reading."""
    name = words.clip(file.name, 120)
    bar = st.progress(0.0, text=f"Reading {safe.label(name)}")
    cancel = CancelToken()

    def progress(done: int, total: int) -> None:
        share = done / total if total else 0.0
        bar.progress(min(share, 1.0), text=f"Reading {safe.label(name)} · {done:,} of {words.count(total, 'page')}")

    try:
        with freeing.on_disk(file) as path:
            info = app.add_file(path, name, owner, password=password, on_progress=progress, cancel=cancel)
    except DocumentError as error:
        return Outcome(name, reason=error.reason, file=file if app.asks_for_password(error) else None)
    except StoreError as error:
        return Outcome(name, reason=str(error))
    finally:
        cancel.cancel()
        bar.empty()
    choose(info.sha256)
    return Outcome(name, info)


def _outcome(app: App, owner: str, number: int, outcome: Outcome) -> None:
    name = safe.label(outcome.name)
    if outcome.info is not None:
        st.markdown(f"{_mark(outcome.info)} **{name}**  \n:gray[:small[{safe.label(app.health(outcome.info))}]]")
        for note in outcome.info.notes:
            st.caption(f":material/info: {safe.markdown(note)}")
        return
    st.markdown(f":red[:material/error:] **{name}** {safe.markdown(outcome.reason)}")
    if outcome.file is not None:
        _password(app, owner, number, outcome.file)


def _mark(info: DocumentInfo) -> str:
    """Return the sign of a document: all of it can be read, or some of it cannot."""
    whole = all(page.kind in {"text", "empty"} for page in info.pages)
    return ":green[:material/check_circle:]" if whole else ":orange[:material/warning:]"


def _password(app: App, owner: str, number: int, file: UploadedFile) -> None:
    with st.form(f"password-{number}", border=False, clear_on_submit=True):
        given = st.text_input(
            "Password of this file",
            type="password",
            key=f"password-{number}-value",
            help="Used once to read the file; never stored",
            autocomplete="off",
        )
        with st.container(horizontal=True):
            read = st.form_submit_button("Open", icon=":material/lock_open:")
            leave = st.form_submit_button("Leave it out", type="tertiary")
    if leave:
        freeing.free(file)
        del outcomes()[number]
        st.rerun()
    if read and given:
        outcome = _read(app, owner, file, given)
        outcomes()[number] = outcome
        if outcome.file is None:
            freeing.free(file)
        st.rerun()


def _clear() -> None:
    for outcome in outcomes():
        if outcome.file is not None:
            freeing.free(outcome.file)
    st.session_state[_OUTCOMES] = []
