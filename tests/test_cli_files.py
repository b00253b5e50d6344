import json
from pathlib import Path

from tests.engine.references import call, holds, iteration, metadata, write
from tests.test_cli import run

LINES = [metadata(), iteration(1, final_answer="the answer")]


def test_runs_go_in_and_out_by_commands(tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", [*LINES, "{"])
    other = write(tmp_path / "other.jsonl", [call()])
    taken = run(tmp_path, "import", str(log), str(other), str(tmp_path / "missing.jsonl"))
    assert taken.returncode == 1
    assert "log.jsonl: 1 run from 3 lines; 1 line could not be used (line 3: it is not JSON" in taken.stderr
    assert "other.jsonl: its first line has the keys" in taken.stderr
    assert "missing.jsonl: it cannot be opened (No such file" in taken.stderr
    run_id = taken.stdout.split()[0]
    given = run(tmp_path, "export", run_id)
    assert holds([json.loads(line) for line in given.stdout.splitlines()], LINES)
    out = tmp_path / "run.jsonl"
    assert run(tmp_path, "export", run_id, "--format", "events", "-o", str(out)).returncode == 0
    assert json.loads(out.read_text(encoding="utf-8").splitlines()[0])["answer"] == "the answer"


def test_a_run_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    done = run(tmp_path, "export", "abc")
    assert done.returncode == 2
    assert "No run begins with 'abc'" in done.stderr
    assert "Traceback" not in done.stderr
