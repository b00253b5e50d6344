"""What an answer says about where a quotation stands: a document's name, a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from rlm_app.types import DocumentInfo

_BEFORE, _AFTER = 120, 160
_PAGE = re.compile(
    r"\b(?P<unit>pages?|pp?\.?|sections?|lines?)\s*(?P<label>\d[\w.]*(?:\s*[-–]\s*\d+)?)|§+\s*(?P<clause>\d[\w.]*)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Hint:
    """The documents (by place in the run) and the pages (by label) that an answer names beside a quotation."""

    documents: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()


NO_HINT = Hint()


def hint_of(text: str, documents: Sequence[DocumentInfo]) -> Hint:
    """Return what a text that names a place says, "lease.pdf, page 2" or a name alone."""
    return _parse(text, documents)


def read_hint(answer: str, start: int, end: int, documents: Sequence[DocumentInfo], limits: tuple[int, int]) -> Hint:
    """Return what is said right after the quotation at [start, end), or else right before it.

    `limits` are the places of the answer where the quotation before ends and the next one starts: what stands beyond
    belongs to them. A source in brackets right after the quotation before belongs to that one, too.
    """
    after = _first_paragraph(answer[end : min(end + _AFTER, limits[1])])
    hint = _parse(after, documents)
    if hint != Hint():
        return hint
    before = answer[max(start - _BEFORE, limits[0]) : start].rpartition("\n\n")[2]
    return _parse(re.sub(r"^\s*[(\[][^)\]]*[)\]]", "", before), documents)


def _first_paragraph(text: str) -> str:
    return text.lstrip().partition("\n\n")[0]


def _parse(text: str, documents: Sequence[DocumentInfo]) -> Hint:
    folded = text.casefold()
    named = [place for place, info in enumerate(documents) if _is_named(info.name, folded)]
    labels: dict[str, None] = {}
    for match in _PAGE.finditer(text):
        label = re.sub(r"\s*[-–]\s*", "–", (match["label"] or match["clause"]).rstrip("."))
        line_unit = (match["unit"] or "").casefold().startswith("line")
        labels[f"lines {label}" if line_unit else label] = None
    return Hint(tuple(named), tuple(labels))


def _is_named(name: str, folded: str) -> bool:
    stem = PurePath(name).stem.casefold()
    return name.casefold() in folded or (len(stem) > 5 and stem in folded)


def page_distance(label: str, hint: Hint) -> int:
    """Return 0 when the page is one the answer names, 1 when the answer names none, 2 when it names others."""
    if not hint.labels:
        return 1
    first_word = label.split(" ", 1)[0].rstrip(".")
    return 0 if label in hint.labels or first_word in hint.labels else 2
