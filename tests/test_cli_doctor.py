import subprocess
import sys
from pathlib import Path

import pytest

from rlm_app.cli import main
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.store.migrations import read_steps
from rlm_app.store.standing import standing

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setenv("RLM_APP_HOME", str(tmp_path / "not" / "yet"))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-never-shown")
    monkeypatch.delenv("OPENROUTER_API_KEY", raising=False)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    code = main(["doctor"])
    text = capsys.readouterr().out
    assert code == (0 if "Confined process" in text else 1)
    return text


def test_the_doctor_says_how_code_is_confined_and_by_what(said: str) -> None:
    assert "Code that a model writes, on this machine: " in said
    assert "caps on memory, files and threads" in said


def test_the_doctor_says_what_is_lacking_and_what_to_do(said: str) -> None:
    assert "lacks  Docker: " in said
    assert "lacks  key of OpenRouter. To do: set OPENROUTER_API_KEY" in said


def test_the_doctor_knows_which_keys_there_are_and_never_shows_one(said: str) -> None:
    assert "has    key of OpenAI" in said
    assert "never-shown" not in said


def test_a_data_folder_that_cannot_be_written_is_an_illness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("RLM_APP_HOME", str(tmp_path / "file" / "home"))
    assert main(["doctor"]) == 1


def test_data_that_the_app_cannot_open_as_it_is_are_an_illness(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RLM_APP_HOME", str(tmp_path))
    monkeypatch.setenv("RLM_APP_STORE", str(tmp_path / "not mounted"))
    assert main(["doctor"]) == 1
    assert f"lacks  the folder {tmp_path}/not mounted, which RLM_APP_STORE names" in capsys.readouterr().out
    (tmp_path / "not mounted").mkdir()
    (tmp_path / "not mounted" / "rlm.duckdb").write_bytes(b"scribbled over")
    assert main(["doctor"]) == 1
    assert "damaged. To do: start the app" in capsys.readouterr().out


def test_the_doctor_says_for_whom_the_app_is_and_how_its_data_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RLM_APP_HOME", str(tmp_path))
    monkeypatch.setenv("RLM_APP_MODE", "shared")
    monkeypatch.setenv("RLM_APP_METRICS_TOKEN", "never-shown")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    DuckDBStore(tmp_path / "rlm.duckdb").close()
    (tmp_path / "rlm.duckdb.damaged-20260101-000000").touch()
    main(["doctor"])
    told = capsys.readouterr().out
    assert "has    mode shared (set by RLM_APP_MODE)" in told
    assert "nobody signs in" in told
    assert f"layout {read_steps()[-1].number}" in told
    assert "lacks  a damaged data file was put aside" in told
    assert "has    a token for /metrics" in told
    assert "never-shown" not in told


def test_the_doctor_tells_a_file_in_use_from_a_damaged_one_and_changes_neither(tmp_path: Path) -> None:
    path = tmp_path / "rlm.duckdb"
    assert standing(path) == (True, f"data file {path}: will be made at the first start")
    code = "import sys, time; from rlm_app.store.duckdb_store import DuckDBStore; s = DuckDBStore(sys.argv[1]); "
    holder = subprocess.Popen(
        [sys.executable, "-c", code + "print(1, flush=True); time.sleep(60)", str(path)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert standing(path) == (True, f"data file {path}: in use by the app, process {holder.pid}")
    finally:
        holder.kill()
        holder.communicate()
    path.write_bytes(b"scribbled over")
    holds, told = standing(path)
    assert not holds
    assert "damaged. To do: start the app" in told
    assert path.read_bytes() == b"scribbled over"
