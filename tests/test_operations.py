import dataclasses
import json
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from rlm_app import health, logs
from rlm_app.build import App, open_app
from rlm_app.records import RunRecord, RunSpec
from rlm_app.settings import Settings
from rlm_app.types import RunState, Usage
from rlm_app.ui import handle
from rlm_app.ui.routes import routes

Client = Callable[..., TestClient]
TOKEN = {"authorization": "Bearer secret-token"}


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setenv("RLM_APP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-host")
    handle.close()
    yield handle.shared_app()
    handle.close()


@pytest.fixture
def client(app: App) -> Client:
    """Return a function that makes a client of an app with settings, whose errors are counted."""

    def make(**said: str) -> TestClient:
        settings = dataclasses.replace(app.settings, said=said, shared=said.get("mode") == "shared")
        errors = logs.Errors()
        errors.handle(logging.LogRecord("rlm_app.runs", logging.ERROR, "", 0, "x", None, None))
        return TestClient(Starlette(routes=routes(settings, errors)))

    return make


def run(number: int, state: RunState, created: float) -> RunRecord:
    spec = RunSpec("Who is the secret tenant?", (), "openai", "big", "small")
    return RunRecord(f"{number:032}", f"owner-{number % 2}", spec, state, "boot", created, usage=Usage(1, cost=0.25))


def numbers(text: str) -> dict[str, float]:
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line[0] != "#"}


def test_an_app_that_works_is_ready_and_gives_its_numbers_to_its_own_machine(app: App, client: Client) -> None:
    for number, state in enumerate([RunState.DONE, RunState.DONE, RunState.FAILED]):
        app.store.add_run(run(number, state, time.time()))
    app.store.add_run(run(3, RunState.DONE, time.time() - 200_000))
    answer = client().get("/ready")
    assert (answer.status_code, answer.json()["state"]) == (200, "ready")
    found = numbers(client().get("/metrics").text)
    assert found['rlm_app_runs{state="done"}'] == 3
    assert found['rlm_app_runs{state="limit reached"}'] == 0
    assert (found["rlm_app_runs_today"], found["rlm_app_money_today_dollars"]) == (3, 0.75)
    assert (found["rlm_app_owners"], found["rlm_app_writable"]) == (2, 1)
    assert found["rlm_app_store_bytes"] > 10_000
    assert 0 <= found["rlm_app_commit_lag_seconds"] < 30
    assert found['rlm_app_errors_total{part="rlm_app.runs"}'] == 1


def test_runs_that_were_taken_in_do_not_count_for_the_money_of_the_day(app: App, client: Client) -> None:
    for number, boot in enumerate(("imported", "restored", "boot")):
        app.store.add_run(dataclasses.replace(run(number, RunState.DONE, time.time()), boot=boot))
    spec = RunSpec("What?", (), "openai", "gpt-4.1", "gpt-4.1")
    app.allowance.gate.admit("r1", "ann", spec, {}).add(0.5)
    app.allowance.gate.leave("r1")
    found = numbers(client().get("/metrics").text)
    assert (found["rlm_app_runs_today"], found["rlm_app_money_today_dollars"]) == (1, 0.25)
    assert found["rlm_app_host_money_today_dollars"] == 0.5


def test_the_numbers_of_a_shared_app_are_for_who_has_the_token(client: Client) -> None:
    shared = client(mode="shared")
    assert shared.get("/metrics").status_code == 404
    assert shared.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404
    assert shared.get("/ready").json() == {"state": "ready"}
    kept = client(mode="shared", metrics_token="secret-token")
    assert kept.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
    assert kept.get("/metrics").status_code == 404
    assert "rlm_app_runs" in kept.get("/metrics", headers=TOKEN).text
    assert "reasons" in kept.get("/ready", headers=TOKEN).json()


def test_the_numbers_hold_no_words_of_anybody(app: App, client: Client) -> None:
    app.store.add_run(run(1, RunState.DONE, 1.0))
    text = client().get("/metrics").text + json.dumps(client().get("/ready").json())
    assert not {"secret", "tenant", "owner-1", "openai"} & set(text.replace('"', " ").split())


def test_a_damaged_file_that_was_saved_makes_the_app_degraded_and_one_in_use_takes_it_down(
    app: App, client: Client, tmp_path: Path
) -> None:
    app.store.close()
    down = client().get("/ready")
    assert (down.status_code, down.json()["state"]) == (503, "down")
    assert client().get("/metrics").status_code == 503
    handle.close()
    app.settings.data_file.write_bytes(b"scribbled over")
    degraded = client().get("/ready")
    assert (degraded.status_code, degraded.json()["state"]) == (200, "degraded")
    assert "The data file was damaged" in degraded.json()["reasons"][0]


def test_an_app_without_room_says_so(tmp_path: Path) -> None:
    opened = open_app(Settings(home=tmp_path / "home"))
    try:
        found = health.look(opened, least_room=10**18)
        assert (found.state, found.ready) == ("degraded", True)
        assert "Free some disk space" in found.reasons[0]
    finally:
        opened.close()
