"""Excel workbooks: each sheet as rows of values, "cell | cell"."""

from __future__ import annotations

import datetime
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import zip_longest
from pathlib import Path
from typing import Any

from rlm_app.documents import reasons
from rlm_app.documents.loading import Loaded, OnProgress
from rlm_app.documents.pages import INSIDE, Part, clean
from rlm_app.documents.stretches import stretches
from rlm_app.documents.xlsx_comments import comments
from rlm_app.documents.zips import open_checked
from rlm_app.errors import DocumentError

_LAST_ROW = 1_048_576
_FORMULA = (b"<f>", b"<f ")


def load(path: Path, name: str, password: str | None, on_progress: OnProgress) -> Loaded:
    """Read XLSX and XLSM: the values that Excel saved, a formula only where it saved none; hidden sheets are named so.

    A sheet is one page while it is short; a longer one is cut between rows, labelled "Budget · rows 61–120".
    """
    with open_checked(path, name) as archive:
        said, has_formulas = comments(archive), _has_formulas(archive)
    with ExitStack() as opened:
        books = [_open(opened, path, name, values=values) for values in ((True, False) if has_formulas else (True,))]
        parts, hidden = _sheets(books, said, on_progress)
    if not any(kind == "text" for _, _, kind in parts):
        raise DocumentError(name, reasons.NO_TEXT)
    return Loaded(
        "xlsx", "sheet", parts, tuple(f"the sheet {title} is hidden in Excel; it is read too" for title in hidden)
    )


def _open(opened: ExitStack, path: Path, name: str, *, values: bool) -> Any:
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of features that the library does not keep, which is about writing
            # By its bytes: a path without a known ending is refused, and uploads have none.
            file = opened.enter_context(path.open("rb"))
            book = openpyxl.load_workbook(file, read_only=True, data_only=values, keep_links=False)
    except Exception as error:  # a broken workbook surfaces as KeyError, ValueError, ParseError, TypeError, …
        raise DocumentError(name, "is damaged and cannot be opened as an Excel workbook; get a fresh copy") from error
    opened.callback(book.close)
    return book


def _sheets(books: list[Any], said: dict[str, list[str]], on_progress: OnProgress) -> tuple[list[Part], list[str]]:
    parts: list[Part] = []
    hidden: list[str] = []
    total = len(books[0].worksheets)
    for number, sheets in enumerate(zip(*(book.worksheets for book in books), strict=True), 1):
        is_hidden = sheets[0].sheet_state != "visible"
        hidden += [sheets[0].title] if is_hidden else []
        title = clean(sheets[0].title) + (" (hidden)" if is_hidden else "")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parts += _sheet(title, list(sheets), said.get(sheets[0].title, []))
        on_progress(number, total)
    return parts, hidden


def _sheet(title: str, sheets: list[Any], said: list[str]) -> list[Part]:
    head = f"[sheet: {title}]\n"
    cut = stretches(_rows(sheets), "row")
    tail = "".join(f"{comment}\n" for comment in said) + "\n"
    if not cut:
        return [(title, head + tail if said else "", "text" if said else "empty")]
    (label, text, kind), (last, end, _) = cut[0], cut[-1]
    if len(cut) == 1:
        return [(title, head + text + tail, kind)]
    return [
        (f"{title}{INSIDE}{label}", head + text, kind),
        *((f"{title}{INSIDE}{label}", text, kind) for label, text, kind in cut[1:-1]),
        (f"{title}{INSIDE}{last}", end + tail, "text"),
    ]


def _rows(sheets: list[Any]) -> Iterator[tuple[int, str]]:
    """Yield the number and the text of each row that holds something; the second sheet gives formulas without values."""
    for sheet in sheets:
        sheet.reset_dimensions()  # what the file says of its own size is often wrong, and may be hostile
    for number, row in enumerate(zip_longest(*(sheet.iter_rows() for sheet in sheets), fillvalue=()), 1):
        if number > _LAST_ROW:  # a row that says it is the billionth has the library count up to it
            return
        cells = [_best(each) for each in zip_longest(*row)]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield number, " | ".join(cells) + "\n"


def _best(cells: tuple[Any, ...]) -> str:
    return next((shown for cell in cells if cell is not None and (shown := _shown(cell))), "")


def _shown(cell: Any) -> str:
    """Return a value as the sheet shows it, as far as that matters: dates, percent, no line breaks."""
    value = getattr(cell.value, "text", cell.value)  # an array formula carries its text
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        percent = "%" in str(cell.number_format)
        return f"{value * 100:.12g}%" if percent else f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        return str(value.date() if value.time() == datetime.time() else value)
    return " ".join(clean(str(value)).split())


def _has_formulas(archive: zipfile.ZipFile) -> bool:
    """Whether a formula stands in any sheet."""
    for entry in archive.namelist():
        if entry.startswith("xl/worksheets/") and entry.endswith(".xml"):
            with archive.open(entry) as sheet:
                while chunk := sheet.read(1 << 20):
                    if any(mark in chunk for mark in _FORMULA):
                        return True
    return False
