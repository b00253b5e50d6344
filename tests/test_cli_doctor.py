from pathlib import Path

import pytest

from rlm_app.cli import main


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
