"""An answer with its references as a Word document; every text goes in as text, so no field or link comes of it."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from rlm_app.exports.blocks import Block, Run
from rlm_app.exports.listing import Paper, Reference

# What XML cannot hold.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_STYLES = {"bullet": "List Bullet", "number": "List Number", "quote": "Intense Quote"}
_INCHES, _INDENT = 4.6, 0.25
_LINE = (
    '<a:ln xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" w="6350"><a:solidFill>'
    '<a:srgbClr val="B8B4A8"/></a:solidFill></a:ln>'
)


def word(paper: Paper, pictures: Mapping[int, bytes]) -> bytes:
    """Return the document as DOCX; `pictures` are JPEGs of pages by the number of their quotation."""
    import docx

    document = docx.Document()
    document.core_properties.title = _xml(paper.question[:200])
    document.core_properties.author = ""
    document.core_properties.comments = ""
    document.add_heading(_xml(paper.question), level=1)
    for block in paper.answer:
        _block(document, block)
    document.add_heading("References", level=2)
    for reference in paper.references:
        _reference(document, reference)
    document.add_paragraph(paper.sentence)
    document.add_heading("The run", level=2)
    _facts(document, paper.facts)
    _pages(document, paper.references, pictures)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _block(document: Any, block: Block) -> None:
    match block.kind:
        case "heading":
            _fill(document.add_heading("", level=min(block.level + 1, 9)), block.runs)
        case "table":
            _table(document, block.rows)
        case "rule":
            document.add_paragraph()
        case kind:
            _fill(document.add_paragraph(style=_STYLES.get(kind)), block.runs)


def _fill(paragraph: Any, runs: Sequence[Run]) -> None:
    for run in runs:
        if run.reference:
            paragraph.add_run(f"[{run.reference}]").font.superscript = True
            continue
        drawn = paragraph.add_run(_xml(run.text))
        drawn.bold, drawn.italic = run.bold or None, run.italic or None
        if run.code:
            drawn.font.name = "Courier New"


def _table(document: Any, rows: Sequence[Sequence[Sequence[Run]]]) -> None:
    table = document.add_table(rows=0, cols=max(len(row) for row in rows), style="Table Grid")
    for row in rows:
        cells = table.add_row().cells
        for cell, runs in zip(cells, row, strict=False):
            _fill(cell.paragraphs[0], runs)


def _facts(document: Any, facts: Sequence[tuple[str, str]]) -> None:
    from docx.shared import Pt

    for label, value in facts:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(2)
        _fill(paragraph, (Run(f"{label}: ", bold=True), Run(value)))


def _reference(document: Any, reference: Reference) -> None:
    from docx.shared import Inches

    paragraph = document.add_paragraph()
    paragraph.paragraph_format.left_indent = Inches(_INDENT)
    paragraph.paragraph_format.first_line_indent = Inches(-_INDENT)
    place = f" ({reference.place})" if reference.place else ""
    _fill(paragraph, (Run(f"[{reference.number}] "), Run(reference.verdict, bold=True), Run(f"{place}: ")))
    _fill(paragraph, (Run(f"“{' '.join(reference.quote.split())}”"),))
    if reference.detail:
        paragraph.add_run().add_break()
        _fill(paragraph, (Run(reference.detail, italic=True),))


def _pages(document: Any, references: Sequence[Reference], pictures: Mapping[int, bytes]) -> None:
    """Add the pictures of pages at the end, where they do not tear the references apart."""
    shown = [reference for reference in references if pictures.get(reference.number)]
    if shown:
        document.add_heading("Quoted pages", level=2)
    for reference in shown:
        caption = document.add_paragraph(_xml(f"[{reference.number}] {reference.place}"))
        caption.paragraph_format.keep_with_next = True
        _picture(document, pictures[reference.number], f"{reference.place}, with the quoted passage framed")


def _picture(document: Any, jpeg: bytes, words: str) -> None:
    """Add a picture with a thin line around it: a page is as white as the paper."""
    from docx.oxml import parse_xml
    from docx.shared import Inches

    inline = document.add_picture(io.BytesIO(jpeg), width=Inches(_INCHES))._inline
    inline.docPr.set("descr", _xml(words))
    inline.graphic.graphicData.pic.spPr.append(parse_xml(_LINE))


def _xml(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
