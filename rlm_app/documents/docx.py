"""Word files: what a reader of the page sees, in its order, with notes where they are anchored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rlm_app.documents import reasons
from rlm_app.documents.docx_numbering import Numbering
from rlm_app.documents.docx_text import PAGE_HARD, PAGE_SOFT, ParagraphText, attribute, is_hidden, tag, walk
from rlm_app.documents.loading import Loaded, OnProgress
from rlm_app.documents.pages import Part, clean, tidy_lines
from rlm_app.documents.zips import open_checked
from rlm_app.errors import DocumentError

# Files with macros and templates are documents too; their macros are never looked at.
_KINDS = (
    "application/vnd.ms-word.document.macroEnabled.main+xml",
    "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
)
_BREAKING_SECTIONS = frozenset({"nextPage", "oddPage", "evenPage"})
_ADDED, _REMOVED = frozenset({"ins", "moveTo"}), frozenset({"del", "moveFrom"})
_TRACKED = _ADDED | _REMOVED
_WIDEST = 64


def load(path: Path, name: str, password: str | None, on_progress: OnProgress) -> Loaded:
    """Read a DOCX: paragraphs, lists with their numbers, tables as "cell | cell", headers and footers once.

    Pages are those that Word noted when it last saved the file, and explicit page breaks; a file without any is one
    page. Tracked insertions are kept and tracked deletions left out, which a note says; comments stand at their anchors.
    """
    open_checked(path, name).close()
    document = _open(path, name)
    reader = _Reader(document)
    reader.body()
    parts = reader.parts()
    if not any(text.strip() for _, text, _ in parts):
        raise DocumentError(name, reasons.NO_TEXT)
    on_progress(len(parts), len(parts))
    return Loaded("docx", "page", parts, _changes(document))


def _open(path: Path, name: str) -> Any:
    from docx.opc.part import PartFactory
    from docx.package import Package
    from docx.parts.document import DocumentPart

    for kind in _KINDS:
        PartFactory.part_type_for.setdefault(kind, DocumentPart)
    try:
        return Package.open(str(path)).main_document_part.document
    except Exception as error:  # a broken container surfaces as KeyError, XMLSyntaxError, ValueError, …
        raise DocumentError(name, "is damaged and cannot be opened as a Word file; get a fresh copy") from error


class _Reader:
    """Collects the lines of each page."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._numbering = Numbering(document)
        self._notes = _notes(document)
        self._pages: list[list[str]] = [[]]

    def parts(self) -> list[Part]:
        texts = [tidy_lines(clean("\n".join(lines))) for lines in self._pages]
        return [
            (str(number), text and text + "\n\n", "text" if text else "empty") for number, text in enumerate(texts, 1)
        ]

    def body(self) -> None:
        for line in _around(self._document, "header"):
            self._pages[-1].append(line)
        for block in _blocks(self._document.element.body):
            if tag(block) == "tbl":
                self._table(block)
            else:
                self._paragraph(block)
        self._pages[-1] += _around(self._document, "footer")

    def _paragraph(self, element: Any) -> None:
        if _first(element, "pPr", "pageBreakBefore") is not None:
            self._break(PAGE_SOFT)
        lead = self._numbering.lead(element)
        title = self._numbering.is_heading(element)
        if title:
            self._pages[-1].append("")
        for kind, text in _pieces(element, self._notes):
            if kind != "text":
                self._break(kind)
            elif text.strip():
                self._pages[-1].append(lead + text)
                lead = ""
        if title or not _is_list(element):
            self._pages[-1].append("")
        if _ends_page(element):
            self._break(PAGE_SOFT)

    def _table(self, table: Any) -> None:
        self._pages[-1].append("")
        for row in _rows(table):
            texts: list[str] = []
            for cell in _cells(row):
                text, breaks = _cell(cell, self._notes)
                texts += [text, *[""] * (_columns(cell) - 1)]
                for kind, _ in breaks:
                    self._break(kind)
            self._pages[-1].append(" | ".join(texts).rstrip())
        self._pages[-1].append("")

    def _break(self, kind: str) -> None:
        """Begin a page; what Word noted itself counts only once something stands on the page before."""
        if kind == PAGE_HARD or any(line.strip() for line in self._pages[-1]):
            self._pages.append([])


def _blocks(parent: Any) -> list[Any]:
    """Return the paragraphs and tables below `parent`, also those in content controls and tracked insertions."""
    found: list[Any] = []
    for child in parent:
        kind = tag(child)
        if kind in {"p", "tbl"}:
            found.append(child)
        elif kind in {"sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"}:
            found += _blocks(child)
    return found


def _rows(table: Any) -> list[Any]:
    return [row for row in _children(table, "tr") if _first(row, "trPr", "del") is None]


def _cells(row: Any) -> list[Any]:
    return _children(row, "tc")


def _columns(cell: Any) -> int:
    """Return how many columns a cell stands in."""
    span = _first(cell, "tcPr", "gridSpan")
    wide = attribute(span, "val") if span is not None else ""
    return max(1, min(_WIDEST, int(wide))) if wide.isascii() and wide.isdigit() and len(wide) < 7 else 1


def _children(parent: Any, wanted: str) -> list[Any]:
    """Return the children of one kind, looking through content controls and custom XML."""
    found: list[Any] = []
    for child in parent:
        if tag(child) == wanted:
            found.append(child)
        elif tag(child) in {"sdt", "sdtContent", "customXml", "ins"}:
            found += _children(child, wanted)
    return found


def _cell(cell: Any, notes: dict[str, str]) -> tuple[str, list[tuple[str, str]]]:
    """Return the text of a cell on one line and the page breaks in it; tables inside are flattened."""
    texts: list[str] = []
    breaks: list[tuple[str, str]] = []
    for block in _blocks(cell):
        if tag(block) == "tbl":
            rows = (" | ".join(_cell(inner, notes)[0] for inner in _cells(row)) for row in _rows(block))
            texts.append("; ".join(rows))
            continue
        pieces = _pieces(block, notes)
        texts += [text for kind, text in pieces if kind == "text"]
        breaks += [piece for piece in pieces if piece[0] != "text"]
    return " ".join(" ".join(texts).split()), breaks


def _pieces(paragraph: Any, notes: dict[str, str]) -> list[tuple[str, str]]:
    text = ParagraphText(notes)
    walk(paragraph, text)
    return text.pieces()


def _first(element: Any, *names: str) -> Any:
    """Return the element down a path of child names, or None."""
    for name in names:
        element = next((child for child in element if tag(child) == name), None)
        if element is None:
            return None
    return element


def _is_list(paragraph: Any) -> bool:
    return _first(paragraph, "pPr", "numPr") is not None


def _ends_page(paragraph: Any) -> bool:
    """Whether a section ends with the paragraph and the next one begins on a new page."""
    section = _first(paragraph, "pPr", "sectPr")
    if section is None:
        return False
    kind = _first(section, "type")
    return kind is None or next(iter(kind.attrib.values()), "nextPage") in _BREAKING_SECTIONS


def _notes(document: Any) -> dict[str, str]:
    """Return the text of each footnote, endnote and comment by its kind and number, such as "footnote 2"."""
    from docx.oxml import parse_xml

    found: dict[str, str] = {}
    for part in document.part.package.iter_parts():
        kind = str(part.partname).rsplit("/", 1)[-1].removesuffix("s.xml")
        if kind in {"footnote", "endnote", "comment"}:
            for note in parse_xml(part.blob):
                found[f"{kind} {attribute(note, 'id')}"] = _cell(note, {})[0]
    return found


def _changes(document: Any) -> tuple[str, ...]:
    """Return the notes on tracked changes and on hidden text, if there are any that touch text."""
    marks = [
        tag(element) for element in document.element.body.iter() if tag(element) in _TRACKED and _holds_text(element)
    ]
    added, removed = (sum(mark in kinds for mark in marks) for kinds in (_ADDED, _REMOVED))
    hidden = sum(is_hidden(element) and _holds_text(element) for element in document.element.body.iter())
    return reasons.changes(added, removed, hidden)


def _holds_text(change: Any) -> bool:
    return any(tag(node) in {"t", "delText"} and node.text for node in change.iter())


def _around(document: Any, what: str) -> list[str]:
    """Return the different headers or footers of the document, each once, as "[header: …]"."""
    found: dict[str, None] = {}
    for section in document.sections:
        for prefix in ("", "first_page_", "even_page_"):
            area = getattr(section, prefix + what)
            text = "" if area.is_linked_to_previous else _cell(area._element, {})[0]
            if text:
                found[f"[{what}: {text}]"] = None
    return list(found)
