"""What is true of the Prime environment alone, through its real SDK against a stand-in for the service."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.engine.repl import REPL
from rlm_app.environments.prime import PrimeREPL
from rlm_app.errors import REPLLost, REPLStartError
from tests.environments.recipes import prime_repl, prime_server, prime_service
from tests.environments.talk import greet, run
from tests.environments.waiting import eventually
from tests.servers.prime_server import PrimeServer


@pytest.fixture
def server() -> Iterator[PrimeServer]:
    server = prime_server()
    yield server
    server.faults, server.refuse = 0.0, ""


@pytest.fixture
def environment(server: PrimeServer) -> PrimeREPL:
    return prime_repl()


def test_a_sandbox_is_asked_for_without_a_network_and_with_every_limit(server: PrimeServer) -> None:
    prime_repl()
    channel = PrimeREPL("debian", 0.5, 1 << 30, 7, "eu", python=sys.executable).connect()
    greet(channel)
    channel.kill()
    asked = server.created[-1]
    assert asked["network_allowlist"] == []
    assert asked["docker_image"] == "debian"
    assert (asked["cpu_cores"], asked["memory_gb"], asked["timeout_minutes"], asked["region"]) == (0.5, 1.0, 7, "eu")
    assert asked["labels"] == ["rlm-app"]


def test_nothing_of_the_account_is_in_the_workers_environment_or_left_on_disk(
    environment: PrimeREPL, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    channel = environment.connect()
    greet(channel)
    names = run("import os\nprint(' '.join(os.environ))", channel).split()
    channel.kill()
    assert [name for name in names if name.startswith("PRIME")] == []
    assert os.listdir(tmp_path) == []


def test_a_stream_that_breaks_is_a_lost_repl_and_nothing_is_left(server: PrimeServer, environment: PrimeREPL) -> None:
    with REPL(environment, {}, cancel=CancelToken()) as repl:
        server.break_streams()
        began = time.monotonic()
        with pytest.raises(REPLLost, match="variables are lost"):
            repl.run("import time\ntime.sleep(30)", seconds=60)
        assert time.monotonic() - began < 5
    assert eventually(lambda: server.running() == [])


def test_what_the_service_refuses_is_said_and_leaves_nothing(server: PrimeServer, environment: PrimeREPL) -> None:
    server.refuse = "the wallet is empty"
    with pytest.raises(REPLStartError, match=r"(?i)payment|wallet"):
        environment.connect()
    assert server.running() == []


def test_calls_that_break_are_repeated_and_never_carried_out_twice(server: PrimeServer, environment: PrimeREPL) -> None:
    text = "a line of a long document, ä €\n" * 20_000
    with REPL(environment, {"same": lambda value: value}, cancel=CancelToken()) as repl:
        server.faults = 0.3
        repl.load("context", text)
        server.faults = 0.0
        assert repl.run("print(len(context), same(context) == context)", seconds=30).stdout == f"{len(text)} True\n"


@pytest.mark.service
def test_prime_itself_runs_a_cell() -> None:
    with REPL(prime_service(), {"double": lambda n: 2 * n}, cancel=CancelToken()) as repl:
        assert repl.run("print(double(4))", seconds=30).stdout == "8\n"
