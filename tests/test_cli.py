import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.engine.loop import block

ROOT = Path(__file__).resolve().parent.parent
NOTICE = "Either party may terminate this agreement by giving ninety days' written notice to the other party."
TEXT = "\n\n".join(
    [
        "# Agreement on the supply of ropes",
        "## Supply",
        "The supplier delivers ropes in lengths of two hundred metres, coiled and labelled with the day of manufacture.",
        "## Termination",
        NOTICE,
        "## Law",
        "This agreement is read under the law of the place where the ropes are made.",
    ]
)


def run(tmp_path: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "RLM_APP_HOME": str(tmp_path / "home"), **variables}
    return subprocess.run(
        [sys.executable, "-m", "rlm_app", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        timeout=60,
        check=False,
    )


@pytest.fixture
def agreement(tmp_path: Path) -> Path:
    path = tmp_path / "agreement.md"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_asking_offline_prints_the_answer_and_keeps_the_run(tmp_path: Path, agreement: Path) -> None:
    done = run(tmp_path, "ask", str(agreement), "--question", "How can a party terminate the agreement?")
    assert done.returncode == 0, done.stderr
    assert NOTICE in done.stdout
    assert "Turn 1" in done.stderr
    assert "Traceback" not in done.stderr
    assert "nanobind" not in done.stderr
    listed = run(tmp_path, "runs", "--json")
    assert json.loads(listed.stdout)["question"] == "How can a party terminate the agreement?"


def test_json_output_holds_the_answer_and_its_citations(tmp_path: Path, agreement: Path) -> None:
    done = run(tmp_path, "ask", str(agreement), "-q", "How can a party terminate the agreement?", "--json")
    result = json.loads(done.stdout)
    assert result["state"] == "done"
    (found,) = [c for c in result["citations"] if c["quote"] == NOTICE]
    assert found["verdict"] == "Found"
    assert TEXT[found["start"] : found["end"]] == NOTICE
    assert "Termination" in found["page"]


def test_a_file_that_cannot_be_read_leaves_the_others(tmp_path: Path, agreement: Path) -> None:
    empty = tmp_path / "empty.pdf"
    empty.write_bytes(b"")
    done = run(tmp_path, "ask", str(empty), str(agreement), "-q", "How can a party terminate the agreement?")
    assert done.returncode == 0
    assert "empty.pdf: " in done.stderr
    assert NOTICE in done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["ask", "missing.pdf", "-q", "x"], "nothing to ask"),
        (["ask", "README.md", "-q", "x", "--backend", "nobody"], "no backend called 'nobody'"),
        (["ask", "README.md", "-q", "x", "--environment", "docker"], "No Docker engine answers"),
        (["ask", "README.md", "-q", " "], "no question"),
        (["ask", "README.md", "-q", "x", "--backend", "openai"], "needs a key"),
    ],
)
def test_what_cannot_be_carried_out_is_a_sentence_and_exit_code_2(
    tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    done = run(tmp_path, *arguments, OPENAI_API_KEY="", DOCKER_HOST=f"unix://{tmp_path}/none.sock")
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_run_that_fails_is_exit_code_1(tmp_path: Path, agreement: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps({"root": [{"error": "The provider is down."}]}), encoding="utf-8")
    done = run(tmp_path, "ask", str(agreement), "-q", "x", "--backend", "scripted", RLM_APP_SCRIPT=str(script))
    assert done.returncode == 1
    assert "The provider is down." in done.stderr


def test_a_limit_that_is_reached_is_told(tmp_path: Path, agreement: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps({"root": [block("x = 1"), "As far as I saw, ninety days."]}), encoding="utf-8")
    arguments = ["ask", str(agreement), "-q", "x", "--backend", "scripted", "--max-turns", "1"]
    done = run(tmp_path, *arguments, RLM_APP_SCRIPT=str(script))
    assert done.returncode == 0
    assert done.stdout.strip() == "As far as I saw, ninety days."
    assert "limit reached" in done.stderr


def test_while_the_app_holds_the_data_a_question_is_still_answered(tmp_path: Path, agreement: Path) -> None:
    hold = (
        "import sys; from rlm_app.build import open_app; app = open_app(); print('held', flush=True); sys.stdin.read()"
    )
    environment = {**os.environ, "RLM_APP_HOME": str(tmp_path / "home")}
    with subprocess.Popen(
        [sys.executable, "-c", hold],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        done = run(tmp_path, "ask", str(agreement), "-q", "How can a party terminate the agreement?")
        listed = run(tmp_path, "runs")
        holder.kill()
    assert done.returncode == 0
    assert NOTICE in done.stdout
    assert "in use" in done.stderr
    assert listed.returncode == 2
    assert "in use" in listed.stderr


def scripted_run(tmp_path: Path, agreement: Path, replies: Sequence[object], *arguments: str) -> tuple[str, Path]:
    """Ask with a scripted model; return the run's id and the script, to be changed."""
    script = tmp_path / "script.json"
    script.write_text(json.dumps({"root": replies, "sub": "a reply"}), encoding="utf-8")
    asked = ["ask", str(agreement), "-q", "x", "--backend", "scripted", "--json", *arguments]
    done = run(tmp_path, *asked, RLM_APP_SCRIPT=str(script))
    return json.loads(done.stdout)["run"], script


WORK = [block("n = len(llm_query_batched(['a', 'b', 'c']))\nprint(n)"), block('FINAL(f"{n} replies")')]


def test_a_failed_run_is_resumed_by_the_beginning_of_its_id(tmp_path: Path, agreement: Path) -> None:
    run_id, script = scripted_run(tmp_path, agreement, [WORK[0], {"error": "The provider is down."}])
    script.write_text(json.dumps({"root": WORK, "sub": "another"}), encoding="utf-8")
    done = run(tmp_path, "resume", run_id[:8], RLM_APP_SCRIPT=str(script))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "3 replies\n"
    assert "4 of 5 calls are saved. Resuming may pay again for at most 1." in done.stderr
    again = run(tmp_path, "resume", run_id[:8], RLM_APP_SCRIPT=str(script))
    assert again.returncode == 2
    assert "nothing to resume" in again.stderr


def test_a_run_is_forked_followed_and_replayed(tmp_path: Path, agreement: Path) -> None:
    run_id, script = scripted_run(tmp_path, agreement, WORK)
    script.write_text(json.dumps({"root": [WORK[0], block('FINAL("forked")'), block("FINAL(str(n + 1))")]}))
    forked = run(tmp_path, "fork", run_id, "--turn", "1", RLM_APP_SCRIPT=str(script))
    assert (forked.returncode, forked.stdout) == (0, "forked\n")
    followed = run(tmp_path, "follow", run_id, "-q", "And one more?", RLM_APP_SCRIPT=str(script))
    assert (followed.returncode, followed.stdout) == (0, "4\n")
    replayed = run(tmp_path, "replay", run_id)
    assert replayed.returncode == 0
    assert "== Turn 2" in replayed.stdout
    assert "the answer is the same" in replayed.stderr


def test_a_replay_that_differs_is_exit_code_1(tmp_path: Path, agreement: Path) -> None:
    unsteady = [block("import os\nprint(os.urandom(8))"), block('FINAL("x")')]
    run_id, _ = scripted_run(tmp_path, agreement, unsteady)
    done = run(tmp_path, "replay", run_id)
    assert done.returncode == 1
    assert "Cell 1 of turn 1 printed something else" in done.stderr


@pytest.mark.parametrize("command", ["resume", "replay", "follow"])
def test_a_run_that_is_not_there_is_told_how_to_find_one(tmp_path: Path, command: str) -> None:
    more = ["-q", "x"] if command == "follow" else []
    done = run(tmp_path, command, "nosuch", *more)
    assert done.returncode == 2
    assert "List them with: python -m rlm_app runs" in done.stderr


def test_direct_mode_is_one_call(tmp_path: Path, agreement: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps({"root": [], "sub": f"It says “{NOTICE}”."}), encoding="utf-8")
    arguments = ["ask", str(agreement), "-q", "x", "--backend", "scripted", "--direct", "--json"]
    result = json.loads(run(tmp_path, *arguments, RLM_APP_SCRIPT=str(script)).stdout)
    assert result["usage"]["calls"] == 1
    assert [citation["verdict"] for citation in result["citations"]] == ["Found"]
