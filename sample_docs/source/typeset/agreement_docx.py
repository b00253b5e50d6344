"""Sets the master services agreement as a DOCX with the same content as the PDF."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from sample_docs.source.typeset.agreement_pdf import DATE, EDITION, PARTIES, SUBJECT, TITLE
from sample_docs.source.typeset.markup import Block, numeric_columns, spans

STAMP = datetime(2025, 1, 27, 12, 0, 0)
MEASURE_CM = 16.0


def build(blocks: list[Block], target: Path) -> None:
    """Write the agreement to the target file, with every date in it fixed."""
    doc = Document()
    prepare(doc)
    cover(doc)
    contents(doc, blocks)
    for block in blocks:
        add_block(doc, block)
    memory = io.BytesIO()
    doc.save(memory)
    target.write_bytes(with_fixed_times(memory.getvalue()))


def with_fixed_times(data: bytes) -> bytes:
    """Copy a zip archive with the same old date on every member."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name))
    return out.getvalue()


def prepare(doc: Any) -> None:
    """Set the page, the styles, the core properties, the header and the footer."""
    section = doc.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.different_first_page_header_footer = True
    doc.styles["Normal"].font.name, doc.styles["Normal"].font.size = "Times New Roman", Pt(11)
    doc.styles["Normal"].paragraph_format.space_after = Pt(6)
    core = doc.core_properties
    core.author, core.title, core.subject = " and ".join(PARTIES), f"{TITLE} {SUBJECT}", EDITION
    core.last_modified_by, core.comments, core.revision = "", "", 1
    core.created = core.modified = core.last_printed = STAMP
    section.header.paragraphs[0].text = f"{TITLE}: Skerrow Haven"
    foot = section.footer.paragraphs[0]
    foot.add_run("Skerrow Haven Harbours / Orrin Tallow Marine Systems\tPage ")
    add_field(foot, "PAGE", "1")


def add_field(paragraph: Any, code: str, shown: str) -> None:
    """Add a field, such as a page number, which the word processor works out."""
    parts = (
        ("w:fldChar", "begin"),
        ("w:instrText", code),
        ("w:fldChar", "separate"),
        ("w:t", shown),
        ("w:fldChar", "end"),
    )
    for tag, value in parts:
        element = OxmlElement(tag)
        if tag == "w:fldChar":
            element.set(qn("w:fldCharType"), value)
        else:
            element.text = value
        paragraph.add_run()._r.append(element)


def cover(doc: Any) -> None:
    """Write the title page."""
    doc.add_paragraph(f"Dated {DATE}")
    doc.add_paragraph(TITLE, style="Title")
    lines = (SUBJECT, "between", PARTIES[0], "(the Customer)", "and", PARTIES[1], "(the Supplier)", EDITION)
    for line in lines:
        doc.add_paragraph(line)
    for paragraph in doc.paragraphs:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    doc.add_page_break()


def contents(doc: Any, blocks: list[Block]) -> None:
    """Write the list of clauses, schedules and amendments."""
    doc.add_paragraph("Contents", style="Subtitle")
    for block in blocks:
        if block.kind == "heading" and block.level < 3:
            entry = doc.add_paragraph(block.text)
            entry.paragraph_format.left_indent = Cm(0.8 * (block.level - 1))
            entry.paragraph_format.space_after = Pt(1)
    doc.add_page_break()


def add_block(doc: Any, block: Block) -> None:
    """Write one block."""
    if block.kind == "heading":
        if block.level == 1 and block.text != "Clauses":
            doc.add_page_break()
        doc.add_heading(block.text, block.level)
    elif block.kind == "table":
        caption = doc.add_paragraph(block.text, style="Caption")
        caption.paragraph_format.keep_with_next = True
        add_table(doc, block)
    elif block.kind == "signatures":
        table = doc.add_table(1, 2)
        for cell, part in zip(table.rows[0].cells, block.text.split("|"), strict=True):
            cell.text = f"\n________________________\nSigned by {part.strip()}"
    elif block.kind in ("para", "numbered"):
        add_paragraph(doc, block)


def add_paragraph(doc: Any, block: Block) -> None:
    """Write a paragraph with its number set out in the margin."""
    paragraph = doc.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    form = paragraph.paragraph_format
    if block.number:
        form.left_indent, form.first_line_indent = Cm(1.2 + block.level), Cm(-1.2 if not block.level else -1)
        paragraph.add_run(f"{block.number}\t")
    elif block.text.startswith("**"):
        form.left_indent = Cm(1.2)
    for style, words in spans(block.text):
        run = paragraph.add_run(words)
        run.bold, run.italic = style == "bold" or None, style == "italic" or None


def add_table(doc: Any, block: Block) -> None:
    """Write a table whose first row is repeated on each page."""
    weights = block.weights or tuple(1.0 for _ in block.rows[0])
    right = numeric_columns(block.rows)
    table = doc.add_table(len(block.rows), len(weights), style="Light Grid Accent 1")
    table.autofit = False
    cells = iter(table._cells)
    for index, row in enumerate(block.rows):
        for column, text in enumerate(row):
            cell = next(cells)
            cell.width = Cm(MEASURE_CM * weights[column] / sum(weights))
            paragraph = cell.paragraphs[0]
            run = paragraph.add_run(text)
            run.font.size, run.bold = Pt(9), index == 0
            paragraph.paragraph_format.space_after = Pt(0)
            if right[column]:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    doc.add_paragraph()
