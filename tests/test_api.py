import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from rlm_app import RLM, RLMLogger, Stop, Usage
from rlm_app.errors import Cancelled, ConfigError
from tests.engine.loop import ANSWER, block
from tests.servers.openai_server import OpenAIServer
from tests.servers.site import Asked, Say

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


def test_the_references_docker_example_says_at_once_what_is_missing(
    openai: OpenAIServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    with pytest.raises(ConfigError, match="Start Docker"):
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
    def reply(asked: Asked) -> Say:
        messages = asked.body["messages"]
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


OFFLINE = {"backend": "offline", "backend_kwargs": {"model_name": "m"}}
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"max_budget": float("nan")}, "cost is nan; it has to be a number"),
    ({"max_budget": -1}, "more than 0"),
    ({"max_timeout": "10"}, "seconds is '10'; it has to be a number"),
    ({"max_tokens": float("inf")}, "has to be a number"),
    ({"max_iterations": None}, "iterations is None"),
    ({"max_iterations": 0}, "at least 1"),
    ({"max_depth": 1.5}, "whole number"),
    ({"max_errors": "a"}, "has to be a number"),
    ({"max_concurrent_subcalls": 0}, "at least 1"),
    ({"compaction_threshold_pct": 85}, "at most 1"),
    ({"custom_system_prompt": 5}, "has to be text"),
    ({"other_backends": "offline"}, "a list of one"),
    ({"sampling_args": 5}, "has to be a dict"),
    ({"sampling_args": {"stop": {1}}}, "cannot be sent"),
    ({"environment_kwargs": 5}, "has to be a dict"),
    ({"custom_tools": [len]}, "has to be a dict"),
    ({"custom_tools": {"class": len}}, "cannot be called"),
    ({"logger": "logs"}, "has to be a function"),
    ({"on_event": 5}, "has to be a function"),
]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"backend": "openai", "backend_kwargs": {"model_name": "m"}}, "needs a key"),
        ({"backend": "openai"}, "model_name"),
        ({"backend": "nobody", "backend_kwargs": {"model_name": "m"}}, "Known: offline"),
        ({"backend": "offline", "backend_kwargs": {"model_name": "m", "modelname": "x"}}, "does not know modelname"),
        ({"backend": "offline", "backend_kwargs": {"model_name": "m"}, "environment": "moon"}, "Known: docker, local"),
        (
            {"backend": "offline", "backend_kwargs": {"model_name": "m"}, "other_backends": ["offline", "offline"]},
            "one backend",
        ),
        *[({**OFFLINE, **wrong}, sentence) for wrong, sentence in WRONG],
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
        "import sys, time; began = time.process_time(); import rlm_app; first = time.process_time()\n"
        "from rlm_app import RLM, RLMLogger; last = time.process_time()\n"
        "heavy = {'openai', 'anthropic', 'litellm', 'streamlit', 'duckdb', 'docker', 'modal', 'pypdf', 'pandas', 'rich'}\n"
        "print(first - began, last - began, *sorted(heavy & set(sys.modules)))"
    )
    package, library = [], []
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
        first, last, *loaded = done.stdout.split()
        assert loaded == []
        package.append(float(first))
        library.append(float(last))
    assert min(package) <= 0.2
    assert min(library) <= 0.5  # the engine with it, on a machine that runs other tests beside this one


def scripted(replies: list[str], **options: Any) -> tuple[OpenAIServer, RLM]:
    """A server on loopback whose root says `replies` in turn, and the library on it; sub-calls are echoed."""
    rest = iter(replies)

    def reply(asked: Asked) -> Say:
        messages = asked.body["messages"]
        return Say(next(rest) if messages[0]["role"] == "system" else "re: " + messages[0]["content"])

    server = OpenAIServer(reply).__enter__()
    return server, RLM(backend="vllm", backend_kwargs={"model_name": "m", "base_url": server.url}, **options)


@contextlib.contextmanager
def library(replies: list[str], **options: Any) -> Iterator[tuple[OpenAIServer, RLM]]:
    server, rlm = scripted(replies, **options)
    with server_exit(server), rlm:
        yield server, rlm


@contextlib.contextmanager
def server_exit(server: OpenAIServer) -> Iterator[None]:
    try:
        yield
    finally:
        server.__exit__(None, None, None)


def test_the_four_callbacks_fire() -> None:
    heard: list[tuple[Any, ...]] = []
    callbacks = {
        name: (lambda *values, name=name: heard.append((name, *values)))
        for name in ("on_subcall_start", "on_subcall_complete", "on_iteration_start", "on_iteration_complete")
    }
    with library([block("llm_query('x' * 200)"), ANSWER], **callbacks) as (_, rlm):
        rlm.completion("context")
    assert [entry[0] for entry in heard if "iteration" in entry[0]] == [
        "on_iteration_start",
        "on_iteration_start",
        "on_iteration_complete",
        "on_iteration_complete",
    ]
    assert ("on_subcall_start", 1, "m", "x" * 80) in heard
    assert [entry[1:3] for entry in heard if entry[0] == "on_iteration_start"] == [(0, 1), (0, 2)]
    (complete,) = [entry for entry in heard if entry[0] == "on_subcall_complete"]
    assert complete[1:3] == (1, "m")
    assert complete[4] is None


@pytest.mark.parametrize(
    "name", ["on_subcall_start", "on_subcall_complete", "on_iteration_start", "on_iteration_complete", "on_event"]
)
def test_a_callback_that_raises_is_told_of_once_and_loses_nothing_that_was_paid(name: str) -> None:
    def broken(*given: object) -> None:
        raise ValueError("my fault")

    asks = [block("first = llm_query('a')"), block("FINAL(first + llm_query('b'))")]
    with (
        library(asks, **{name: broken}) as (_, rlm),
        pytest.warns(UserWarning, match=f"{name} raised .*my fault") as told,
    ):
        assert rlm.completion("context").response == "re: are: b"
    assert len(told) == 1


def test_threads_may_ask_one_rlm_at_the_same_time_and_the_log_holds_each_run_whole(tmp_path: Path) -> None:
    logger, heard = RLMLogger(log_dir=tmp_path), list[tuple[int, int]]()
    together = threading.Barrier(3, timeout=20)

    def reply(asked: Asked) -> Say:
        return Say(ANSWER if len(asked.body["messages"]) > 2 else block("meet()\nprint(len(context))"))

    with (
        OpenAIServer(reply) as server,
        RLM(
            "vllm",
            {"model_name": "m", "base_url": server.url},
            logger=logger,
            custom_tools={"meet": lambda: together.wait() and None},
            on_iteration_start=lambda depth, turn: heard.append((depth, turn)),
        ) as rlm,
        ThreadPoolExecutor(3) as pool,
    ):
        assert [each.response for each in pool.map(rlm.completion, ["a", "bb", "ccc"])] == ["done"] * 3
    assert sorted(heard) == [(0, 1)] * 3 + [(0, 2)] * 3
    assert logger.path is not None
    lines = [json.loads(line) for line in logger.path.read_text(encoding="utf-8").splitlines()]
    assert [line["type"] for line in lines] == ["metadata", "iteration", "iteration"] * 3
    printed = [line["code_blocks"][0]["result"]["stdout"] for line in lines if line.get("iteration") == 1]
    assert sorted(printed) == ["1\n", "2\n", "3\n"]


def test_a_persistent_rlm_refuses_a_second_question_while_it_is_at_work() -> None:
    asked: list[str] = []

    def second(*given: object) -> None:
        with pytest.raises(ConfigError, match="at work"):
            rlm.completion("other")
        asked.append("second")

    with library([ANSWER, ANSWER], persistent=True, on_iteration_start=second) as (_, rlm):
        assert rlm.completion("one").response == "done"
    assert asked == ["second"]


def test_an_empty_system_prompt_is_none_of_ones_own() -> None:
    with library([ANSWER], custom_system_prompt="") as (server, rlm):
        assert rlm.completion("context").response == "done"
    assert "Recursive Language Model" in server.bodies[0]["messages"][0]["content"]


def test_custom_tools_are_functions_and_data_with_descriptions() -> None:
    tools = {
        "double": {"tool": lambda value: 2 * value, "description": "doubles a number"},
        "rates": {"tool": {"EUR": 1.1}, "description": "exchange rates"},
    }
    replies = [block('answer["content"] = str(double(21)) + str(rates["EUR"])\nanswer["ready"] = True')]
    with library(replies, custom_tools=tools) as (server, rlm):
        assert rlm.completion("context").response == "421.1"
    system = server.bodies[0]["messages"][0]["content"]
    assert "doubles a number" in system
    assert "exchange rates" in system


@pytest.mark.parametrize("name", ["context", "llm_query", "not a name"])
def test_a_tool_may_not_take_a_name_of_the_repl(name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be called"):
        RLM(backend="offline", backend_kwargs={"model_name": "m"}, custom_tools={name: len})


def test_a_persistent_repl_keeps_variables_contexts_and_what_was_said() -> None:
    replies = [
        block('seen = len(context)\nanswer["content"] = "first"\nanswer["ready"] = True'),
        block("print(seen, context_0, context_1, history_0[-1]['content'])"),
        block('answer["content"] = answer["content"] + "second"\nanswer["ready"] = True'),
    ]
    with library(replies, persistent=True) as (server, rlm):
        assert rlm.completion("one").response == "first"
        assert rlm.completion("other").response == "second"
    shown = server.bodies[2]["messages"][-1]["content"]
    assert "3 one other first" in shown
    assert "context_1" in server.bodies[1]["messages"][1]["content"]


def test_sampling_arguments_reach_the_provider_by_role() -> None:
    with library(
        [block("llm_query('x')"), ANSWER], sampling_args={"temperature": 0.1}, sub_sampling_args={"temperature": 0.9}
    ) as (server, rlm):
        rlm.completion("context")
    assert [body["temperature"] for body in server.bodies] == [0.1, 0.9, 0.1]


def test_a_full_prompt_is_summed_up_and_the_whole_stays_in_the_repl() -> None:
    replies = [
        block("print('word ' * 1500)"),
        "What I know so far: words.",
        block("print(len(history), history[0]['role'])"),
        ANSWER,
    ]
    usage = Usage(1, 120_000, 10)
    rest = iter(replies)
    with (
        OpenAIServer(
            lambda asked: Say(next(rest), usage=usage if len(asked.body["messages"]) == 2 else None)
        ) as server,
        RLM(backend="vllm", backend_kwargs={"model_name": "m", "base_url": server.url}, compaction=True) as rlm,
    ):
        result = rlm.completion("context", root_prompt="the question")
    assert result.response == "done"
    assert "nearly full" in server.bodies[1]["messages"][-1]["content"]
    after = server.bodies[2]["messages"]
    assert [message["role"] for message in after] == ["system", "user", "assistant", "user"]
    assert after[2]["content"] == "What I know so far: words."
    assert "5 system" in server.bodies[3]["messages"][-1]["content"]
    assert result.usage_summary.by_model["m"].calls == 4


def test_root_and_sub_model_of_one_server_share_its_connections() -> None:
    options = {"model_name": "big"}
    script = {"big": iter([block("print(llm_query('one'), llm_query('two'))"), ANSWER]), "small": iter(["1", "2"])}
    with OpenAIServer(lambda asked: Say(next(script[asked.body["model"]]))) as server:
        place = {"base_url": server.url}
        small = [{"model_name": "small", **place}]
        with RLM("vllm", {**options, **place}, other_backends=["vllm"], other_backend_kwargs=small) as rlm:
            assert rlm.completion("context").response == "done"
    assert [body["model"] for body in server.bodies] == ["big", "small", "small", "big"]
    assert server.connections == 1


def test_azure_is_set_up_with_the_references_arguments() -> None:
    with OpenAIServer([Say(ANSWER)]) as server:
        options = {
            "model_name": "gpt-5",
            "azure_deployment": "ours",
            "azure_endpoint": server.url.removesuffix("/v1"),
            "api_version": "2025-01-01-preview",
            "api_key": "k",
        }
        with RLM("azure_openai", options) as rlm:
            assert rlm.completion("context").response == "done"
    assert server.asked[0].path == "/openai/deployments/ours/chat/completions?api-version=2025-01-01-preview"


def test_a_run_can_be_cancelled_from_another_thread() -> None:
    with library([block("while True: pass")]) as (_, rlm):
        threading.Timer(0.5, rlm.cancel).start()
        with pytest.raises(Cancelled):
            rlm.completion("context")
