"""What is said of the pages of a PDF that are not plain text."""

from __future__ import annotations

from rlm_app.documents.pages import Part

_LOST = "damaged and could not be read; the other pages are kept"
_PARTLY = "damaged: some text may be missing or wrong; the rest is kept"
_SCANNED = "a picture with no text or hardly any; text recognition (OCR) can read it"
_RECOGNISED = "a scan whose text a program recognised (OCR); letters may be wrong"
_NAMED = 10


def notes(parts: list[Part]) -> tuple[str, ...]:
    """Return a sentence for the pages that are damaged, for those that are pictures and for those recognised."""
    said = (
        (_LOST, [label for label, text, kind in parts if kind == "broken" and not text.strip()]),
        (_PARTLY, [label for label, text, kind in parts if kind == "broken" and text.strip()]),
        (_SCANNED, [label for label, _, kind in parts if kind == "scanned"]),
        (_RECOGNISED, [label for label, _, kind in parts if kind == "ocr"]),
    )
    return tuple(f"page{_numbers(labels)} {reason}" for reason, labels in said if labels)


def is_of_pages(note: str) -> bool:
    """Whether a note is one of those that `notes` gives."""
    return note.endswith((_LOST, _PARTLY, _SCANNED, _RECOGNISED))


def _numbers(labels: list[str]) -> str:
    if len(labels) == 1:
        return f" {labels[0]} is"
    shown = ", ".join(labels[:_NAMED]) + (f" and {len(labels) - _NAMED} more" if len(labels) > _NAMED else "")
    return f"s {shown} are"
