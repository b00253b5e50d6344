"""The environments that the list of behaviours is run on, and what a test does where one cannot be used."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NoReturn

import pytest

from rlm_app.assemble import missing_for
from rlm_app.environments.docker import DockerREPL
from rlm_app.environments.local import LocalREPL
from rlm_app.protocols import Environment


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


ENVIRONMENTS: list[object] = [
    pytest.param(LocalREPL, id="local"),
    pytest.param(docker_repl, id="docker", marks=[pytest.mark.docker, pytest.mark.slow]),
]
"""Each makes an `Environment`. What is not local starts slowly: those run with --slow and in CI."""

Make = Callable[[], Environment]
