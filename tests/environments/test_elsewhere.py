"""What is true of each environment that is a sandbox of a service, through its real SDK against a stand-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rlm_app.assemble import make_environment, missing_for
from rlm_app.cancel import CancelToken
from rlm_app.engine.repl import REPL
from rlm_app.environments import modal, prime
from rlm_app.errors import ConfigError, REPLLost
from rlm_app.protocols import Environment
from tests.environments.recipes import modal_repl, modal_server, prime_repl, prime_server
from tests.environments.talk import greet
from tests.environments.waiting import eventually
from tests.servers.modal_server import ModalServer
from tests.servers.prime_server import PrimeServer


@dataclass(frozen=True)
class Service:
    """A service: its stand-in, our environment on it, and what its account looks like on disk."""

    server: Callable[[], ModalServer | PrimeServer]
    repl: Callable[[], Environment]
    variable: str
    no_account: str
    login: str
    file: tuple[str, str]


SERVICES = {
    "modal": Service(
        modal_server,
        modal_repl,
        "MODAL_TOKEN_ID",
        modal.NO_ACCOUNT,
        "modal token new",
        ("modal.toml", '[default]\ntoken_id = "ak-1"\ntoken_secret = "as-1"\n'),
    ),
    "prime": Service(
        prime_server,
        prime_repl,
        "PRIME_API_KEY",
        prime.NO_ACCOUNT,
        "prime login",
        (".prime/config.json", '{"api_key": "pk-1"}'),
    ),
}
EACH = pytest.mark.parametrize("name", SERVICES)


@pytest.fixture
def server(name: str) -> Iterator[ModalServer | PrimeServer]:
    server = SERVICES[name].server()
    yield server
    server.faults, server.refuse = 0.0, ""


@pytest.fixture
def environment(name: str, server: ModalServer | PrimeServer) -> Environment:
    environment = SERVICES[name].repl()
    server.faults = 0.0
    return environment


@EACH
def test_the_end_of_a_channel_is_the_end_of_its_sandbox(
    server: ModalServer | PrimeServer, environment: Environment
) -> None:
    channel = environment.connect()
    greet(channel)
    assert len(server.running()) == 1
    channel.kill()
    channel.kill()
    assert eventually(lambda: server.running() == [])
    assert eventually(lambda: server.ended[-1].endswith(str(len(server.created))))
    for use in (lambda: channel.read(1), lambda: channel.write(b"x")):
        with pytest.raises(REPLLost, match="killed by the app"):
            use()


@EACH
def test_a_sandbox_that_dies_is_a_lost_repl(server: ModalServer | PrimeServer, environment: Environment) -> None:
    with REPL(environment, {}, cancel=CancelToken()) as repl:
        server.drop()
        with pytest.raises(REPLLost, match="variables are lost"):
            repl.run("print(1)", seconds=10)


@EACH
def test_without_an_account_it_is_said_how_to_get_one(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    service, (file, text) = SERVICES[name], SERVICES[name].file
    monkeypatch.delenv(service.variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("MODAL_CONFIG_PATH", str(tmp_path / "modal.toml"))
    environment = make_environment(name, {"cpu": 2.0})
    assert missing_for(environment) == service.no_account
    with pytest.raises(ConfigError, match=service.login):
        environment.connect()
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(text, encoding="utf-8")
    assert missing_for(environment) == ""
