import csv
import io
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from rlm_app.cli import main

QUESTIONS = "Which notice period applies?\n\nWhen are fees due?\n"
SCRIPT = {
    "root": ["```repl\nanswer['content'] = 'Ninety days: “with ninety days’ notice”.'\nanswer['ready'] = True\n```"],
    "cost": 0.0,
}


@pytest.fixture
def contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    script, file = tmp_path / "script.json", tmp_path / "contract.txt"
    script.write_text(json.dumps(SCRIPT), encoding="utf-8")
    file.write_text("The supplier may end this agreement with ninety days' notice.\n", encoding="utf-8")
    (tmp_path / "questions.txt").write_text(QUESTIONS, encoding="utf-8")
    monkeypatch.setenv("RLM_APP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RLM_APP_SCRIPT", str(script))
    return str(file)


def test_a_grid_is_laid_out_estimated_run_and_written_and_nothing_is_run_twice(
    contract: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = ["grid", "Contracts", contract, "--questions", str(tmp_path / "questions.txt"), "--backend", "scripted"]
    assert main([*first, "--estimate"]) == 0
    assert "2 of 2 cells to run: " in capsys.readouterr().err

    assert main(["grid", "Contracts"]) == 0
    said = capsys.readouterr()
    assert said.err.count("done: contract.txt") == 2
    lines = list(csv.reader(io.StringIO(said.out)))
    assert lines[0][1::2] == ["Which notice period applies?", "When are fees due?"]
    assert lines[1][1] == "Ninety days: “with ninety days’ notice”."

    assert main(["grid", "Contracts", "-q", "Who signs?", "-o", str(tmp_path / "grid.xlsx")]) == 0
    assert "1 of 3 cells to run" in capsys.readouterr().err
    sheet = load_workbook(tmp_path / "grid.xlsx")["Grid"]
    assert (sheet.max_row, sheet.max_column) == (2, 4)
    assert "(contract.txt" in sheet["B2"].comment.text


def test_what_a_grid_cannot_do_is_said_in_a_sentence(
    contract: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["grid", "Contracts", "-o", "grid.pdf"]) == 2
    assert main(["grid", "Contracts", contract]) == 2
    assert main(["grid", "Contracts", "--questions", str(tmp_path / "none.txt")]) == 2
    said = capsys.readouterr().err
    assert "written as .xlsx or .csv" in said
    assert "no cell yet" in said
    assert "cannot be read" in said
