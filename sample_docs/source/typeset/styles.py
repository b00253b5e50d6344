"""Paragraph styles and tables shared by the two PDF documents."""

from __future__ import annotations

from typing import Any

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph, Table

from sample_docs.source.typeset.markup import Block, numeric_columns, to_reportlab

INK = colors.HexColor("#1b2733")
RULE = colors.HexColor("#7d8894")
SHADE = colors.HexColor("#e8ecef")


def sheet(body: float) -> dict[str, Any]:
    """Return the styles of a document whose body type has the given size in points."""
    base = ParagraphStyle(
        "body",
        fontName="Times-Roman",
        fontSize=body,
        leading=body * 1.32,
        spaceAfter=body * 0.5,
        alignment=TA_JUSTIFY,
        allowWidows=0,
        allowOrphans=0,
    )
    cell = ParagraphStyle("cell", base, fontSize=body * 0.84, leading=body, spaceAfter=0, alignment=0)
    head = {"fontName": "Helvetica-Bold", "alignment": 0, "keepWithNext": 1, "textColor": INK}
    made = [
        base,
        cell,
        ParagraphStyle("h1", base, **head | {"fontSize": 17, "leading": 21, "spaceAfter": 14}),
        ParagraphStyle(
            "h2", base, **head | {"fontSize": body + 1, "leading": body * 1.4, "spaceBefore": body, "spaceAfter": 5}
        ),
        ParagraphStyle(
            "h3",
            base,
            **head
            | {"fontName": "Helvetica-BoldOblique", "fontSize": body, "spaceBefore": body * 0.7, "spaceAfter": 4},
        ),
        ParagraphStyle("number0", base, leftIndent=34, bulletFontName="Times-Roman", bulletFontSize=body),
        ParagraphStyle(
            "number1", base, leftIndent=58, bulletIndent=34, bulletFontName="Times-Roman", bulletFontSize=body
        ),
        ParagraphStyle(
            "caption", cell, fontName="Helvetica-Bold", fontSize=body * 0.8, spaceBefore=7, spaceAfter=4, keepWithNext=1
        ),
        ParagraphStyle("figure", cell, fontName="Helvetica-Bold", fontSize=body * 0.8, spaceAfter=9),
        ParagraphStyle("cellhead", cell, fontName="Helvetica-Bold", fontSize=body * 0.76),
        ParagraphStyle("cellright", cell, alignment=TA_RIGHT),
        ParagraphStyle("headright", cell, fontName="Helvetica-Bold", fontSize=body * 0.76, alignment=TA_RIGHT),
        ParagraphStyle("note", base, fontSize=body * 0.8, leading=body, spaceAfter=1),
        ParagraphStyle(
            "ref", base, fontSize=body * 0.9, leading=body * 1.12, leftIndent=12, firstLineIndent=-12, spaceAfter=3
        ),
        ParagraphStyle("centre", base, alignment=TA_CENTER),
    ]
    return {style.name: style for style in made}


def make_table(block: Block, width: float, styles: dict[str, Any], pad: float = 4) -> Any:
    """Typeset a table block to the given width, with figures set to the right."""
    weights = block.weights or tuple(1.0 for _ in block.rows[0])
    right = numeric_columns(block.rows)
    data = []
    for index, row in enumerate(block.rows):
        names = ("headright", "cellhead") if index == 0 else ("cellright", "cell")
        pairs = zip(row, right, strict=True)
        data.append([Paragraph(to_reportlab(c), styles[names[0] if r else names[1]]) for c, r in pairs])
    table = Table(data, [width * w / sum(weights) for w in weights], repeatRows=1, spaceAfter=10)
    table.setStyle(
        [
            ("BACKGROUND", (0, 0), (-1, 0), SHADE),
            ("LINEABOVE", (0, 0), (-1, 0), 0.9, INK),
            ("LINEBELOW", (0, 0), (-1, 0), 0.6, INK),
            ("LINEBELOW", (0, 1), (-1, -1), 0.25, RULE),
            ("LINEBELOW", (0, -1), (-1, -1), 0.9, INK),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), pad),
            ("RIGHTPADDING", (0, 0), (-1, -1), pad),
            ("TOPPADDING", (0, 0), (-1, -1), pad * 0.7),
            ("BOTTOMPADDING", (0, 0), (-1, -1), pad * 0.9),
        ]
    )
    return table
