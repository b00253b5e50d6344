"""A run whose document was replaced since: what became of its quotations in the new version. Nothing here asks a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from rlm_app.build import App
from rlm_app.citations import Citation
from rlm_app.engine.trajectory import Trajectory
from rlm_app.evidence.reanchor import reanchor
from rlm_app.proofs import Fate, Reanchored
from rlm_app.records import RunRecord
from rlm_app.types import DocumentInfo
from rlm_app.ui import again, chips, documents, leaf, marked, memo, safe, shell, words

_QUOTE = 1_500
"""Bytes of a quotation and what stands for it in the new version, as measured."""
_SAYS = {
    Fate.MOVED: ("moved", "moved"),
    Fate.CHANGED: ("changed", "changed"),
    Fate.GONE: ("is gone", "are gone"),
    Fate.UNCERTAIN: (
        "may now be of another clause with the same words",
        "may now be of other clauses with the same words",
    ),
}
_SIGNS = {
    Fate.SAME: ":material/check:",
    Fate.MOVED: ":material/move_down:",
    Fate.CHANGED: ":material/edit:",
    Fate.GONE: ":material/close:",
    Fate.UNCERTAIN: ":material/help:",
}


@dataclass(frozen=True, slots=True)
class Replaced:
    """A document of a run and the newer one of the same name that stands for it now."""

    sha256: str
    by: DocumentInfo


def draw(app: App, record: RunRecord, trajectory: Trajectory) -> None:
    """Say which quotations of a run moved, changed or are gone in a newer version of its documents."""
    replaced = of(record, app.documents(record.owner))
    for each in replaced:
        found = _rechecked(app, record, trajectory.citations, each)
        with st.container(border=True, gap="xsmall"):
            st.markdown(f":material/update: {sentence(each.by.name, found)}")
            _offers(record, each, found, replaced)
            if found and st.session_state.get(_list_key(record, each)):
                _list(app, record, trajectory.citations, found)


def of(record: RunRecord, library: Sequence[DocumentInfo]) -> list[Replaced]:
    """Return which documents of a run have a newer one of the same name; `library` has the newest first."""
    found = []
    for sha256, name in zip(record.spec.documents, record.document_names, strict=False):
        newest = next((info for info in library if info.name == name), None)
        if newest is not None and newest.sha256 != sha256 and newest.sha256 not in record.spec.documents:
            found.append(Replaced(sha256, newest))
    return found


def sentence(name: str, found: Sequence[Reanchored] | None) -> str:
    """Return "contract.pdf was replaced since: 3 of 12 quotes moved, 1 is gone"; None where it was not looked up."""
    said = f"**{safe.label(name)}** was replaced since this run"
    if found is None:
        return f"{said}. Its earlier text is no longer here, so the quotes cannot be carried over; ask again."
    if not found:
        return f"{said}; no quote of the answer is from it."
    tally = Counter(each.fate for each in found)
    parts = [
        f"{tally[fate]:,} {one if tally[fate] == 1 else many}" for fate, (one, many) in _SAYS.items() if tally[fate]
    ]
    if not parts:
        return f"{said}; all of its {words.count(len(found), 'quote')} stand where they stood."
    first, *rest = parts
    counted = first.replace(" ", f" of {words.count(len(found), 'quote')} ", 1)
    return f"{said}: {', '.join([counted, *rest])}."


def _offers(
    record: RunRecord, replaced: Replaced, found: Sequence[Reanchored] | None, every: Sequence[Replaced]
) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if found:
            st.toggle("Re-check (free)", key=_list_key(record, replaced), help="Shows each quote in the new version")
        st.page_link(
            shell.DOCUMENTS,
            label="Compare the versions",
            icon=":material/compare:",
            query_params={"document": replaced.by.sha256, "with": replaced.sha256},
        )
        newer = {each.sha256: each.by.sha256 for each in every}
        if st.button(
            "Ask again of the new version",
            key=f"again-new-{record.id}-{replaced.sha256[:12]}",
            icon=":material/replay:",
            type="tertiary",
        ):
            again.fill(record.spec.question, [newer.get(sha256, sha256) for sha256 in record.spec.documents])
            st.switch_page(shell.ASK)


def _list(app: App, record: RunRecord, citations: Sequence[Citation], found: Sequence[Reanchored]) -> None:
    for each in found:
        number = next((at for at, old in enumerate(citations, 1) if old == each.old), 0)
        place = leaf.place_of(each.new, None) if each.fate is not Fate.GONE else "no longer there"
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(chips.chip(number, each.old), width="content")
            st.markdown(f"{_SIGNS[each.fate]} {each.fate.value}", width="content")
            st.markdown(place, width="content")
        document = documents.text_of(app, each.new.sha256, record.owner) if each.new.sha256 else None
        if document is not None and each.fate is not Fate.SAME and each.new.end > each.new.start:
            text, offset = marked.around(document, each.new.start, each.new.end, 60)
            differing = leaf.differing_spans(each.new)
            marked.show(text, [(each.new.start, each.new.end)], offset=offset, differing=differing)


def _rechecked(
    app: App, record: RunRecord, citations: Sequence[Citation], replaced: Replaced
) -> Sequence[Reanchored] | None:
    def worked_out() -> Sequence[Reanchored] | None:
        old = documents.text_of(app, replaced.sha256, record.owner)
        new = documents.text_of(app, replaced.by.sha256, record.owner)
        return reanchor(citations, old, new) if old is not None and new is not None else None

    # A run that is gone on with has other quotations when it ends.
    what = ("replaced", record.id, record.finished, replaced.sha256, replaced.by.sha256)
    return memo.ours().get(record.owner, what, worked_out, lambda found: _QUOTE * len(found or ()))


def _list_key(record: RunRecord, replaced: Replaced) -> str:
    return f"rechecked-{record.id}-{replaced.sha256[:12]}"
