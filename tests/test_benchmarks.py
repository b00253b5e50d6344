import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_benchmark_command_measures_right_answers_and_judges_its_bars(tmp_path: Path) -> None:
    saved = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks.run", "--peers", "ours_thin,floor_proc", "--repeat", "1"]
    run = subprocess.run(
        [*command, "--scenarios", "S2,S5-sub", "--json", str(saved)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    rows = [line.split(" | ")[:3] for line in run.stdout.splitlines() if line.startswith(("| S2 | ", "| S5-sub | "))]
    figures = [row for row in rows if re.fullmatch(r"\d+/\d+", row[2])]
    assert len(figures) == 4
    assert all(row[2] == "1/1" for row in figures)
    assert "| S5-sub | ours_thin | 16/16 right in every run | 1 | yes |" in run.stdout
    results = json.loads(saved.read_text())["results"]
    turns = [row["runs"][0]["turn"] for row in results if row["scenario"] == "S2"]
    assert all(0 < turn < 1 for turn in turns)
