"""PDF files: PDFium gives the text in reading order, pypdf the passwords, the form fields and the damage."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from rlm_app.documents.hyphens import join_hyphens
from rlm_app.documents.loading import Loaded, OnProgress
from rlm_app.documents.pages import Part, clean, tidy_lines
from rlm_app.documents.pdf_structure import Structure, read_structure
from rlm_app.documents.reasons import NEEDS_PASSWORD, WRONG_PASSWORD
from rlm_app.errors import DocumentError

_HYPHEN = "\ufffe"  # PDFium writes this where a line ends in a hyphen


def load(path: Path, name: str, password: str | None, on_progress: OnProgress) -> Loaded:
    """Read a PDF, page by page; a page that fails is kept as "broken" and the others go on.

    Pages are labelled by their place in the file, from "1". Files locked with only an owner's password open.
    """
    data = path.read_bytes()
    structure = read_structure(data, name, password)
    texts, kinds = _read_pages(data, name, password, structure, on_progress)
    texts = join_hyphens([text.replace(_HYPHEN, "-\n") for text in texts])
    parts = [
        _part(number, text, kind, structure.fields.get(number, []))
        for number, (text, kind) in enumerate(zip(texts, kinds, strict=True), 1)
    ]
    if all(kind == "broken" and not text.strip() for _, text, kind in parts):
        raise DocumentError(name, "is damaged: none of its pages can be read; get a fresh copy")
    return Loaded("pdf", "page", parts, _notes(parts))


def _read_pages(
    data: bytes, name: str, password: str | None, structure: Structure, on_progress: OnProgress
) -> tuple[list[str], list[str]]:
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(io.BytesIO(data), password=password)
        total = len(pdf)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise DocumentError(name, WRONG_PASSWORD if password else NEEDS_PASSWORD) from error
        raise DocumentError(name, "is damaged and cannot be opened as a PDF; get a fresh copy") from error
    texts, kinds = [], []
    try:
        for number in range(1, total + 1):
            text, kind = _read_page(pypdfium2, pdf, number)
            texts.append(text)
            kinds.append("broken" if number in structure.damaged else kind)
            on_progress(number, total)
    finally:
        pdf.close()
    return texts, kinds


def _read_page(pypdfium2: Any, pdf: Any, number: int) -> tuple[str, str]:
    """Return the text and the kind of a page, which is let go at once: a page holds its pictures in memory."""
    try:
        page = pdf[number - 1]
    except pypdfium2.PdfiumError:
        return "", "broken"
    try:
        textpage = page.get_textpage()
        text = textpage.get_text_range().replace("\r\n", "\n")
        textpage.close()
        if text.strip():
            return text, "text"
        images = page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
        return "", "scanned" if next(iter(images), None) is not None else "empty"
    except pypdfium2.PdfiumError:
        return "", "broken"
    finally:
        page.close()


def _part(number: int, text: str, kind: str, fields: list[str]) -> Part:
    whole = tidy_lines(clean("\n".join([text, *fields])))
    if whole and kind in {"scanned", "empty"}:
        kind = "text"
    return str(number), whole and whole + "\n\n", kind


def _notes(parts: list[Part]) -> tuple[str, ...]:
    """Return a sentence for the pages that are damaged and one for those that are pictures."""
    lost = [label for label, text, kind in parts if kind == "broken" and not text.strip()]
    partly = [label for label, text, kind in parts if kind == "broken" and text.strip()]
    scanned = [label for label, _, kind in parts if kind == "scanned"]
    said = (
        (lost, "damaged and could not be read; the other pages are kept"),
        (partly, "damaged: some text may be missing or wrong; the rest is kept"),
        (scanned, "a picture without text; run text recognition (OCR) on the file to search it"),
    )
    return tuple(f"page{_numbers(labels)} {reason}" for labels, reason in said if labels)


def _numbers(labels: list[str]) -> str:
    if len(labels) == 1:
        return f" {labels[0]} is"
    shown = ", ".join(labels[:10]) + (f" and {len(labels) - 10} more" if len(labels) > 10 else "")
    return f"s {shown} are"
