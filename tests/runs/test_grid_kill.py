"""A grid whose app is killed half-way, carried on by another process, and saved as a workbook."""

import io
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from openpyxl import load_workbook

from rlm_app.build import open_app
from rlm_app.events import ModelReplied, RunStarted
from rlm_app.exports.xlsx_grid import workbook
from rlm_app.grids import Standing
from rlm_app.settings import Settings
from tests.runs.grid_child import OWNER

ROOT = Path(__file__).resolve().parents[2]


def child(home: Path, documents: int, questions: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.runs.grid_child", str(home), str(documents), str(questions)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment)


def kill_at(home: Path, documents: int, questions: int, done: int) -> None:
    """Carry the home's grid on in a process of its own, and kill that once so many cells are done."""
    process = child(home, documents, questions)
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= done:
            break
    process.kill()
    process.wait(10)
    process.stdout.close()


def check(home: Path, documents: int, questions: int) -> None:
    """Kill the grid half-way, carry it on, and see that no cell was computed twice and that the workbook opens."""
    cells = documents * questions
    kill_at(home, documents, questions, cells // 2)
    app = open_app(Settings(home))
    try:
        grid = app.grids.all(OWNER)[0]
        halfway = app.grids.view(grid.id, OWNER)
        kept = {s.cell.run_id: s.record for s in halfway.squares if s.standing is Standing.DONE}
        begun = {s.cell.run_id for s in halfway.squares if s.record}
        assert cells // 2 <= len(kept) < cells
        assert app.grids.run(grid.id, OWNER, {}).wait(400)

        view = app.grids.view(grid.id, OWNER)
        assert Counter(square.standing for square in view.squares) == {Standing.DONE: cells}
        runs = app.store.runs(OWNER, 10_000)
        assert len(runs) == cells  # each cell has one run and no run is without a cell
        assert {record.id for record in runs} == {square.cell.run_id for square in view.squares} >= begun
        assert {record.id: record for record in runs if record.id in kept} == kept
        for record in runs:
            events = app.store.events(record.id, OWNER)
            turns = [event.iteration for event in events if isinstance(event, ModelReplied)]
            assert len(turns) == len(set(turns)), "a turn that was answered before the kill was not asked again"
            assert sum(isinstance(event, RunStarted) for event in events) == 1

        citations = app.grids.citations(view)
        book = load_workbook(io.BytesIO(workbook(view, citations, "http://127.0.0.1:8501")))
    finally:
        app.close()
    assert (book["Grid"].max_row, book["Grid"].max_column) == (documents + 1, questions + 1)
    quoting = [cell for row in book["Grid"]["B2:Z99"] for cell in row if cell.comment]
    assert len(quoting) == sum(bool(found) for found in citations.values()) >= cells // 2
    assert all(re.search(r"” \(contract-\d\d\.pdf, page [123]\): Found", cell.comment.text) for cell in quoting)
    assert all(cell.hyperlink.target.startswith("http://127.0.0.1:8501/run?run=") for cell in quoting)
    assert book["Quotes"].max_row == 1 + sum(len(found) for found in citations.values())


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_hundred_cells_killed_half_way_go_on_and_none_is_computed_twice(tmp_path: Path) -> None:
    check(tmp_path, 20, 5)
