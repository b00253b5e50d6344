"""Sets the master services agreement as a PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Frame,
    HRFlowable,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)
from reportlab.platypus.tableofcontents import TableOfContents

from sample_docs.source.typeset.markup import Block, to_reportlab
from sample_docs.source.typeset.styles import INK, RULE, make_table, sheet

TITLE = "Master Services Agreement"
SUBJECT = (
    "for the operation and upkeep of aids to navigation, tidal telemetry and vessel traffic display at Skerrow Haven"
)
PARTIES = ("Skerrow Haven Harbours Limited", "Orrin Tallow Marine Systems Limited")
DATE = "9 September 2021"
EDITION = "Conformed copy, with Schedules 1 to 15 and Amendments No. 1 to No. 4 annexed"
WIDTH, HEIGHT = A4
LEFT, TOP, BOTTOM = 29 * mm, 27 * mm, 25 * mm
MEASURE = WIDTH - 2 * LEFT


def build(blocks: list[Block], target: Path) -> None:
    """Write the agreement to the target file."""
    styles = sheet(11)
    doc = BaseDocTemplate(
        str(target),
        pagesize=A4,
        invariant=1,
        title=f"{TITLE} {SUBJECT}",
        author=" and ".join(PARTIES),
        subject=EDITION,
    )
    frame = Frame(LEFT, BOTTOM, MEASURE, HEIGHT - TOP - BOTTOM, 0, 0, 0, 0)
    doc.addPageTemplates(
        [
            PageTemplate("cover", [frame], onPage=start_again),
            PageTemplate("body", [frame], onPageEnd=draw_furniture),
        ]
    )
    doc.afterFlowable = lambda flowable: note_heading(doc, flowable)
    story = cover(styles) + contents(styles)
    end = Block("end")
    for before, block, after in zip([end, *blocks], blocks, [*blocks[1:], end], strict=False):
        if block.kind == "heading" and block.level > 1 and before.kind != "heading":
            story.append(CondPageBreak(70 + min(18 * len(after.rows), 400)))
        if block.kind == "signatures":
            story.append(KeepTogether([story.pop(), signatures(block.text, styles)]))
        story += flowables(block, styles)
    doc.multiBuild(story)


def start_again(canvas: Any, doc: Any) -> None:
    """Forget the headings of the previous pass."""
    doc.part, doc.headings = "Contents", 0


def note_heading(doc: Any, flowable: Any) -> None:
    """Tell the table of contents and the outline of a heading which has just been placed."""
    level = {"h1": 0, "h2": 1}.get(getattr(getattr(flowable, "style", None), "name", ""))
    if level is None:
        return
    text = flowable.getPlainText()
    doc.headings += 1
    key = f"heading-{doc.headings}"
    doc.canv.bookmarkPage(key)
    doc.canv.addOutlineEntry(text, key, level, closed=level == 0)
    doc.notify("TOCEntry", (level, text, doc.page, key))
    if level == 0:
        doc.part = text


def draw_furniture(canvas: Any, doc: Any) -> None:
    """Draw the running head and the foot of a page."""
    canvas.saveState()
    canvas.setStrokeColor(RULE)
    canvas.setFillColor(INK)
    canvas.setFont("Helvetica", 7.5)
    top, foot = HEIGHT - 18 * mm, 16 * mm
    canvas.drawString(LEFT, top, TITLE + ": Skerrow Haven")
    canvas.drawRightString(WIDTH - LEFT, top, doc.part)
    canvas.line(LEFT, top - 4, WIDTH - LEFT, top - 4)
    canvas.drawString(LEFT, foot, "Skerrow Haven Harbours / Orrin Tallow Marine Systems")
    canvas.drawRightString(WIDTH - LEFT, foot, f"Page {doc.page}")
    canvas.restoreState()


def cover(styles: dict[str, Any]) -> list[Any]:
    """Return the flowables of the title page."""
    centre = styles["centre"]
    big = ParagraphStyle("big", centre, fontName="Helvetica-Bold", fontSize=25, leading=31, textColor=INK)
    party = ParagraphStyle("party", centre, fontName="Helvetica-Bold", fontSize=12.5, leading=18)
    rule = HRFlowable("60%", 0.8, color=INK, spaceBefore=18, spaceAfter=18)
    lines = [
        Paragraph(PARTIES[0], party),
        Paragraph("(the Customer)", centre),
        Spacer(1, 10),
        Paragraph("and", centre),
        Spacer(1, 10),
        Paragraph(PARTIES[1], party),
        Paragraph("(the Supplier)", centre),
    ]
    return [
        Spacer(1, 42 * mm),
        Paragraph(f"Dated {DATE}", centre),
        rule,
        Paragraph(TITLE, big),
        Spacer(1, 8),
        Paragraph(SUBJECT, centre),
        rule,
        *lines,
        Spacer(1, 46 * mm),
        Paragraph(f"<i>{EDITION}</i>", centre),
        NextPageTemplate("body"),
        PageBreak(),
    ]


def contents(styles: dict[str, Any]) -> list[Any]:
    """Return the heading and the table of contents."""
    toc = TableOfContents(dotsMinLevel=0)
    cell = styles["cell"]
    toc.levelStyles = [
        ParagraphStyle("toc0", cell, fontName="Helvetica-Bold", spaceBefore=5, leading=13),
        ParagraphStyle("toc1", cell, leftIndent=14, fontSize=10, leading=12.6),
    ]
    heading = ParagraphStyle("contents", styles["h1"])
    return [Paragraph("Contents", heading), toc, PageBreak()]


def flowables(block: Block, styles: dict[str, Any]) -> list[Any]:
    """Return the flowables of one block."""
    text = to_reportlab(block.text)
    if block.kind == "heading":
        start: list[Any] = [PageBreak()] if block.level == 1 and block.text != "Clauses" else []
        return [*start, Paragraph(text, styles[f"h{block.level}"])]
    if block.kind == "numbered":
        return [Paragraph(text, styles[f"number{block.level}"], bulletText=block.number)]
    if block.kind == "table":
        caption = Paragraph(text, styles["caption"])
        table = make_table(block, MEASURE, styles)
        return [KeepTogether([caption, table])] if len(block.rows) < 20 else [caption, table]
    if block.kind == "signatures":
        return []
    indented = ParagraphStyle("definition", styles["body"], leftIndent=34)
    return [Paragraph(text, indented if text.startswith("<b>") else styles["body"])]


def signatures(text: str, styles: dict[str, Any]) -> Any:
    """Return the block in which each party signs."""
    cells = [Paragraph(f"Signed by {part.strip()}", styles["cell"]) for part in text.split("|")]
    table = Table([["", ""], cells], [MEASURE / 2] * 2, [38, None], spaceBefore=14)
    table.setStyle(
        [("LINEABOVE", (i, 1), (i, 1), 0.6, INK) for i in (0, 1)]
        + [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("RIGHTPADDING", (0, 0), (-1, -1), 18),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ]
    )
    return table
