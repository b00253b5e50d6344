"""An answer with its references as PDF, set with a font of the machine that has the letters it needs."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from rlm_app.exports.blocks import Block, Run
from rlm_app.exports.listing import Paper, Reference

_FOLDERS = (
    *("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts"),
    *("/System/Library/Fonts/Supplemental", "/Library/Fonts", "C:/Windows/Fonts"),
)
# Regular, bold, italic; the first family of which all files are there is taken.
_FAMILIES = (
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf"),
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "NotoSans-Italic.ttf"),
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf", "LiberationSans-Italic.ttf"),
    ("Arial.ttf", "Arial Bold.ttf", "Arial Italic.ttf"),
    ("arial.ttf", "arialbd.ttf", "ariali.ttf"),
)
_TEXT, _SMALL, _LINE = 10.5, 9.0, 5.2
_PICTURE = 170.0
"""Millimetres that the picture of a page is high at most."""
_TYPOGRAPHIC = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "–": "-", "—": "-", "…": "...", "€": "EUR"}
)


def pdf(paper: Paper, pictures: Mapping[int, bytes]) -> bytes:
    """Return the document; a sign that no font of the machine has is set as "?" and counted on the last page."""
    sheet = _Sheet(_family())
    sheet.heading(paper.question, 1)
    for block in paper.answer:
        sheet.block(block)
    sheet.heading("References", 2)
    for reference in paper.references:
        sheet.reference(reference)
    sheet.paragraph((Run(paper.sentence),))
    sheet.heading("The run", 2)
    for label, value in paper.facts:
        sheet.paragraph((Run(f"{label}: ", bold=True), Run(value)), _SMALL)
    shown = [reference for reference in paper.references if pictures.get(reference.number)]
    for number, reference in enumerate(shown):
        sheet.page(reference, pictures[reference.number], title="" if number else "Quoted pages")
    if sheet.missing:
        told = f"{sheet.missing:,} signs are in no font of the machine that made this file; its Word form has them."
        sheet.paragraph((Run(told, italic=True),), _SMALL)
    return sheet.finished()


class _Sheet:
    """Pages that are filled from top to bottom; `missing` counts signs that could not be set."""

    def __init__(self, family: tuple[Path, Path, Path] | None) -> None:
        import fpdf

        self.missing = 0
        self._pdf: Any = fpdf.FPDF(format="A4")
        self._pdf.set_margins(22, 20)
        self._pdf.set_auto_page_break(auto=True, margin=20)
        self._font, self._known = "Helvetica", frozenset[int]()
        if family:
            self._font = "text"
            for path, style in zip(family, ("", "B", "I"), strict=True):
                self._pdf.add_font("text", style, path)
            loaded: Any = self._pdf.fonts["text"]
            self._known = frozenset(loaded.cmap)
        self._pdf.add_page()

    def finished(self) -> bytes:
        """Return the finished file."""
        target = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the font library tells of tables it leaves out
            self._pdf.output(target)
        return target.getvalue()

    def heading(self, text: str, level: int) -> None:
        """Set a heading with room above it."""
        self._pdf.ln(0 if level == 1 else 3)
        self.paragraph((Run(" ".join(text.split()), bold=True),), max(_TEXT, 18 - 2.5 * level))

    def block(self, block: Block) -> None:
        """Set a block of the answer."""
        if block.kind == "heading":
            self.paragraph(tuple(Run(run.text, True, reference=run.reference) for run in block.runs), 13)
        elif block.kind == "table":
            for row in block.rows:
                cells = [run for cell in row for run in (*cell, Run("  |  "))][:-1]
                self.paragraph(cells, _SMALL)
        elif block.kind != "rule":
            sign = {"bullet": "•  ", "number": "–  "}.get(block.kind, "")
            indent = 6 if sign or block.kind in {"quote", "code"} else 0
            self.paragraph((Run(sign), *block.runs), _SMALL if block.kind == "code" else _TEXT, indent)

    def reference(self, reference: Reference) -> None:
        """Set a quotation with its place."""
        place = f" ({reference.place})" if reference.place else ""
        head = (Run(f"[{reference.number}] "), Run(reference.verdict, bold=True), Run(f"{place}: "))
        self.paragraph((*head, Run(f"“{' '.join(reference.quote.split())}”")), _SMALL)
        if reference.detail:
            self.paragraph((Run(reference.detail, italic=True),), _SMALL, 6)

    def page(self, reference: Reference, picture: bytes, title: str) -> None:
        """Set the picture of a quoted page below its place, with a thin line around it, under a `title` if it has one."""
        if self._pdf.will_page_break(_PICTURE + 20):
            self._pdf.add_page()
        if title:
            self.heading(title, 2)
        self.paragraph((Run(f"[{reference.number}] {reference.place}"),), _SMALL)
        x, y = self._pdf.l_margin, self._pdf.get_y()
        words = f"{reference.place}, with the quoted passage framed"
        size = {"w": self._pdf.epw, "h": _PICTURE, "keep_aspect_ratio": True}
        drawn = self._pdf.image(io.BytesIO(picture), x=x, y=y, alt_text=words, **size)
        left = x + (self._pdf.epw - drawn.rendered_width) / 2
        self._pdf.set_draw_color(184, 180, 168)
        self._pdf.rect(left, y + (_PICTURE - drawn.rendered_height) / 2, drawn.rendered_width, drawn.rendered_height)
        self._pdf.set_y(y + _PICTURE + 5)

    def paragraph(self, runs: Sequence[Run], size: float = _TEXT, indent: float = 0) -> None:
        """Set runs of text one after the other, then begin a new line."""
        left = self._pdf.l_margin
        self._pdf.set_left_margin(left + indent)
        for run in runs:
            style = "B" if run.bold else "I" if run.italic else ""
            self._pdf.set_font(self._font, style, size * 0.75 if run.reference else size)
            text = f" [{run.reference}]" if run.reference else run.text
            self._pdf.write(_LINE * size / _TEXT, self._settable(text))
        self._pdf.set_left_margin(left)
        self._pdf.ln(_LINE * size / _TEXT + 1.5)

    def _settable(self, text: str) -> str:
        if not self._known:
            text = text.translate(_TYPOGRAPHIC)
        signs = [sign if self._has(sign) else "?" for sign in text]
        self.missing += sum(was != now for was, now in zip(text, signs, strict=True))
        return "".join(signs)

    def _has(self, sign: str) -> bool:
        return sign in "\n\t" or (ord(sign) in self._known if self._known else 31 < ord(sign) < 256)


@cache
def _family() -> tuple[Path, Path, Path] | None:
    """Return the files of a font family of this machine, None where there is none of those that are known."""
    there = {path.name: path for folder in _FOLDERS for path in Path(folder).expanduser().rglob("*.[tT][tT][fF]")}
    for regular, bold, italic in _FAMILIES:
        if regular in there and bold in there and italic in there:
            return there[regular], there[bold], there[italic]
    return None
