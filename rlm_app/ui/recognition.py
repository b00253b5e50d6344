"""Reading the scanned pages of a document with OCR, at a click."""

from __future__ import annotations

import streamlit as st

from rlm_app.build import App
from rlm_app.cancel import CancelToken
from rlm_app.errors import DocumentError, StoreError
from rlm_app.types import DocumentInfo
from rlm_app.ui import memo, safe, words

_LOCKED = "ui_ocr_locked"
_REASON = "ui_ocr_reason"
_NAMES = {"eng": "English", "deu": "German", "fra": "French", "spa": "Spanish", "ita": "Italian", "por": "Portuguese"}


def draw(app: App, owner: str, info: DocumentInfo) -> None:
    """Draw the offer to recognise the pages that are pictures, what it needs, and how far it is; nothing without any."""
    pages = app.shelf.scanned(info)
    if not pages:
        return
    with st.container(border=True, gap="small"):
        what = f"{words.count(len(pages), 'page')} {'is a picture' if len(pages) == 1 else 'are pictures'}"
        st.markdown(f":orange[:material/document_scanner:] **{what}** and cannot be searched or quoted yet.")
        if app.shelf.original(info.sha256, owner) is None:
            st.caption("The file itself is not kept here. Add it again, then its pictures can be read with OCR.")
            return
        offered = app.shelf.recognition()
        if offered.missing:
            st.caption(safe.markdown(offered.missing).replace("\\`", "`"))
            return
        _form(app, owner, info, offered.languages, len(pages))


def _form(app: App, owner: str, info: DocumentInfo, languages: tuple[str, ...], pages: int) -> None:
    sha256 = info.sha256
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        language = languages[0]
        if len(languages) > 1:
            picked = st.multiselect(
                "Languages on the pages",
                languages,
                default=["eng"] if "eng" in languages else languages[:1],
                format_func=lambda name: _NAMES.get(name, name),
                key=f"ocr-language-{sha256}",
            )
            language = "+".join(picked) or language
        password = ""
        if st.session_state.get(_LOCKED) == sha256:
            password = st.text_input(
                "Password of this file", type="password", key=f"ocr-password-{sha256}", autocomplete="off"
            )
        title = "Read it with OCR" if pages == 1 else "Read them with OCR"
        asked = st.button(title, key=f"ocr-{sha256}", icon=":material/text_fields:")
    if reason := st.session_state.pop(_REASON, ""):
        st.error(safe.markdown(reason), icon=":material/error:")
    if asked:
        _read(app, owner, info, language, password)


def _read(app: App, owner: str, info: DocumentInfo, language: str, password: str) -> None:
    """Recognise the pages and draw the page anew; leaving it meanwhile stops the reading and keeps nothing."""
    bar, cancel = st.progress(0.0, text="Looking at the first page"), CancelToken()

    def progress(done: int, total: int) -> None:
        bar.progress(done / total, text=f"Reading with OCR · {done:,} of {words.count(total, 'page')}")

    try:
        app.shelf.recognise(
            info.sha256, owner, language, password=password or None, on_progress=progress, cancel=cancel
        )
    except DocumentError as error:
        st.session_state[_REASON] = f"{info.name} {error.reason}"
        st.session_state[_LOCKED] = info.sha256 if app.asks_for_password(error) else None
    except StoreError as error:
        st.session_state[_REASON] = str(error)
    finally:
        cancel.cancel()
        bar.empty()
    memo.ours().forget(owner)
    st.rerun()
