"""The environments that the list of behaviours is run on, and what a test does where one cannot be used."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import NoReturn

import pytest

from rlm_app.assemble import missing_for
from rlm_app.environments.docker import DockerREPL
from rlm_app.environments.local import LocalREPL
from rlm_app.environments.modal import ModalREPL
from rlm_app.environments.prime import PrimeREPL
from rlm_app.protocols import Environment
from tests.servers.modal_server import ModalServer
from tests.servers.prime_server import PrimeServer


def without(reason: str) -> NoReturn:
    """End a test that needs what is not here: a failure in CI, elsewhere a skip that says why."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def docker_repl() -> DockerREPL:
    """Return the container environment, if containers can be started."""
    environment = DockerREPL()
    if reason := missing_for(environment):
        without(reason)
    return environment


MODAL_KEYS = "MODAL_TOKEN_ID" in os.environ and "MODAL_TOKEN_SECRET" in os.environ
"""Whether this process was given an account of Modal. An SDK keeps one address: the service's, or the stand-in's."""


@functools.cache
def modal_server() -> ModalServer:
    """Return the stand-in for Modal, to which the SDK of this process is led."""
    if MODAL_KEYS:
        pytest.skip("MODAL_TOKEN_ID is set: Modal itself is asked, see tests named modal-service")
    server = ModalServer()
    os.environ |= {"MODAL_SERVER_URL": server.url, "MODAL_TOKEN_ID": "ak-test", "MODAL_TOKEN_SECRET": "as-test"}
    return server


def modal_repl() -> ModalREPL:
    """Return the Modal environment on the stand-in, where a tenth of all calls and pieces of output break."""
    modal_server().faults = 0.1
    return ModalREPL(python=sys.executable)


def modal_service() -> ModalREPL:
    """Return the Modal environment on the service itself."""
    if not MODAL_KEYS:
        pytest.skip("Modal itself is asked only where MODAL_TOKEN_ID and MODAL_TOKEN_SECRET are set")
    return ModalREPL(timeout=600)


PRIME_KEY = "PRIME_API_KEY" in os.environ


@functools.cache
def prime_server() -> PrimeServer:
    """Return the stand-in for Prime, to which the SDK of this process is led."""
    if PRIME_KEY:
        pytest.skip("PRIME_API_KEY is set: Prime itself is asked, see tests named prime-service")
    server = PrimeServer()
    os.environ |= {"PRIME_API_BASE_URL": server.url, "PRIME_API_KEY": "pk-test"}
    return server


def prime_repl() -> PrimeREPL:
    """Return the Prime environment on the stand-in."""
    prime_server()
    return PrimeREPL(python=sys.executable)


def prime_service() -> PrimeREPL:
    """Return the Prime environment on the service itself."""
    if not PRIME_KEY:
        pytest.skip("Prime itself is asked only where PRIME_API_KEY is set")
    return PrimeREPL(minutes=10)


def _far(stand_in: object, service: object, name: str, has_account: bool) -> object:
    """Return the parameter for an environment elsewhere: the service itself where there is an account, else its stand-in."""
    if has_account:
        return pytest.param(service, id=f"{name}-service", marks=[pytest.mark.service, pytest.mark.slow])
    return pytest.param(stand_in, id=name, marks=pytest.mark.slow)


ENVIRONMENTS: list[object] = [
    pytest.param(LocalREPL, id="local"),
    pytest.param(docker_repl, id="docker", marks=[pytest.mark.docker, pytest.mark.slow]),
    _far(modal_repl, modal_service, "modal", MODAL_KEYS),
    _far(prime_repl, prime_service, "prime", PRIME_KEY),
]
"""Each makes an `Environment`. What is not local starts slowly: those run with --slow and in CI."""

Make = Callable[[], Environment]
