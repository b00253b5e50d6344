"""PDF files: PDFium gives the text in reading order, pypdf the passwords, the form fields and the damage."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rlm_app.documents.hyphens import join_hyphens
from rlm_app.documents.loading import Loaded, OnProgress
from rlm_app.documents.pages import Part, clean, tidy_lines
from rlm_app.documents.pdf_edges import Edges, edges
from rlm_app.documents.pdf_kinds import kind_of
from rlm_app.documents.pdf_notes import notes
from rlm_app.documents.pdf_running import running
from rlm_app.documents.pdf_structure import Structure, read_structure
from rlm_app.documents.reasons import NEEDS_PASSWORD, WRONG_PASSWORD
from rlm_app.errors import DocumentError

_HYPHEN = "\ufffe"  # PDFium writes this where a line ends in a hyphen


def load(path: Path, name: str, password: str | None, on_progress: OnProgress) -> Loaded:
    """Read a PDF, page by page; a page that fails is kept as "broken" and the others go on.

    Pages are labelled by their place in the file, from "1". Files locked with only an owner's password open.
    """
    structure = read_structure(path, name, password)
    pages = _read_pages(path, name, password, structure, on_progress)
    heads = running([page.edges for page in pages])
    texts = [heads.without(number, page.text) for number, page in enumerate(pages, 1)]
    texts = join_hyphens([text.replace(_HYPHEN, "-\n") for text in texts])
    parts = [
        _part(number, text, page.kind, structure.beside.get(number, []))
        for number, (text, page) in enumerate(zip(texts, pages, strict=True), 1)
    ]
    if all(kind == "broken" and not text.strip() for _, text, kind in parts):
        raise DocumentError(name, "is damaged: none of its pages can be read; get a fresh copy")
    kept = tuple(heads.kept(number, text) for number, (_, text, _) in enumerate(parts, 1))
    return Loaded("pdf", "page", parts, (*notes(parts), *heads.note, *structure.notes), kept)


@dataclass(frozen=True, slots=True)
class _Page:
    """A page as PDFium gives it."""

    text: str = ""
    kind: str = "broken"
    edges: Edges = field(default_factory=Edges)


def _read_pages(
    path: Path, name: str, password: str | None, structure: Structure, on_progress: OnProgress
) -> list[_Page]:
    import pypdfium2

    pdf = open_pdf(path, name, password)
    total = len(pdf)
    pages = []
    try:
        for number in range(1, total + 1):
            page = _read_page(pypdfium2, pdf, number)
            pages.append(replace(page, kind="broken") if number in structure.damaged else page)
            on_progress(number, total)
    finally:
        pdf.close()
    return pages


def open_pdf(path: Path, name: str, password: str | None) -> Any:
    """Open a PDF from disk, which PDFium reads as it needs; raise `DocumentError` for a locked or a broken one."""
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(str(path), password=password)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise DocumentError(name, WRONG_PASSWORD if password else NEEDS_PASSWORD) from error
        raise DocumentError(name, "is damaged and cannot be opened as a PDF; get a fresh copy") from error


def _read_page(pypdfium2: Any, pdf: Any, number: int) -> _Page:
    """Return what a page holds; it is let go at once, for it keeps its pictures in memory."""
    try:
        page = pdf[number - 1]
    except pypdfium2.PdfiumError:
        return _Page()
    try:
        textpage = page.get_textpage()
        text = textpage.get_text_range()
        outer = edges(pypdfium2.raw, page, textpage, text)
        textpage.close()
        text = text.replace("\r\n", "\n")
        return _Page(text, kind_of(pypdfium2.raw, page, text), outer)
    except pypdfium2.PdfiumError:
        return _Page()
    finally:
        page.close()


def _part(number: int, text: str, kind: str, beside: list[str]) -> Part:
    whole = tidy_lines(clean("\n".join([text, *beside])))
    kind = "empty" if kind == "text" and not whole else kind
    if beside and kind in {"scanned", "empty"}:
        kind = "text"
    return str(number), whole and whole + "\n\n", kind
