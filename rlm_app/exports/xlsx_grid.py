"""A grid as a workbook or as CSV: each answer with its quotations, their pages and the way back to its run.

What stands in a cell was written by a model or in a document, so nothing in it may act: no formula, no link of its own.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rlm_app.citations import Citation, Verdict
from rlm_app.exports.inert import ACTIVE, inert
from rlm_app.grids import GridView, Square, Standing
from rlm_app.turning import level

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Citations = Mapping[str, Sequence[Citation]]
"""The quotations of each run's answer, by the run's id."""

MOST = 32_000  # characters that Excel keeps in a cell or a comment, less what we add
SHOWN = 8  # quotations of a comment; all are on the second sheet
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff￾￿]")
_COLORS = {"found": "E3F1E6", "look": "FBEBD3", "failed": "F9DEDC", "edited": "E4EAF8"}
_QUOTES = ("Document", "Question", "Quotation", "Verdict", "Where", "Run")
_ANSWERS = ("Document", "Question", "State", "Answer", "Run")


def workbook(view: GridView, citations: Citations, address: str = "") -> bytes:
    """Return the grid as an XLSX file: a sheet of short answers, one of quotations with their pages, one of whole answers.

    A cell's comment holds its quotations with their pages. `address` is where the app is reached ("https://…"); cells
    then lead to the page of their run, else to their quotations on the second sheet.
    """
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Grid"
    quotes, answers = book.create_sheet("Quotes"), book.create_sheet("Answers")
    _fill_quotes(quotes, view, citations, address)
    _fill_answers(answers, view, address)
    _fill_grid(sheet, view, citations, address)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def csv_text(view: GridView, citations: Citations) -> str:
    """Return the grid as CSV: a line for each document, and beside each answer its quotations with their pages."""
    kept = io.StringIO()
    writer = csv.writer(kept, lineterminator="\r\n")
    heads = [head for column in view.grid.columns for head in (column.question, f"{column.question} (quotations)")]
    writer.writerow([inert(text) for text in ("Document", *heads)])
    for row in view.grid.rows:
        cells = [text for square in view.row(row) for text in (shown(square), _told(square, citations))]
        writer.writerow([inert(text) for text in (row.name, *cells)])
    return kept.getvalue()


def shown(square: Square) -> str:
    """Return what stands in a cell; its state in brackets where that is not an answer that holds today."""
    if square.standing in {Standing.DONE, Standing.EDITED, Standing.EMPTY}:
        return square.text
    return f"[{square.standing}] {square.text}".strip()


def place_of(citation: Citation) -> str:
    """Return where a quotation stands: "lease.pdf, page 4"; a dash where it is nowhere."""
    if not citation.document or citation.verdict is Verdict.NOT_FOUND:
        return "–"
    unit, label = citation.unit or "page", citation.page
    named = not label or unit in {"lines", "rows"} or label.lower().startswith(unit.lower())
    return f"{citation.document}, {label if named else f'{unit} {label}'}".rstrip(", ")


def _fill_grid(sheet: Worksheet, view: GridView, citations: Citations, address: str) -> None:
    _heads(
        sheet, ["Document", *(column.question for column in view.grid.columns)], [36] + [44] * len(view.grid.columns)
    )
    sheet.freeze_panes = "B2"
    lines = _quote_lines(view, citations)
    for number, row in enumerate(view.grid.rows, 2):
        _put(sheet, number, 1, row.name)
        for spot, square in enumerate(view.row(row), 2):
            cell = _put(sheet, number, spot, _clipped(shown(square)))
            _mark(cell, square)
            if comment := _told(square, citations, SHOWN):
                cell.comment = _comment(comment)
            if link := _link(square, address):
                cell.hyperlink = link
            elif square.cell.run_id in lines and square.cell.edited is None:
                _lead(sheet, cell, f"'Quotes'!A{lines[square.cell.run_id]}")


def _fill_quotes(sheet: Worksheet, view: GridView, citations: Citations, address: str) -> None:
    _heads(sheet, _QUOTES, [30, 40, 70, 16, 30, 40])
    number = 2
    for square in view.squares:
        row, column = _named(view, square)
        for citation in _of(square, citations):
            values = (row, column, citation.quote, str(citation.verdict), place_of(citation))
            _line(sheet, number, values, _link(square, address))
            number += 1


def _fill_answers(sheet: Worksheet, view: GridView, address: str) -> None:
    _heads(sheet, _ANSWERS, [30, 40, 16, 90, 40])
    done = [square for square in view.squares if square.standing is not Standing.EMPTY]
    for number, square in enumerate(done, 2):
        record = square.record
        values = (
            *_named(view, square),
            str(square.standing),
            (record.answer or record.error) if record else square.why,
        )
        _line(sheet, number, values, _link(square, address))


def _quote_lines(view: GridView, citations: Citations) -> dict[str, int]:
    """Return on which line of the second sheet the quotations of each run begin."""
    lines, number = {}, 2
    for square in view.squares:
        found = _of(square, citations)
        if found:
            lines[square.cell.run_id] = number
        number += len(found)
    return lines


def _told(square: Square, citations: Citations, most: int | None = None) -> str:
    """Return the quotations of a cell, each with its page and its verdict, one a line; that a person wrote it first."""
    found = _of(square, citations)
    lines = [f"“{citation.quote}” ({place_of(citation)}): {citation.verdict}" for citation in found[:most]]
    if most is not None and len(found) > most:
        lines.append(f"… and {len(found) - most} more on the sheet Quotes")
    if square.standing is Standing.EDITED:
        lines.insert(0, "Edited by a person." + (" The run it replaces quoted:" if lines else ""))
    if square.why:
        lines.insert(0, square.why)
    return _clipped("\n".join(lines))


def _of(square: Square, citations: Citations) -> Sequence[Citation]:
    return citations.get(square.cell.run_id, ()) if square.record else ()


def _named(view: GridView, square: Square) -> tuple[str, str]:
    row, column = view.grid.row(square.place.row), view.grid.column(square.place.column)
    return row.name if row else "", column.question if column else ""


def _heads(sheet: Worksheet, texts: Sequence[str], widths: Sequence[int]) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    for spot, (text, width) in enumerate(zip(texts, widths, strict=True), 1):
        _put(sheet, 1, spot, text).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(spot)].width = width
    sheet.freeze_panes = "A2"


def _line(sheet: Worksheet, number: int, values: Sequence[str], link: str) -> None:
    for spot, value in enumerate(values, 1):
        _put(sheet, number, spot, _clipped(value))
    if link:
        _put(sheet, number, len(values) + 1, link).hyperlink = link


def _put(sheet: Worksheet, row: int, column: int, text: str) -> Any:
    """Write a text as a text: a spreadsheet takes one that begins with "=" for a formula unless it is told otherwise."""
    from openpyxl.styles import Alignment

    cell = sheet.cell(row, column)
    cell.value = _FORBIDDEN.sub("", level(text))
    cell.data_type = "s"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.quotePrefix = text.startswith(ACTIVE)
    return cell


def _mark(cell: Any, square: Square) -> None:
    from openpyxl.styles import PatternFill

    color = _COLORS.get(_kind(square))
    if color:
        cell.fill = PatternFill("solid", fgColor=color)


def _kind(square: Square) -> str:
    if square.standing is Standing.EDITED:
        return "edited"
    if square.standing is Standing.FAILED:
        return "failed"
    record = square.record
    if record is None or not record.quotes_total:
        return ""
    return "found" if record.quotes_found == record.quotes_total and square.standing is Standing.DONE else "look"


def _comment(text: str) -> Any:
    from openpyxl.comments import Comment

    comment = Comment(_FORBIDDEN.sub("", level(text)), "Ask long documents")
    comment.width, comment.height = 420, min(60 + 18 * (text.count("\n") + len(text) // 60), 420)
    return comment


def _lead(sheet: Worksheet, cell: Any, place: str) -> None:
    """Let a cell lead to a place of the same workbook."""
    from openpyxl.worksheet.hyperlink import Hyperlink

    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=place)


def _link(square: Square, address: str) -> str:
    return f"{address.rstrip('/')}/run?run={square.record.id}" if address and square.record else ""


def _clipped(text: str) -> str:
    return text if len(text) <= MOST else text[:MOST] + "…"
