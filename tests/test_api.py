import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rlm_app import RLM, RLMLogger, Stop
from rlm_app.errors import ConfigError
from tests.engine.loop import ANSWER, block
from tests.servers.openai_server import OpenAIServer, Say

ROOT = Path(__file__).resolve().parent.parent
POWERS = block('answer["content"] = "\\n".join(str(2**n) for n in range(1, 101))\nanswer["ready"] = True')


@pytest.fixture
def openai(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIServer]:
    with OpenAIServer([Say(POWERS)]) as server:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-fake")
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        yield server


def test_the_references_first_example_runs_with_only_the_import_changed(
    openai: OpenAIServer, capsys: pytest.CaptureFixture[str]
) -> None:
    rlm = RLM(backend="openai", backend_kwargs={"model_name": "gpt-5-nano"}, verbose=True)
    response = rlm.completion("Print me the first 100 powers of two, each on a newline.").response
    rlm.close()
    assert response.splitlines()[9] == "1024"
    assert len(response.splitlines()) == 100
    assert "Turn 1" in capsys.readouterr().out


def test_the_references_docker_example_says_that_it_needs_docker(openai: OpenAIServer) -> None:
    with pytest.raises(ConfigError, match="needs Docker"):
        RLM(backend="openai", backend_kwargs={"model_name": "gpt-5-nano"}, environment="docker")


def test_the_references_logger_example_writes_its_jsonl(openai: OpenAIServer, tmp_path: Path) -> None:
    logger = RLMLogger(log_dir=str(tmp_path / "logs"))
    with RLM(backend="openai", backend_kwargs={"model_name": "gpt-5-nano"}, logger=logger) as rlm:
        result = rlm.completion("Print me the first 100 powers of two, each on a newline.")
    (file,) = (tmp_path / "logs").glob("rlm_*.jsonl")
    metadata, iteration = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    assert set(metadata) == {
        "type",
        "timestamp",
        "root_model",
        "max_depth",
        "max_iterations",
        "backend",
        "backend_kwargs",
        "environment_type",
        "environment_kwargs",
        "other_backends",
    }
    assert metadata["root_model"] == "gpt-5-nano"
    assert iteration["final_answer"] == result.response
    assert iteration["code_blocks"][0]["result"]["final_answer"] == result.response
    assert [message["role"] for message in iteration["prompt"]] == ["system", "user"]
    assert "sk-fake" not in file.read_text(encoding="utf-8")


def test_a_completion_tells_what_it_used_and_why_it_ended(openai: OpenAIServer) -> None:
    with RLM(backend="openai", backend_kwargs={"model_name": "gpt-5-nano"}) as rlm:
        result = rlm.completion("text", root_prompt="question")
    assert result.stop is Stop.ANSWERED
    assert result.root_model == "gpt-5-nano"
    assert result.usage_summary.to_dict()["model_usage_summaries"]["gpt-5-nano"]["total_calls"] == 1
    assert result.execution_time > 0


def test_the_log_holds_each_turns_own_prompt_and_its_sub_calls(tmp_path: Path) -> None:
    def reply(body: dict[str, Any]) -> Say:
        messages = body["messages"]
        if len(messages) == 1:
            return Say("re: " + messages[0]["content"])
        return Say(block("print(llm_query('hi'))") if len(messages) == 2 else ANSWER)

    with OpenAIServer(reply) as server:
        logger = RLMLogger(log_dir=tmp_path)
        options = {"model_name": "m", "base_url": server.url}
        with RLM(backend="vllm", backend_kwargs=options, logger=logger) as rlm:
            rlm.completion(["one", "two"])
    assert logger.path is not None
    lines = [json.loads(line) for line in logger.path.read_text(encoding="utf-8").splitlines()]
    assert [line["type"] for line in lines] == ["metadata", "iteration", "iteration"]
    assert [len(line["prompt"]) for line in lines[1:]] == [2, 4]
    (call,) = lines[1]["code_blocks"][0]["result"]["rlm_calls"]
    assert (call["prompt"], call["response"]) == ("hi", "re: hi")
    assert [line["final_answer"] for line in lines[1:]] == [None, "done"]
    assert logger.get_trajectory()["iterations"] == lines[1:]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"backend": "openai", "backend_kwargs": {"model_name": "m"}}, "needs a key"),
        ({"backend": "openai"}, "model_name"),
        ({"backend": "nobody", "backend_kwargs": {"model_name": "m"}}, "Known: offline"),
        ({"backend": "offline", "backend_kwargs": {"model_name": "m", "modelname": "x"}}, "does not know modelname"),
        ({"backend": "offline", "backend_kwargs": {"model_name": "m"}, "environment": "moon"}, "Known: local"),
        (
            {"backend": "offline", "backend_kwargs": {"model_name": "m"}, "other_backends": ["offline", "offline"]},
            "one backend",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_at_once_with_a_sentence(
    arguments: dict[str, Any], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ConfigError, match=sentence):
        RLM(**arguments)


def test_importing_the_package_is_quick_and_loads_no_sdk() -> None:
    code = (
        "import sys, time; began = time.perf_counter(); import rlm_app; from rlm_app import RLM, RLMLogger\n"
        "seconds = time.perf_counter() - began\n"
        "heavy = {'openai', 'anthropic', 'litellm', 'streamlit', 'duckdb', 'docker', 'modal', 'pypdf', 'pandas', 'rich'}\n"
        "print(seconds, sorted(heavy & set(sys.modules)))"
    )
    measured = []
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, env={**os.environ}
        )
        seconds, _, loaded = done.stdout.strip().partition(" ")
        assert loaded == "[]"
        measured.append(float(seconds))
    assert min(measured) <= 0.2
