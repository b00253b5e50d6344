"""Jupyter notebooks: a page for each cell, with what it printed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from rlm_app.documents import reasons, text
from rlm_app.documents.loading import Loaded, OnProgress
from rlm_app.documents.pages import Part, part
from rlm_app.errors import DocumentError

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def load(path: Path, name: str, password: str | None, on_progress: OnProgress) -> Loaded:
    """Read IPYNB: Markdown and code as written, outputs as text; pictures are left out. Other JSON is read as JSON."""
    whole, notes = text.decoded(path, name)
    try:
        book = json.loads(whole)
    except (ValueError, RecursionError) as error:
        raise DocumentError(name, "is damaged and cannot be read as a notebook; get a fresh copy") from error
    cells = _cells(book)
    if cells is None:
        return Loaded("json", "lines", text.stretches(text.lines(whole)), notes)
    parts = [_part(number, cell) for number, cell in enumerate(cells, 1)]
    if not any(kind == "text" for _, _, kind in parts):
        raise DocumentError(name, reasons.NO_TEXT)
    on_progress(len(parts), len(parts))
    return Loaded("ipynb", "cell", parts, notes)


def _cells(book: Any) -> list[dict[str, Any]] | None:
    """Return the cells of a notebook, of the old layout with worksheets too; None where there are none."""
    if not isinstance(book, dict):
        return None
    sheets = book.get("worksheets") if "cells" not in book else [book]
    if not isinstance(sheets, list):
        return None
    lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
    return [cell for cells in lists if isinstance(cells, list) for cell in cells if isinstance(cell, dict)]


def _part(number: int, cell: dict[str, Any]) -> Part:
    outputs = cell.get("outputs")
    shown = [_output(each) for each in outputs if isinstance(each, dict)] if isinstance(outputs, list) else []
    said = "\n".join(filter(None, shown))
    source = _joined(cell.get("source", cell.get("input")))
    label, found, kind = part(str(number), source + (f"\n[output]\n{said}" if said else ""))
    return f"{label} ({cell.get('cell_type', 'code')})", found, kind


def _output(output: dict[str, Any]) -> str:
    """Return the plain text of an output: what was printed, the value, or the error."""
    if "ename" in output:
        return f"{output.get('ename')}: {output.get('evalue', '')}"
    data = output.get("data")
    plain = data.get("text/plain") if isinstance(data, dict) else output.get("text")
    return _COLOUR.sub("", _joined(plain)).rstrip()


def _joined(lines: Any) -> str:
    return "".join(str(line) for line in lines) if isinstance(lines, list) else str(lines or "")
