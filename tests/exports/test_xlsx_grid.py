import csv
import io
import zipfile
from typing import Any

from openpyxl import load_workbook

from rlm_app.citations import Citation, Verdict
from rlm_app.exports.xlsx_grid import csv_text, workbook
from rlm_app.grids import Grid, GridCell, GridColumn, GridRow, GridView
from rlm_app.records import RunRecord, RunSpec
from rlm_app.runs.grid_cells import order_of, view
from rlm_app.types import RunState

ORDER = RunSpec("", (), "openai", "big", "small")
HOSTILE = '=HYPERLINK("http://evil","pay")'
ROWS = (GridRow("r1", "1" * 64, "lease.pdf"), GridRow("r2", "2" * 64, "=cmd|'/c calc'!A1.pdf"))
COLUMNS = (GridColumn("c1", "What ends it?"), GridColumn("c2", "+1+cmd"))
GRID = Grid("g", "ann", "Contracts", ORDER, ROWS, COLUMNS)
QUOTES = [
    Citation("with ninety days' notice", Verdict.FOUND, "1" * 64, "lease.pdf", 10, 34, page="4", unit="page"),
    Citation("a sentence of nobody", Verdict.NOT_FOUND),
]


def record(row: GridRow, column: GridColumn, run_id: str, answer: str, **changes: Any) -> RunRecord:
    found = {"state": RunState.DONE, "quotes_found": 1, "quotes_total": 2, **changes}
    return RunRecord(run_id, "ann", order_of(GRID, row, column), boot="b", created=1.0, answer=answer, **found)


def seen() -> GridView:
    records = [
        record(ROWS[0], COLUMNS[0], "run1", "**Ninety days.**\n\nIt says so."),
        record(ROWS[1], COLUMNS[0], "run2", HOSTILE),
    ]
    cells = [
        GridCell("r1", "c1", "run1"),
        GridCell("r2", "c1", "run2"),
        GridCell("r1", "c2", edited="-2+3", edited_at=1.0),
        GridCell("r2", "c2", problem="There is no text in it.\x00"),
    ]
    return view(GRID, cells, records)


def test_a_workbook_opens_with_answers_and_with_quotes_and_pages_in_comments() -> None:
    book = load_workbook(io.BytesIO(workbook(seen(), {"run1": QUOTES})))
    sheet = book["Grid"]
    assert [cell.value for cell in sheet["A"]] == ["Document", "lease.pdf", ROWS[1].name]
    assert sheet["B2"].value == "Ninety days."
    told = sheet["B2"].comment.text
    assert "“with ninety days' notice” (lease.pdf, page 4): Found" in told
    assert "“a sentence of nobody” (–): Not found" in told
    assert sheet["C2"].comment.text.startswith("Edited by a person")
    assert "There is no text in it." in sheet["C3"].comment.text
    assert [cell.value for cell in book["Quotes"][2]][:5] == [
        "lease.pdf",
        "What ends it?",
        "with ninety days' notice",
        "Found",
        "lease.pdf, page 4",
    ]
    assert book["Answers"]["D2"].value == "**Ninety days.**\n\nIt says so."


def test_a_cell_leads_to_its_run_where_the_apps_address_is_known_and_else_to_its_quotes() -> None:
    with_address = load_workbook(io.BytesIO(workbook(seen(), {"run1": QUOTES}, "https://ask.example/")))["Grid"]
    assert with_address["B2"].hyperlink.target == "https://ask.example/run?run=run1"
    without = load_workbook(io.BytesIO(workbook(seen(), {"run1": QUOTES})))["Grid"]
    assert (without["B2"].hyperlink.target, without["B2"].hyperlink.location) == (None, "'Quotes'!A2")


def test_nothing_in_a_workbook_is_a_formula_whatever_a_model_wrote() -> None:
    data = workbook(seen(), {"run1": QUOTES}, "https://ask.example")
    book = load_workbook(io.BytesIO(data))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s"}
    assert book["Grid"]["B3"].value == HOSTILE
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 3
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)


def test_a_csv_has_quotes_and_pages_beside_each_answer_and_nothing_that_acts() -> None:
    lines = list(csv.reader(io.StringIO(csv_text(seen(), {"run1": QUOTES}))))
    assert lines[0] == ["Document", "What ends it?", "What ends it? (quotations)", "'+1+cmd", "'+1+cmd (quotations)"]
    assert lines[1][1] == "Ninety days."
    assert "(lease.pdf, page 4): Found" in lines[1][2]
    assert lines[1][3] == "'-2+3"
    assert lines[2][:2] == [f"'{ROWS[1].name}", f"'{HOSTILE}"]
    assert not any(text.startswith(("=", "+", "-", "@")) for line in lines for text in line)


def test_an_answer_longer_than_a_cell_takes_is_clipped_and_control_characters_go() -> None:
    long = [record(ROWS[0], COLUMNS[0], "run1", "word\x07 " * 20_000)]
    book = load_workbook(io.BytesIO(workbook(view(GRID, [GridCell("r1", "c1", "run1")], long), {})))
    assert len(book["Answers"]["D2"].value) <= 32_767
    assert book["Grid"]["B2"].value.endswith("…")
