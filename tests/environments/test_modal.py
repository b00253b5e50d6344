"""What is true of the Modal environment alone, through its real SDK against a stand-in for the service."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.engine.repl import REPL
from rlm_app.environments.modal import ModalREPL
from rlm_app.errors import REPLStartError
from tests.environments.recipes import modal_repl, modal_server, modal_service
from tests.environments.talk import greet, run
from tests.environments.waiting import eventually
from tests.servers.modal_server import ModalServer


@pytest.fixture
def server() -> Iterator[ModalServer]:
    server = modal_server()
    server.faults = 0.0
    server.refuse = ""
    yield server
    server.refuse = ""


@pytest.fixture
def environment(server: ModalServer) -> ModalREPL:
    environment = modal_repl()
    server.faults = 0.0
    return environment


def test_a_sandbox_is_asked_for_without_a_network_and_with_every_limit(server: ModalServer) -> None:
    asked = ModalREPL(python=sys.executable, cpu=0.5, memory=512 << 20, timeout=90, region="us-east", app="my-app")
    channel = asked.connect()
    greet(channel)
    channel.kill()
    definition = server.created[-1]
    assert definition.network_access.network_access_type == definition.network_access.BLOCKED
    assert definition.timeout_secs == 90
    assert (definition.resources.milli_cpu, definition.resources.milli_cpu_max) == (500, 500)
    assert (definition.resources.memory_mb, definition.resources.memory_mb_max) == (512, 512)
    assert list(definition.scheduler_placement.regions) == ["us-east"]
    assert list(definition.open_ports.ports) == []
    assert server.apps[-1] == "my-app"


def test_nothing_of_the_account_is_in_the_workers_environment(environment: ModalREPL) -> None:
    channel = environment.connect()
    greet(channel)
    names = run("import os\nprint(' '.join(os.environ))", channel).split()
    channel.kill()
    assert [name for name in names if name.startswith("MODAL")] == []


def test_what_the_service_refuses_is_said(server: ModalServer, environment: ModalREPL) -> None:
    server.refuse = "the workspace has reached its spending limit"
    with pytest.raises(REPLStartError, match="spending limit"):
        environment.connect()


def test_stderr_is_kept_apart(environment: ModalREPL) -> None:
    channel = environment.connect()
    greet(channel)
    run("import os\nos.write(2, b'a note of a library')\nNone", channel)
    assert eventually(lambda: "a note of a library" in channel.stderr() or run("1", channel) == "")
    channel.kill()


def test_large_frames_pass_though_calls_break_and_are_repeated(server: ModalServer, environment: ModalREPL) -> None:
    server.faults = 0.15
    text = "a line of a long document, ä €\n" * 100_000
    with REPL(environment, {"same": lambda value: value}, cancel=CancelToken()) as repl:
        repl.load("context", text)
        assert repl.run("print(len(context), same(context) == context)", seconds=30).stdout == f"{len(text)} True\n"


@pytest.mark.service
def test_modal_itself_runs_a_cell() -> None:
    with REPL(modal_service(), {"double": lambda n: 2 * n}, cancel=CancelToken()) as repl:
        assert repl.run("print(double(4))", seconds=30).stdout == "8\n"
