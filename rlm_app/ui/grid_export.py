"""Saving a grid as a workbook or as CSV."""

from __future__ import annotations

import re
from functools import partial
from urllib.parse import urlsplit

import streamlit as st

from rlm_app.build import App
from rlm_app.exports.xlsx_grid import csv_text, workbook
from rlm_app.grids import Grid

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def draw(app: App, owner: str, grid: Grid) -> None:
    """Draw the button that opens the ways to save the grid."""
    address = _address(st.context.url)
    with st.popover("Export", icon=":material/download:", help="Save this grid as a file"):
        st.download_button(
            "Workbook (XLSX)",
            data=partial(_workbook, app, owner, grid.id, address),
            file_name=f"{_file_name(grid)}.xlsx",
            mime=_EXCEL,
            key="grid-xlsx",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
            help="Quotations with their pages in a comment of each cell; each cell leads to its run",
        )
        st.download_button(
            "Table (CSV)",
            data=partial(_csv, app, owner, grid.id),
            file_name=f"{_file_name(grid)}.csv",
            mime="text/csv",
            key="grid-csv",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
            help="Beside each answer its quotations with their pages",
        )


def _workbook(app: App, owner: str, grid_id: str, address: str) -> bytes:
    view = app.grids.view(grid_id, owner)
    return workbook(view, app.grids.citations(view), address)


def _csv(app: App, owner: str, grid_id: str) -> bytes:
    view = app.grids.view(grid_id, owner)
    # Excel takes a CSV for UTF-8 only with a byte-order mark.
    return csv_text(view, app.grids.citations(view)).encode("utf-8-sig")


def _address(url: str | None) -> str:
    """Return where the app is reached, from the address of this page."""
    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rsplit('/', 1)[0]}" if parts.netloc else ""


def _file_name(grid: Grid) -> str:
    return re.sub(r"[^\w-]+", "-", grid.name).strip("-")[:60] or "grid"
