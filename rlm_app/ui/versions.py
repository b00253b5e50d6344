"""Two versions of a document beside each other: the clauses that differ, with their places on both sides, by no model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher

import streamlit as st

from rlm_app.build import App
from rlm_app.evidence.compare import compare_versions
from rlm_app.proofs import Change, ChangeKind
from rlm_app.types import Document, DocumentInfo
from rlm_app.ui import again, documents, marked, memo, naming, pictures_of_pages, safe, shell, words
from rlm_app.ui.pictures_of_pages import Boxed

WITH = "with"
"""The name in an address of the version that a document is compared with."""
SHOWN = 20
_CHANGE, _PAIR = 400, 200
"""Bytes of a change and of a pair of words that differ, as measured."""
_ICONS = {
    ChangeKind.ADDED: (":material/add:", "green"),
    ChangeKind.REMOVED: (":material/remove:", "red"),
    ChangeKind.CHANGED: (":material/edit:", "orange"),
    ChangeKind.MOVED: (":material/move_down:", "blue"),
}
_WORD = re.compile(r"\w+(?:['’.,]\w+)*|[^\w\s]")
_QUESTION = "What do the changes between these two versions mean? Quote the clause of both versions for each."


def draw(app: App, owner: str, info: DocumentInfo, library: Mapping[str, DocumentInfo]) -> bool:
    """Draw the field that picks another version and, when one is picked, the changes; return whether one is."""
    others = candidates(info, library.values())
    if not others:
        return False
    other = _choice(info, others)
    if other is None:
        return False
    before, after = documents.text_of(app, other.sha256, owner), documents.text_of(app, info.sha256, owner)
    if before is None or after is None:
        st.caption("One of the two is no longer in the library.")
        return False
    _changes(app, owner, before, after)
    return True


def candidates(info: DocumentInfo, library: Iterable[DocumentInfo]) -> list[DocumentInfo]:
    """Return what a document can be compared with, other versions by the same name first."""
    others = [each for each in library if each.sha256 != info.sha256 and each.characters]
    return sorted(others, key=lambda each: each.name != info.name)


def summary(changes: Sequence[Change]) -> str:
    """Return the changes in one sentence: how many of each kind, and how many touch what matters."""
    if not changes:
        return "No clause differs; only line breaks, page furniture or typographic marks may."
    tally = Counter(change.kind for change in changes)
    parts = [f"{tally[kind]:,} {kind.value}" for kind in ChangeKind if tally[kind]]
    said = f"{words.count(len(changes), 'clause differs', 'clauses differ')}: {', '.join(parts)}"
    weighty = sum(change.substance for change in changes)
    return f"{said}. **{weighty:,} of them in a number, a negation or a must/may word.**" if weighty else f"{said}."


def word_spans(before: str, after: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return where the words stand, in each of two texts, that the other has otherwise."""
    ours, theirs = list(_WORD.finditer(before)), list(_WORD.finditer(after))
    matcher = SequenceMatcher(None, [w[0].casefold() for w in ours], [w[0].casefold() for w in theirs], autojunk=False)
    left: list[tuple[int, int]] = []
    right: list[tuple[int, int]] = []
    for kind, a1, a2, b1, b2 in matcher.get_opcodes():
        if kind != "equal":
            left += [(ours[a1].start(), ours[a2 - 1].end())] if a2 > a1 else []
            right += [(theirs[b1].start(), theirs[b2 - 1].end())] if b2 > b1 else []
    return left, right


def _choice(info: DocumentInfo, others: Sequence[DocumentInfo]) -> DocumentInfo | None:
    key = f"compare-{info.sha256}"
    known = {each.sha256: each for each in others}
    named = st.query_params.get(WITH, "")
    if key not in st.session_state and named in known:
        st.session_state[key] = named
    names = naming.by_id({each: f"{info.name} · {info.characters:,} characters" for each, info in known.items()})
    picked = st.selectbox(
        "Compare with an earlier version",
        list(known),
        index=None,
        key=key,
        format_func=names.__getitem__,
        placeholder="no comparison",
        width=420,
    )
    if named and named not in known and not picked:
        st.caption("The version that the address names is not in your library; pick another to compare with.")
    return known.get(picked or "")


def _changes(app: App, owner: str, before: Document, after: Document) -> None:
    changes = _compared(owner, before, after)
    st.markdown(summary(changes))
    if not changes:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        only = st.toggle("Only numbers, negations and must/may words", key=f"substance-{after.info.sha256}")
        if st.button("Have a model explain them", key=f"explain-{after.info.sha256}", icon=":material/edit_note:"):
            again.fill(_QUESTION, [before.info.sha256, after.info.sha256])
            st.switch_page(shell.ASK)
    shown = [change for change in changes if change.substance or not only]
    pages = -(-len(shown) // SHOWN)
    page = st.pagination(pages, key=f"changes-{after.info.sha256}-{pages}") - 1 if pages > 1 else 0
    for number in range(page * SHOWN, min((page + 1) * SHOWN, len(shown))):
        with st.container(border=True, gap="xsmall"):
            _change(app, owner, before, after, shown[number], number)
    if not shown:
        st.caption("None of the changes touches a number, a negation or a must/may word.")


def _change(app: App, owner: str, before: Document, after: Document, change: Change, number: int) -> None:
    icon, color = _ICONS[change.kind]
    weighty = "  :red-badge[:material/priority_high: number, negation or must/may]" if change.substance else ""
    st.markdown(f":{color}-badge[{icon} {change.kind.value.capitalize()}]{weighty}")
    old, new = before.text[slice(*change.before)], after.text[slice(*change.after)]
    marks = word_spans(old, new) if old and new else ([(0, len(old))], [(0, len(new))])
    sides = ((before, change.before, change.page_before, marks[0]), (after, change.after, change.page_after, marks[1]))
    pictured = st.session_state.get(f"both-{after.info.sha256}-{number}")
    for column, title, (document, span, label, marked_words) in zip(
        st.columns(2, gap="medium"), ("Before", "After"), sides, strict=True
    ):
        with column:
            st.caption(f"{title} · {safe.label(marked.place(document.info.unit, label))}")
            text = document.text[slice(*span)]
            if text:
                marked.show(text.strip(), _trimmed(text, marked_words))
            else:
                st.caption("not in this version")
            if pictured:
                _page(app, owner, document, span)
    st.toggle("Show it on the pages", key=f"both-{after.info.sha256}-{number}")


def _page(app: App, owner: str, document: Document, span: tuple[int, int]) -> None:
    page = document.info.page_at(span[0])
    if page is None:
        return
    boxed = [Boxed(span, "near", "clause boxed")] if span[1] > span[0] else []
    if not pictures_of_pages.draw(app, owner, document, document.info.pages.index(page), boxed):
        marked.show(marked.page_text(document, page), [span], offset=page.start)


def _trimmed(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    gone = len(text) - len(text.lstrip())
    return [(start - gone, end - gone) for start, end in spans]


def _compared(owner: str, before: Document, after: Document) -> tuple[Change, ...]:
    what = ("versions", before.info.sha256, after.info.sha256)
    return memo.ours().get(owner, what, lambda: compare_versions(before, after), _bytes)


def _bytes(changes: Sequence[Change]) -> int:
    return sum(_CHANGE + _PAIR * len(change.words) for change in changes)
