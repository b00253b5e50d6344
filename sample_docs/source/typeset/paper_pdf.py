"""Sets the research paper as a two-column PDF with footnotes at the foot of their columns."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Frame,
    FrameBreak,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
)

from sample_docs.source.typeset.chart import line_chart
from sample_docs.source.typeset.markup import Block, to_reportlab
from sample_docs.source.typeset.styles import INK, RULE, make_table, sheet

RUNNING = ("Thistlewood, Castellan, Pellingham and Vask", "How long does a calibration last?")
WIDTH, HEIGHT = A4
LEFT, TOP, BOTTOM, GUTTER = 23 * mm, 27 * mm, 26 * mm, 7 * mm
MEASURE = WIDTH - 2 * LEFT
COLUMN = (MEASURE - GUTTER) / 2
MOST_PAGES = 30
Places = dict[tuple[int, int], list[str]]


def build(blocks: list[Block], target: Path) -> None:
    """Write the paper, setting it again until every footnote stands below its mark."""
    places: Places = {}
    for _ in range(8):
        found = set_once(blocks, target, places)
        if found == places:
            return
        places = found
    raise RuntimeError("the footnotes do not settle")


def set_once(blocks: list[Block], target: Path, places: Places) -> Places:
    """Typeset the paper with footnotes in the given places and return the places of their marks."""
    styles = sheet(10.3)
    notes = {
        b.number: Paragraph(f"<super>{b.number}</super> {to_reportlab(b.text)}", styles["note"])
        for b in blocks
        if b.kind == "fn"
    }
    front = title_block([b for b in blocks if is_front(b)], styles)
    found: Places = {}
    doc = BaseDocTemplate(
        str(target), pagesize=A4, invariant=1, title=blocks[0].text, author=blocks[1].text, subject="Research paper"
    )
    doc.addPageTemplates(templates(front, notes, places))
    story = [NextPageTemplate([f"p{page}" for page in range(2, MOST_PAGES)]), *front, FrameBreak()]
    wide = False
    for before, block in zip([blocks[0], *blocks], blocks, strict=False):
        wide = wide or block.kind == "onecolumn"
        if block.kind == "heading" and before.kind != "heading":
            story.append(CondPageBreak(70))
        story += flowables(block, styles, MEASURE if wide else COLUMN)
    doc.build(story, canvasmaker=partial(marking_canvas, found))
    return found


def is_front(block: Block) -> bool:
    """Tell whether a block belongs above the columns of the first page."""
    return block.kind in ("title", "authors", "affiliation", "abstract", "keywords")


def marking_canvas(found: Places, *args: Any, **kwargs: Any) -> Any:
    """Return a canvas that records the page and column in which each footnote mark is drawn."""
    canvas = Canvas(*args, **kwargs)

    def footmark(canv: Any, kind: str, label: str) -> None:
        """Record one footnote mark."""
        column = int(canv.absolutePosition(0, 0)[0] > WIDTH / 2)
        found.setdefault((canv.getPageNumber(), column), []).append(label)

    canvas.setNamedCB("footmark", footmark)
    return canvas


def note_height(notes: list[Any]) -> float:
    """Return the height which footnotes and the rule above them take at the foot of a column."""
    return sum(n.wrap(COLUMN, HEIGHT)[1] + 2 for n in notes) + 12 if notes else 0.0


def templates(front: list[Any], notes: dict[str, Any], places: Places) -> list[Any]:
    """Return a page template for each page, shortened by its footnotes, and one for the appendix."""
    made = []
    for page in range(1, MOST_PAGES):
        head = sum(f.wrap(MEASURE, HEIGHT)[1] + f.getSpaceAfter() for f in front) + 16 if page == 1 else 0
        frames = [Frame(LEFT, HEIGHT - TOP - head, MEASURE, head, 0, 0, 0, 0)] if head else []
        drawn: list[tuple[int, list[Any]]] = []
        for column in (0, 1):
            here = [notes[label] for label in places.get((page, column), [])]
            foot = note_height(here)
            x = LEFT + column * (COLUMN + GUTTER)
            frames.append(Frame(x, BOTTOM + foot, COLUMN, HEIGHT - TOP - BOTTOM - head - foot, 0, 0, 0, 0))
            drawn.append((column, here))
        made.append(PageTemplate(f"p{page}", frames, onPageEnd=partial(draw_page, drawn)))
    full = Frame(LEFT, BOTTOM, MEASURE, HEIGHT - TOP - BOTTOM, 0, 0, 0, 0)
    return [*made, PageTemplate("wide", [full], onPageEnd=partial(draw_page, []))]


def draw_page(columns: list[tuple[int, list[Any]]], canvas: Any, doc: Any) -> None:
    """Draw the footnotes, the running head and the page number."""
    canvas.saveState()
    canvas.setStrokeColor(RULE)
    canvas.setFillColor(INK)
    for column, notes in columns:
        x, y = LEFT + column * (COLUMN + GUTTER), BOTTOM + note_height(notes)
        if notes:
            canvas.line(x, y - 5, x + COLUMN * 0.4, y - 5)
        y -= 10
        for note in notes:
            y -= note.wrap(COLUMN, HEIGHT)[1]
            note.drawOn(canvas, x, y)
            y -= 2
    canvas.setFont("Times-Italic", 8.5)
    if doc.page > 1:
        canvas.drawCentredString(WIDTH / 2, HEIGHT - 17 * mm, RUNNING[doc.page % 2])
    canvas.setFont("Times-Roman", 9)
    canvas.drawCentredString(WIDTH / 2, 14 * mm, str(doc.page))
    canvas.restoreState()


def title_block(blocks: list[Block], styles: dict[str, Any]) -> list[Any]:
    """Return the title, authors, abstract and keywords."""
    centre = styles["centre"]
    abstract = ParagraphStyle("abstract", styles["body"], leftIndent=28, rightIndent=28, fontSize=9.6, leading=12.4)
    kinds = {
        "title": ("{}", ParagraphStyle("title", centre, fontName="Times-Bold", fontSize=18, leading=22, spaceAfter=10)),
        "authors": ("{}", ParagraphStyle("authors", centre, fontSize=11.5, spaceAfter=3)),
        "affiliation": ("<i>{}</i>", ParagraphStyle("affiliation", centre, fontSize=9.5, spaceAfter=12)),
        "abstract": ("<b>Abstract.</b> {}", abstract),
        "keywords": ("<b>Keywords:</b> {}", abstract),
    }
    return [Paragraph(kinds[b.kind][0].format(to_reportlab(b.text)), kinds[b.kind][1]) for b in blocks]


def flowables(block: Block, styles: dict[str, Any], width: float) -> list[Any]:
    """Return the flowables of one block of the body."""
    text = to_reportlab(block.text)
    if block.kind == "table":
        table = make_table(block, width, styles, pad=3)
        return [KeepTogether([Paragraph(text, styles["caption"]), table])]
    if block.kind == "figure":
        return [
            KeepTogether([Spacer(1, 4), line_chart(block.rows, width), Spacer(1, 4), Paragraph(text, styles["figure"])])
        ]
    if block.kind == "onecolumn":
        return [NextPageTemplate("wide"), PageBreak()]
    names = {"heading": f"h{block.level}", "para": "body", "ref": "ref", "equation": "centre"}
    return [Paragraph(text, styles[names[block.kind]])] if block.kind in names else []
