"""Draws the line chart of the research paper."""

from __future__ import annotations

from typing import Any

from reportlab.graphics.shapes import Drawing, Line, PolyLine, String
from reportlab.lib import colors

INKS = ("#1b2733", "#2f6f9f", "#b0772a", "#8c2f39")
DASHES = (None, (4, 2), (1, 2), (6, 2, 1, 2))
LEFT, BASE, RIGHT, TALL = 26.0, 28.0, 52.0, 170.0


def line_chart(rows: tuple[tuple[str, ...], ...], width: float) -> Any:
    """Draw one line for each column after the first, labelled at its end."""
    xs = [float(row[0]) for row in rows[1:]]
    drawing = Drawing(width, TALL)
    right, high = 30.0, 1.5
    across = (width - LEFT - RIGHT) / right
    up = (TALL - BASE - 8) / high
    axes(drawing, across, up, width)
    for index, name in enumerate(rows[0][1:]):
        ys = [float(row[index + 1]) for row in rows[1:]]
        points = [n for x, y in zip(xs, ys, strict=True) for n in (LEFT + x * across, BASE + y * up)]
        ink = colors.HexColor(INKS[index])
        drawing.add(PolyLine(points, strokeColor=ink, strokeWidth=1.1, strokeDashArray=DASHES[index]))
        label = name.replace("Oilseed rape", "Rape")
        drawing.add(String(points[-2] + 5, points[-1] - 3, label, fontName="Times-Italic", fontSize=8, fillColor=ink))
    return drawing


def axes(drawing: Any, across: float, up: float, width: float) -> None:
    """Draw the axes with their ticks and labels."""
    ink = colors.HexColor("#7d8894")
    drawing.add(Line(LEFT, BASE, width - RIGHT, BASE, strokeColor=ink, strokeWidth=0.6))
    drawing.add(Line(LEFT, BASE, LEFT, TALL - 4, strokeColor=ink, strokeWidth=0.6))
    for month in range(0, 31, 6):
        drawing.add(
            String(
                LEFT + month * across, BASE - 11, str(month), fontName="Times-Roman", fontSize=8, textAnchor="middle"
            )
        )
    for step in range(4):
        y = BASE + step * 0.5 * up
        drawing.add(Line(LEFT, y, width - RIGHT, y, strokeColor=colors.HexColor("#dde2e6"), strokeWidth=0.4))
        drawing.add(String(LEFT - 4, y - 3, f"{step * 0.5:.1f}", fontName="Times-Roman", fontSize=8, textAnchor="end"))
    drawing.add(
        String(
            (LEFT + width - RIGHT) / 2,
            4,
            "Months since calibration",
            fontName="Times-Roman",
            fontSize=8,
            textAnchor="middle",
        )
    )
