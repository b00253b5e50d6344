"""A page of a PDF as a picture with boxes on it, in words for who does not see it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from rlm_app.build import App
from rlm_app.errors import DocumentError
from rlm_app.types import Document
from rlm_app.ui import marked, safe

Span = tuple[int, int]
_PASSWORDS = "ui_file_passwords"


@dataclass(frozen=True, slots=True)
class Boxed:
    """A stretch of the document to be boxed; `look` is the name of its style, `says` what it is in words."""

    span: Span
    look: str
    says: str


def draw(
    app: App,
    owner: str,
    document: Document,
    index: int,
    boxed: Sequence[Boxed] = (),
    *,
    quote: int = 0,
    large: bool = False,
) -> bool:
    """Draw page `index` (from 0) and return whether that could be done; what is amiss is said, a password asked for.

    `quote` is the number of the quotation that it shows; with `large` it is wider than its frame, which then scrolls.
    """
    info = document.info
    if not app.pages.drawable(info, owner):
        return False
    password = st.session_state.get(_PASSWORDS, {}).get(info.sha256)
    try:
        view = app.pages.page(document, owner, index, [each.span for each in boxed], password)
    except DocumentError as error:
        if app.asks_for_password(error):
            _ask_for_password(info.sha256, wrong=password is not None)
        else:
            st.caption(f":material/broken_image: {safe.label(str(error))}")
        return False
    place = marked.place(info.unit, info.pages[index].label, len(info.pages))
    picture = base64.b64encode(view.jpeg).decode("ascii")
    drawn = [_box(box, each) for each, boxes in zip(boxed, view.boxes, strict=False) for box in boxes]
    said = "; ".join(dict.fromkeys(each.says for each, boxes in zip(boxed, view.boxes, strict=False) if boxes))
    alt = safe.html(f"{place} of the document {info.name}" + (f", {said}" if said else ""))
    st.html(
        f'<div class="rlm-leaf" tabindex="0" role="group" aria-label="{alt}" data-quote="{quote}">'
        f'<div class="rlm-page{" rlm-large" if large else ""}"><img alt="{alt}" width="{view.width}" '
        f'height="{view.height}" src="data:image/jpeg;base64,{picture}">{"".join(drawn)}</div></div>'
    )
    return True


def _box(box: tuple[float, float, float, float], boxed: Boxed) -> str:
    left, top, width, height = (f"{share * 100:.3f}%" for share in box)
    style = f"left: {left}; top: {top}; width: {width}; height: {height}"
    return f'<span class="rlm-box rlm-{boxed.look}" style="{style}" title="{safe.html(boxed.says)}"></span>'


def _ask_for_password(sha256: str, *, wrong: bool) -> None:
    """Draw the field for a file's password, which is kept for this session only."""
    typed = st.text_input(
        "Password of the file",
        type="password",
        key=f"page-password-{sha256}",
        help="To show its pages. It is kept in this session only.",
    )
    kept: dict[str, str] = st.session_state.setdefault(_PASSWORDS, {})
    if typed and kept.get(sha256) != typed:
        kept[sha256] = typed
        st.rerun()
    if wrong:
        st.caption("This password does not open the file.")
