"""Finding the Docker engine, saying what is missing, and sweeping what apps that are no more left in it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests
from docker.errors import APIError

from rlm_app.assemble import make_environment, missing_for
from rlm_app.environments import docker_engine
from rlm_app.errors import ConfigError
from tests.environments.recipes import docker_repl
from tests.environments.talk import greet, run
from tests.environments.waiting import eventually

docker = pytest.mark.docker
ROOT = Path(__file__).parents[2]


def test_without_an_engine_it_is_said_what_to_start(tmp_path: Path) -> None:
    nobody = make_environment("docker", {"base_url": f"unix://{tmp_path}/no.sock"})
    assert "Start Docker" in missing_for(nobody)
    assert "DOCKER_HOST" in missing_for(nobody)
    with pytest.raises(ConfigError, match="No Docker engine answers at unix://"):
        nobody.connect()


class Removals:
    """An engine that answers removals with these states of HTTP, one after another."""

    def __init__(self, *states: int) -> None:
        self.states = list(states)

    def remove_container(self, container: str, **how: bool) -> None:
        answer = requests.Response()
        answer.status_code = self.states.pop(0)
        if answer.status_code >= 400:
            raise APIError("no", response=answer)


@pytest.mark.parametrize(("states", "left"), [((500, 500, 204), 0), ((404, 204), 1), ((409, 204), 1), ((500,) * 5, 1)])
def test_a_container_that_is_busy_is_removed_when_it_no_longer_is(states: tuple[int, ...], left: int) -> None:
    api = Removals(*states)
    docker_engine.remove(api, "c")
    assert len(api.states) == left


def test_an_engine_that_hangs_up_is_no_engine(tmp_path: Path) -> None:
    path = str(tmp_path / "engine.sock")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()

        def hang_up() -> None:
            for _ in range(4):
                try:
                    server.accept()[0].close()
                except OSError:
                    return

        answering = threading.Thread(target=hang_up, daemon=True)
        answering.start()
        assert "No Docker engine answers" in missing_for(make_environment("docker", {"base_url": f"unix://{path}"}))
        server.shutdown(socket.SHUT_RDWR)
        answering.join(5)


DYING_APP = """
import os, sys
from rlm_app.environments.confinement import Plan
from rlm_app.environments.docker import DockerREPL
from rlm_app.environments import docker_engine
channel = DockerREPL().connect()
(row,) = [row for row in docker_engine.engine().containers()
          if row["Labels"].get(docker_engine.OWNER) == docker_engine.labels()[docker_engine.OWNER]]
if sys.argv[1] == "stop":
    docker_engine.engine().kill(row["Id"], signal="SIGSTOP")
print(row["Id"], flush=True)
os.kill(os.getpid(), 9)
"""


def leave_behind(how: str) -> str:
    """Start an app that dies with a container open, and return the container's id."""
    died = subprocess.run(
        [sys.executable, "-c", DYING_APP, how], cwd=ROOT, capture_output=True, text=True, check=False, timeout=30
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    return died.stdout.strip()


@docker
def test_a_container_of_a_dead_app_ends_by_itself_unless_it_is_stopped_and_then_it_is_swept() -> None:
    environment = docker_repl()

    def runs(container: str) -> bool:
        return bool(docker_engine.engine().containers(filters={"id": container}))

    free, stopped = leave_behind("run"), leave_behind("stop")
    assert eventually(lambda: not runs(free))
    assert runs(stopped)
    mine = environment.connect()
    greet(mine)
    docker_engine.sweep_meanwhile().join(20)
    left = {row["Id"] for row in docker_engine.engine().containers(all=True)}
    assert not left & {free, stopped}
    assert run("print('still here')", mine) == "still here"
    mine.kill()
