"""Sharing a run: what goes into the file, what is hidden in it, and a look at it before it leaves."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import partial

import streamlit as st

from rlm_app.build import App
from rlm_app.engine.trajectory import Trajectory
from rlm_app.errors import DocumentError
from rlm_app.exports import redaction
from rlm_app.exports.calls import calls
from rlm_app.exports.check import shown_texts
from rlm_app.exports.forms import FORMS
from rlm_app.exports.material import Material, Share, Sources
from rlm_app.exports.pictures import framed
from rlm_app.records import RunRecord
from rlm_app.types import Document
from rlm_app.ui import safe, share_links, words

_SOURCES = {
    Sources.PASSAGES: "The quoted passages",
    Sources.WHOLE: "The whole text",
    Sources.NONE: "None of it",
}
_PARTS = {
    "question": "Question",
    "answer": "Answer",
    "evidence": "Evidence",
    "facts": "The run",
    "timeline": "Timeline",
}
_LINK = "link"
_MOST_PICTURES = 20
_PREVIEW = 6_000


@st.dialog("Share or save the answer", width="large", icon=":material/ios_share:")
def dialog(app: App, record: RunRecord) -> None:
    """Draw what can be let in and hidden, what then is in the file, and the button that saves it."""
    bare = material_of(app, record, pictures=False)
    form = st.segmented_control(
        "As", [*FORMS, _LINK], format_func=_title, default="html", key="share-form", required=True
    )
    share = _chosen(bare, form in {"html", _LINK})
    if form == _LINK:
        share_links.draw(app, partial(_material_for, app, record, share), bare, share)
        return
    _preview(bare, share, form == "html")
    kind = FORMS[form or "html"]
    st.download_button(
        f"Save the file (.{kind.suffix})",
        data=partial(_made, app, record, share, form or "html"),
        file_name=f"run-{record.id[:8]}.{kind.suffix}",
        mime=kind.mime,
        key="share-save",
        type="primary",
        icon=":material/download:",
        on_click="ignore",
    )
    st.caption(
        "The file stays as it is now: nothing in it changes when the run or its documents do. Anyone who gets the web page "
        "can check it, in a browser or with `python -m rlm_app verify FILE`."
    )


def material_of(app: App, record: RunRecord, *, pictures: bool = True) -> Material:
    """Return what files of a run are made from: its record, its trajectory and those cited documents still at hand."""
    trajectory = app.trajectory(record.id, record.owner) or Trajectory()
    named = dict.fromkeys(citation.sha256 for citation in trajectory.citations if citation.sha256)
    found = tuple(text for sha256 in named if (text := app.document(sha256, record.owner)) is not None)
    plain = Material(record, trajectory, found)
    return Material(record, trajectory, found, _pictures(app, plain)) if pictures else plain


def table_of_calls(app: App, record: RunRecord) -> bytes:
    """Return the model calls of a run as CSV."""
    return calls(Material(record, app.trajectory(record.id, record.owner) or Trajectory()))


def _title(form: str) -> str:
    return "Link" if form == _LINK else FORMS[form].title


def _material_for(app: App, record: RunRecord, share: Share) -> Material:
    return material_of(app, record, pictures=share.pictures and not share.redacts)


def _made(app: App, record: RunRecord, share: Share, form: str) -> bytes:
    return FORMS[form].make(_material_for(app, record, share), share, time.time())


def _chosen(material: Material, page: bool) -> Share:
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**What goes in**")
        sources = Sources.PASSAGES
        if page:
            sources = st.radio(
                "Text of the documents", list(_SOURCES), format_func=_SOURCES.__getitem__, key="share-text"
            )
        timeline = page and st.toggle("The turns of the run", value=True, key="share-timeline")
        code = timeline and st.toggle("Code and its output", value=True, key="share-code")
        prompts = timeline and st.toggle("Prompts and sub-calls", key="share-prompts")
        money = st.toggle("Money and tokens", value=True, key="share-money")
    with right:
        names, mails, numbers = _hidden(material)
    hides = bool(names or mails or numbers)
    with left:
        pictures = st.toggle(
            "Pictures of the quoted pages",
            value=not hides,
            disabled=hides,
            key=f"share-pictures-{hides}",
            help="A picture shows everything on its page, so it cannot go with something hidden",
        )
    return Share(sources, timeline, code, prompts, money, pictures, tuple(names), mails, numbers)


def _hidden(material: Material) -> tuple[list[str], bool, bool]:
    st.markdown("**What is hidden**")
    texts = list(_texts(material))
    guessed = redaction.likely_names(texts)
    names = st.multiselect(
        "Names",
        guessed,
        key="share-names",
        accept_new_options=True,
        placeholder="Choose, or type any word",
        help="Each word of it is replaced wherever it stands. What is offered here is a guess: look at the file.",
    )
    mails = redaction.likely(redaction.MAIL, texts)
    numbers = redaction.likely(redaction.NUMBER, texts)
    hide_mails = st.toggle(f"Mail addresses ({len(mails)} seen)", key="share-mails")
    hide_numbers = st.toggle(
        f"Telephone, account and other long numbers ({len(numbers)} seen)",
        key="share-numbers",
        help="Seven digits and more; dates and amounts of money stay",
    )
    return list(names), bool(hide_mails), bool(hide_numbers)


def _texts(material: Material) -> Iterable[str]:
    yield material.record.spec.question
    yield material.record.answer
    for citation in material.citations:
        document = material.document(citation.sha256)
        if document is not None and citation.end > citation.start:
            yield document.text[max(0, citation.start - 300) : citation.end + 300]


def _preview(material: Material, share: Share, page: bool) -> None:
    content = FORMS["html"].make(material, share, time.time())
    shown = shown_texts(content.decode())
    left_out = [part for part in share.left_out() if page or "text" not in part]
    if left_out and page:
        st.caption(f"Left out: {', '.join(left_out)}.")
    with st.expander("Look at what is in it", type="compact", icon=":material/visibility:"):
        for name, text in shown.items():
            if page or name in {"question", "answer", "evidence", "facts"}:
                st.markdown(f"**{_PARTS.get(name, name.capitalize())}** :gray[{words.short(len(text))} characters]")
                st.code(
                    safe.level(text[:_PREVIEW]) + (" …" if len(text) > _PREVIEW else ""), language=None, wrap_lines=True
                )
    if share.redacts:
        st.caption(
            "Hidden words are found by their spelling: one that is written differently stays. Look before you share."
        )


def _pictures(app: App, material: Material) -> dict[int, bytes]:
    """Return pictures of the pages of the first quotations, framed; a page that cannot be drawn has none."""
    found: dict[int, bytes] = {}
    for number, citation in enumerate(material.citations, 1):
        document = material.document(citation.sha256)
        if document is None or citation.end <= citation.start or len(found) >= _MOST_PICTURES:
            continue
        if app.pages.drawable(document.info, material.record.owner):
            picture = _picture(app, material.record.owner, document, citation.start, citation.end)
            found |= {number: picture} if picture else {}
    return found


def _picture(app: App, owner: str, document: Document, start: int, end: int) -> bytes:
    index = next((n for n, page in enumerate(document.info.pages) if page.start <= start < page.end), None)
    if index is None:
        return b""
    try:
        view = app.pages.page(document, owner, index, [(start, end)])
    except DocumentError:
        return b""
    return framed(view.jpeg, view.boxes[0] if view.boxes else ())
