"""Adding documents: each file is read at once, in a process of its own, and says whether it is readable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from rlm_app.build import App
from rlm_app.cancel import CancelToken
from rlm_app.errors import DocumentError, StoreError
from rlm_app.types import DocumentInfo
from rlm_app.ui import documents, freeing, intake, safe, words
from rlm_app.ui.again import choose

_ROUND = "ui_upload_round"
_OUTCOMES = "ui_uploads"
_DONE = "ui_uploads_done"
TOO_MUCH = (
    "could not be taken: all at once it was more than this app holds at a time. Add again what is not on this list."
)
KINDS = (
    "PDF, Word, PowerPoint, Excel, OpenDocument, RTF, e-books, mails, web pages, notebooks, text, code; ZIP of these"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one upload: `file` is kept only while its password is asked for."""

    name: str
    info: DocumentInfo | None = None
    reason: str = ""
    file: UploadedFile | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Files that are here and not read yet, and where on the page their reading is shown."""

    files: Sequence[UploadedFile]
    place: DeltaGenerator


def draw(app: App, owner: str) -> Waiting:
    """Draw the field for files and what became of the last ones; return what `read` has to be called with."""
    # No filter by type: a file it refuses would leave without a word. Whoever reads the file says why it cannot be read.
    files = st.file_uploader(
        "Add documents",
        accept_multiple_files=True,
        key=f"upload-{st.session_state.setdefault(_ROUND, 0)}",
        max_upload_size=app.file_megabytes,
        help=f"{KINDS}. Up to {app.file_megabytes} MB each. They stay on {_machine(app)}.",
    )
    st.caption(KINDS)
    place = st.container()
    _leave_out_deleted(app, owner)
    for number, outcome in enumerate(outcomes()):
        _outcome(app, owner, number, outcome)
    if outcomes():
        st.button("Clear this list", key="uploads-clear", type="tertiary", on_click=_clear, help="The documents stay")
    return Waiting(files or (), place)


def read(app: App, owner: str, waiting: Waiting, tell: Callable[[str], object]) -> None:
    """Read the files one by one and draw the page anew; called when all else is drawn. `tell` hears how far it is.

    A file that fails takes no other down, and one already read is not read again.
    """
    if not waiting.files:
        return
    done: set[str] = st.session_state.setdefault(_DONE, set())
    total = words.count(len(waiting.files), "file")
    for number, file in enumerate(waiting.files, 1):
        tell(f"Reading {number:,} of {total}; ask when they are read")
        if file.file_id in done:
            continue
        with waiting.place:
            outcome = _read(app, owner, file, None)
        done.add(file.file_id)
        _keep(outcome)
        if outcome.file is None:
            freeing.free(file)
    _tell_of_others()
    st.session_state[_ROUND] += 1
    st.rerun()


def _tell_of_others() -> None:
    """Put on the list that further files were not taken, whose names the field forgets when it is drawn anew."""
    context = get_script_run_ctx()
    if context is not None and (missed := intake.turned_away(context.session_id)):
        _keep(Outcome(words.count(missed, "more file"), reason=TOO_MUCH))


def _machine(app: App) -> str:
    return "the server of this app, for you alone" if app.settings.shared else "this machine"


def outcomes() -> list[Outcome]:
    """Return what became of the uploads of this session."""
    found: list[Outcome] = st.session_state.setdefault(_OUTCOMES, [])
    return found


def _leave_out_deleted(app: App, owner: str) -> None:
    """Take off the list what was read here and has been deleted since, perhaps in another tab."""
    known = outcomes()
    if known:
        there = documents.library(app, owner)
        known[:] = [each for each in known if each.info is None or each.info.sha256 in there]


def just_read() -> set[str]:
    """Return the documents that the list of outcomes shows already."""
    return {outcome.info.sha256 for outcome in outcomes() if outcome.info}


def _keep(outcome: Outcome) -> None:
    """Put an outcome on the list; the same document once more takes the place of its line."""
    sha256 = outcome.info.sha256 if outcome.info else None
    known = outcomes()
    known[:] = [each for each in known if sha256 is None or each.info is None or each.info.sha256 != sha256]
    known.append(outcome)


def _read(app: App, owner: str, file: UploadedFile, password: str | None) -> Outcome:
    """Read one file; leaving the page or removing the file meanwhile stops the reading."""
    name = words.clip(file.name, 120)
    bar = st.progress(0.0, text=f"Reading {safe.label(name)}")
    cancel = CancelToken()

    def progress(done: int, total: int) -> None:
        share = done / total if total else 0.0
        bar.progress(min(share, 1.0), text=f"Reading {safe.label(name)} · {done:,} of {total:,}")

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
    whole = all(page.kind in {"text", "ocr", "empty"} for page in info.pages)
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
