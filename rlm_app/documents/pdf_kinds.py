"""Telling a page of text from a scan, and a scan with recognised text from one without."""

from __future__ import annotations

from itertools import islice
from typing import Any

# Scans come with their picture first; looking further would cost more than reading the text.
_LOOKED_AT = 200
_COVERS = 0.6
_HARDLY_ANY = 40


def kind_of(raw: Any, page: Any, text: str) -> str:
    """Return "text", "empty", "scanned" (a picture and hardly any text) or "ocr" (a picture over recognised text)."""
    written = len("".join(text.split()))
    covered, pictures, modes = _objects(raw, page)
    if not written:
        return "scanned" if pictures else "empty"
    if covered and modes == {raw.FPDF_TEXTRENDERMODE_INVISIBLE}:
        return "ocr"
    return "scanned" if covered and written < _HARDLY_ANY else "text"


def _objects(raw: Any, page: Any) -> tuple[bool, bool, set[int]]:
    """Return whether a picture covers the page, whether there is any, and the ways in which text is drawn."""
    width, height = page.get_size()
    covered = pictures = False
    modes: set[int] = set()
    for each in islice(page.get_objects(max_depth=3), _LOOKED_AT):
        if each.type == raw.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = each.get_bounds()
            pictures = True
            covered = covered or (right - left) * (top - bottom) >= _COVERS * width * height
        elif each.type == raw.FPDF_PAGEOBJ_TEXT:
            modes.add(raw.FPDFTextObj_GetTextRenderMode(each))
    return covered, pictures, modes
