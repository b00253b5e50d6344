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
_INCHES = 6.0


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
        _reference(document, reference, pictures.get(reference.number))
    document.add_paragraph(paper.sentence)
    document.add_heading("The run", level=2)
    _table(document, [((Run(label, bold=True),), (Run(value),)) for label, value in paper.facts])
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


def _reference(document: Any, reference: Reference, picture: bytes | None) -> None:
    paragraph = document.add_paragraph()
    place = f" ({reference.place})" if reference.place else ""
    _fill(paragraph, (Run(f"[{reference.number}] "), Run(reference.verdict, bold=True), Run(f"{place}: ")))
    _fill(paragraph, (Run(f"“{' '.join(reference.quote.split())}”"),))
    if reference.detail:
        _fill(document.add_paragraph(), (Run(reference.detail, italic=True),))
    if picture:
        from docx.shared import Inches

        document.add_picture(io.BytesIO(picture), width=Inches(_INCHES))


def _xml(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
