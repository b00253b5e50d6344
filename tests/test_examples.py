import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = sorted(path.stem for path in (ROOT / "docs" / "examples").glob("*.py"))
PRINTS = {
    "quickstart": ["giving ninety days' written notice", "answered"],
    "citations": [
        "The rent is 1,300 euros (“From May on the rent is 1,300 euros” [amendment.txt]).",
        "Found in amendment.txt: From May on the rent is 1,300 euros",
        "Altered in amendment.txt: Either party may end the lease with sixty days of notice",
        "The text says: Either party may end the lease with ninety days of notice",
    ],
    "logger": ["metadata: offline local", "iteration 1:", "third day"],
    "recursion": ["answer: Bob on Friday", "sub-call 0.2 (rlm), 2 turns of its own: Bob on Friday"],
    "custom_tools": ["The rent is 1500.00 dollars."],
    "follow_up": ["first:  1200 euros", "second: by 100 euros"],
    "resume": ["stopped:  cancelled", "resumed:  done, 'On the third day of each month.', 5 of 5 calls"],
    "in_docker": [],  # with Docker an answer, without it the sentence that says what is missing
}


def run(example: str, home: Path) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RLM_", "OPENAI_"))}
    return subprocess.run(
        [sys.executable, "-m", f"docs.examples.{example}"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**environment, "RLM_APP_HOME": str(home)},
        timeout=100,
        check=False,
    )


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_runs_as_it_stands_and_prints_what_it_promises(example: str, tmp_path: Path) -> None:
    done = run(example, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    for words in PRINTS[example]:
        assert words in done.stdout
    assert done.stdout.strip()
    assert list(tmp_path.iterdir()) == []


def test_without_docker_the_docker_example_says_what_is_missing(tmp_path: Path) -> None:
    printed = run("in_docker", tmp_path).stdout
    assert "Docker" in printed or "third day" in printed


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_short_and_says_how_to_run_it(example: str) -> None:
    text = (ROOT / "docs" / "examples" / f"{example}.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 40
    assert f"uv run python -m docs.examples.{example}" in text
