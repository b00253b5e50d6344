"""The papers that the browser tests add: made up, small, the same each time."""

from __future__ import annotations

from pathlib import Path

from fpdf import FPDF


def lease(path: Path) -> Path:
    """Write a lease of three pages, one clause a page, as a PDF."""
    paper = FPDF()
    for number in range(1, 4):
        paper.add_page()
        paper.set_font("Helvetica", size=12)
        text = f"Clause {number}. Either party may end this lease by giving ninety days written notice.\n"
        paper.multi_cell(0, 8, f"{text}Schedule {number} holds the rent and the days on which it is due to be paid.")
    paper.output(str(path))
    return path
