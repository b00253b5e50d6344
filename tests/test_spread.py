"""What every engine that carries runs out elsewhere promises; Ray's part runs where Ray is installed, with --slow."""

from __future__ import annotations

import dataclasses
import importlib.util
import os
import pickle
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rlm_app.build import App, open_app
from rlm_app.errors import ConfigError
from rlm_app.grids import Grid, Standing
from rlm_app.quotas import Quotas
from rlm_app.records import RunRecord, RunSpec
from rlm_app.registry import SPREADS, find
from rlm_app.settings import Settings
from rlm_app.spread import Order, Secrets, Spread, Worker
from rlm_app.spread_work import Here, Work
from rlm_app.types import Document, DocumentInfo, Limits, RunState
from tests.servers.openai_server import OpenAIServer
from tests.servers.site import Asked, Say

OWNER = "ann"
DOCUMENTS = [
    Document(DocumentInfo(letter * 64, f"{letter}.txt", "text", 12, 1, "page", ()), f"{letter} says {letter}.")
    for letter in "ab"
]
QUESTIONS = ("What ends it?", "What does it cost?")
CALLS = 3
"""What one cell of the grid costs: two turns and a sub-call."""
KEY = "sk-of-a-person-7531"
SLOW = "slow"


def reply(asked: Asked) -> Say:
    messages = asked.body["messages"]
    if messages[0]["role"] != "system":
        return Say(f"<{messages[-1]['content'].strip()}>", latency=0.05)
    turn = sum(1 for message in messages if message["role"] == "assistant")
    return Say(
        "```repl\n" + ("said = llm_query('part of ' + str(context)[:30])\nprint(said)", "FINAL(said)")[turn] + "\n```"
    )


@pytest.fixture
def site() -> Iterator[OpenAIServer]:
    with OpenAIServer(reply) as opened:
        yield opened


@pytest.fixture(
    scope="module", params=["here", pytest.param("ray", marks=[pytest.mark.slow, pytest.mark.timeout(300)])]
)
def spread(request: pytest.FixtureRequest) -> Iterator[Spread]:
    if request.param == "ray" and importlib.util.find_spec("ray") is None:
        pytest.skip("Ray is not installed; `uv sync --extra ray` installs it")
    made: Spread = find(SPREADS, "engine", request.param)()
    yield made
    made.close()


@pytest.fixture
def app(tmp_path: Path, spread: Spread) -> Iterator[App]:
    opened = open_app(Settings(tmp_path, parallel_runs=4), spread=spread)
    for document in DOCUMENTS:
        opened.store.add_document(document, OWNER)
    yield opened
    opened.close()


def order(site: OpenAIServer) -> RunSpec:
    options = {"base_url": site.url}
    return RunSpec("", (), "vllm", "big", "small", limits=Limits(concurrency=4, cost=None), options=options)


def laid_out(app: App, site: OpenAIServer) -> Grid:
    grid = app.grids.create(OWNER, "Letters", order(site))
    app.grids.add_rows(grid.id, OWNER, [(each.info.sha256, each.info.name) for each in DOCUMENTS])
    return app.grids.add_columns(grid.id, OWNER, QUESTIONS)


def standings(app: App, grid: Grid) -> list[Standing]:
    return [square.standing for square in app.grids.view(grid.id, OWNER).squares]


def records(app: App) -> list[RunRecord]:
    return app.store.runs(OWNER)


def test_each_cell_is_computed_once_and_kept_as_if_it_had_run_in_this_process(app: App, site: OpenAIServer) -> None:
    grid = laid_out(app, site)
    assert app.grids.run(grid.id, OWNER, {"vllm": KEY}).wait(100)
    assert standings(app, grid) == [Standing.DONE] * 4
    assert len(site.bodies) == 4 * CALLS
    assert {headers["authorization"] for headers in site.headers} == {f"Bearer {KEY}"}
    for record in records(app):
        assert record.answer.startswith("<part of")
        assert [event.seq for event in app.store.events(record.id, OWNER)][-1] == len(
            app.store.events(record.id, OWNER)
        )
        assert (record.usage.calls, app.saved_calls(record.id, OWNER)) == (CALLS, (CALLS, CALLS))


def test_a_run_that_is_stopped_keeps_what_was_paid_and_goes_on_from_there(app: App, site: OpenAIServer) -> None:
    site.script = lambda asked: dataclasses.replace(reply(asked), latency=0.0 if len(site.asked) < CALLS else 60.0)
    run_id = app.start(dataclasses.replace(order(site), question="?", documents=(DOCUMENTS[0].info.sha256,)), OWNER)
    assert site.wait_for(lambda: len(site.asked) == CALLS, 60)
    assert app.manager.stop(run_id, OWNER)
    assert app.manager.wait(run_id, 60).state is RunState.CANCELLED
    assert app.saved_calls(run_id, OWNER)[0] == CALLS - 1
    site.script = reply
    app.resume(run_id, OWNER)
    assert app.manager.wait(run_id, 60).state is RunState.DONE
    assert len(site.asked) == CALLS + 1  # the one that was in flight once more


def test_a_call_that_is_stopped_in_a_worker_is_put_to_the_hosts_account(
    tmp_path: Path, site: OpenAIServer, spread: Spread
) -> None:
    site.script = lambda _: Say("well " * 2_000, pause=0.05)
    keys, address = {"AZURE_OPENAI_API_KEY": KEY}, {"azure_openai": site.url.removesuffix("/v1")}
    app = open_app(Settings(tmp_path, keys=keys, addresses=address, quotas=Quotas(money_a_day=5.0)), spread=spread)
    app.store.add_document(DOCUMENTS[0], OWNER)
    asked = RunSpec("?", (DOCUMENTS[0].info.sha256,), "azure_openai", "gpt-4.1", "gpt-4.1", limits=Limits(cost=1.0))
    run_id = app.start(asked, OWNER)
    assert site.wait_for(lambda: len(site.asked) == 1, 60)
    assert app.manager.stop(run_id, OWNER)
    assert app.manager.wait(run_id, 60).state is RunState.CANCELLED
    mine = app.allowance.today(OWNER).mine
    app.close()
    assert (mine.held, 0.0 < mine.spent < 0.1) == (0.0, True)


def test_what_cannot_start_in_a_worker_is_said_by_the_run(app: App, site: OpenAIServer) -> None:
    spec = dataclasses.replace(order(site), question="?", options={"base_url": "ftp://nowhere"})
    record = app.manager.wait(app.manager.start(spec, OWNER, {}), 60)
    assert record.state is RunState.FAILED
    assert "ftp://nowhere" in record.error


class Telltale:
    """Workers of this process whose orders are looked at, and one that is gone after its first news."""

    def __init__(self) -> None:
        self.orders: list[bytes] = []
        self.shown: list[str] = []

    def begin(self, order: Order, secrets: Secrets) -> Worker:
        self.orders.append(pickle.dumps(order))
        self.shown.append(f"{order!r} {secrets!r}")
        return Work(order, secrets)

    def close(self) -> None:
        pass


def test_an_order_holds_no_key_and_what_shows_it_shows_none(tmp_path: Path, site: OpenAIServer) -> None:
    spread = Telltale()
    keys = {"VLLM_API_KEY": "sk-of-the-host-1357", "OPENAI_API_KEY": "sk-of-another-backend"}
    app = open_app(Settings(tmp_path, keys=keys, said={"cookie_secret": "s" * 40}), spread=spread)
    app.store.add_document(DOCUMENTS[0], OWNER)
    spec = dataclasses.replace(order(site), question="?", documents=(DOCUMENTS[0].info.sha256,))
    run_id = app.start(spec, OWNER)
    assert app.manager.wait(run_id, 60).state is RunState.DONE
    app.close()
    assert {headers["authorization"] for headers in site.headers} == {"Bearer sk-of-the-host-1357"}
    assert all(b"sk-of" not in each and b"ssss" not in each for each in spread.orders)
    assert all("sk-of" not in each for each in spread.shown)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_ray_worker_that_dies_gives_its_cell_back_and_what_it_told_is_not_paid_again(
    app: App, site: OpenAIServer, spread: Spread
) -> None:
    if isinstance(spread, Here):
        pytest.skip("a worker of this process dies with it")
    site.script = lambda asked: dataclasses.replace(reply(asked), latency=60.0 if len(site.asked) % CALLS == 0 else 0.0)
    grid = laid_out(app, site)
    app.grids.lay_out(grid.id, OWNER, rows=grid.rows[:1], columns=grid.columns[:1])
    work = app.grids.run(grid.id, OWNER, {})
    assert site.wait_for(lambda: len(site.asked) == CALLS, 60)
    time.sleep(2)  # the news of the first two replies is on its way for a second at the most
    os.kill(_worker(), signal.SIGKILL)
    assert work.wait(60)
    (square,) = app.grids.view(grid.id, OWNER).squares
    assert square.standing is Standing.FAILED
    assert "is gone" in square.why
    site.script = reply
    assert app.grids.run(grid.id, OWNER, {}).wait(60)
    assert standings(app, grid) == [Standing.DONE]
    assert len(site.asked) == CALLS + 1


def _worker() -> int:
    """Return the process in which Ray carries out the one run there is."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        if path.read_bytes().startswith(b"ray::_Process"):
            return int(path.parent.name)
    raise AssertionError("no worker of Ray is at work")


@pytest.mark.skipif(importlib.util.find_spec("ray") is not None, reason="Ray is installed")
def test_where_ray_is_missing_it_is_said_how_to_install_it() -> None:
    with pytest.raises(ConfigError, match="uv sync --extra ray"):
        find(SPREADS, "engine", "ray")()
