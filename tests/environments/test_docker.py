"""What is true of the container environment alone: how it is shut in, how it ends, and what is said where it is missing."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rlm_app.assemble import make_environment, missing_for
from rlm_app.cancel import CancelToken
from rlm_app.engine.repl import REPL
from rlm_app.environments import docker_engine
from rlm_app.environments.confinement import Plan
from rlm_app.environments.docker import DockerREPL
from rlm_app.environments.streams import StreamChannel
from rlm_app.errors import ConfigError, REPLLost, REPLStartError
from tests.environments.recipes import docker_repl
from tests.environments.talk import greet, run
from tests.environments.test_kill import CELLS, GRACE, LIMIT
from tests.environments.waiting import eventually

docker = pytest.mark.docker
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def environment() -> DockerREPL:
    return docker_repl()


@pytest.fixture
def channel(environment: DockerREPL) -> Iterator[StreamChannel]:
    channel = started(environment)
    yield channel
    channel.kill()


def started(environment: DockerREPL) -> StreamChannel:
    channel = environment.connect()
    greet(channel)
    return channel


def ours() -> list[dict[str, Any]]:
    """Return the containers this process started."""
    mine = f"{docker_engine.OWNER}={docker_engine.labels()[docker_engine.OWNER]}"
    rows: list[dict[str, Any]] = docker_engine.engine().containers(all=True, filters={"label": mine})
    return rows


@docker
def test_a_container_has_no_network_no_rights_and_nothing_of_the_machine(channel: StreamChannel) -> None:
    facts = docker_engine.engine().inspect_container(ours()[0]["Id"])
    config, host = facts["Config"], facts["HostConfig"]
    assert config["User"] == "65534:65534"
    assert not config["Tty"]
    assert host["NetworkMode"] == "none"
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert host["LogConfig"]["Type"] == "none"
    assert host["Memory"] == host["MemorySwap"] > 0
    assert host["PidsLimit"] > 0
    assert host["NanoCpus"] == 1_000_000_000
    assert facts["Mounts"] == []
    assert not host["Privileged"]


SEEN = """
import os, socket
print(os.getuid(), os.listdir("/scratch"), os.listdir("/sys/class/net"))
for path in ("/", "/usr", "/tmp", "/etc", "/dev/shm"):
    try:
        open(path + "/mark", "w").write("x")
        print("wrote", path)
    except OSError:
        pass
try:
    socket.create_connection(("1.1.1.1", 53), 1)
    print("connected")
except OSError:
    pass
"""


@docker
def test_the_container_alone_holds_code_to_its_scratch_folder_and_off_every_network(environment: DockerREPL) -> None:
    channel = started(DockerREPL(plan=Plan(confined=False)))
    printed = run(SEEN, channel).splitlines()
    channel.kill()
    assert printed[0] == "65534 [] ['lo']"
    assert [line for line in printed[1:] if line != "wrote /dev/shm"] == []


@docker
def test_the_walls_of_the_kernel_stand_inside_it_too(environment: DockerREPL) -> None:
    channel = DockerREPL(plan=Plan(confined=True)).connect()
    confined = greet(channel)["confined"]
    channel.kill()
    assert confined["missing"] == []
    assert confined["layers"]["seccomp"].startswith("on")


@docker
def test_scratch_is_limited(environment: DockerREPL) -> None:
    channel = started(DockerREPL(scratch=4 << 20))
    code = "try:\n    open('big', 'wb').write(b'x' * (8 << 20))\nexcept OSError as error:\n    print(error.strerror)"
    printed = run(code, channel)
    channel.kill()
    assert printed == "No space left on device"


@docker
def test_more_memory_than_allowed_is_an_error_and_the_repl_goes_on(environment: DockerREPL) -> None:
    with REPL(DockerREPL(memory=200 << 20), {}, cancel=CancelToken()) as repl:
        result = repl.run("x = []\nwhile True: x.append(bytearray(10_000_000))", seconds=20)
        assert result.error is not None
        assert result.error.type == "MemoryError"
        assert repl.run("del x\nprint(1)", seconds=20).stdout == "1\n"


@docker
def test_nothing_of_a_container_is_logged(channel: StreamChannel) -> None:
    run("print('a secret of a document')", channel)
    assert docker_engine.engine().inspect_container(ours()[0]["Id"])["LogPath"] == ""


@docker
def test_the_end_of_a_channel_is_the_end_of_its_container(environment: DockerREPL) -> None:
    channel = started(environment)
    assert len(ours()) == 1
    channel.kill()
    channel.kill()
    assert ours() == []
    with pytest.raises(REPLLost, match="killed by the app"):
        channel.read(1)
    with pytest.raises(REPLLost, match="killed by the app"):
        channel.write(b"x")


@docker
def test_a_worker_that_reads_nothing_is_removed_at_once(environment: DockerREPL) -> None:
    channel = started(environment)
    docker_engine.engine().kill(ours()[0]["Id"], signal="SIGSTOP")
    lost: list[str] = []

    def flood() -> None:
        try:
            channel.write(b"\0" * (64 << 20))
        except REPLLost as error:
            lost.append(str(error))

    writer = threading.Thread(target=flood)
    writer.start()
    writer.join(0.3)
    assert writer.is_alive()
    began = time.monotonic()
    channel.kill()
    assert time.monotonic() - began < 10.0
    writer.join(5)
    assert len(lost) == 1
    assert eventually(lambda: ours() == [])


@docker
def test_a_container_that_was_removed_by_somebody_is_a_lost_repl(environment: DockerREPL) -> None:
    with REPL(environment, {}, cancel=CancelToken()) as repl:
        docker_engine.engine().remove_container(ours()[0]["Id"], force=True)
        with pytest.raises(REPLLost):
            repl.run("print(1)", seconds=10)


@docker
def test_an_image_that_is_missing_is_named_with_the_command_that_gets_it(environment: DockerREPL) -> None:
    wanted = make_environment("docker", {"image": "rlm-app-no-such-image:1"})
    assert missing_for(wanted) == (
        "The Docker engine has no image called rlm-app-no-such-image:1. Run: docker pull rlm-app-no-such-image:1"
    )
    with pytest.raises(ConfigError, match="docker pull rlm-app-no-such-image:1"):
        wanted.connect()
    assert "docker build -t rlm-app-cells rlm_app/environments/image" in docker_engine.image_missing("rlm-app-cells")


@docker
def test_an_image_without_python_did_not_start_and_leaves_nothing(environment: DockerREPL) -> None:
    with pytest.raises(REPLStartError, match="no-such-python"):
        DockerREPL(python="no-such-python").connect()
    assert ours() == []


def test_options_that_docker_does_not_know_are_refused_with_those_it_knows() -> None:
    with pytest.raises(ConfigError, match=r"knows image, memory.*does not know memroy"):
        make_environment("docker", {"memroy": 1})


@docker
def test_the_example_answers_from_a_container(environment: DockerREPL) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "docs.examples.in_docker"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    assert "third day of each month" in done.stdout


@docker
def test_what_the_image_brings_to_calculate_and_draw_can_be_used(environment: DockerREPL) -> None:
    with REPL(environment, {}, cancel=CancelToken()) as repl:
        result = repl.run("import pandas, matplotlib.pyplot as plt\nplt.plot([1, 2])\nNone", seconds=30)
        assert result.error is None, result.error.traceback
        assert len(result.pictures) == 1


@docker
def test_a_program_that_is_no_python_did_not_start_and_leaves_nothing(environment: DockerREPL) -> None:
    with pytest.raises(REPLStartError, match="did not start"):
        REPL(DockerREPL(python="false"), {}, cancel=CancelToken())
    assert eventually(lambda: ours() == [])


@docker
@pytest.mark.slow
def test_cells_that_nothing_stops_are_gone_within_their_limit_and_three_seconds(environment: DockerREPL) -> None:
    for _ in range(10):
        with REPL(environment, {}, cancel=CancelToken()) as repl:
            began = time.monotonic()
            with pytest.raises(REPLLost):
                repl.run("import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass", seconds=0.2)
            assert time.monotonic() - began < 3.2
        assert ours() == []


@docker
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_two_hundred_cells_that_want_to_stay_leave_neither_container_nor_process(environment: DockerREPL) -> None:
    rounds = [(name, number % 3 == 2) for number in range(-(-200 // len(CELLS))) for name in CELLS][:200]
    with ThreadPoolExecutor(4) as pool:
        took = list(pool.map(lambda one: seconds_until_gone(environment, *one), rounds))
    assert max(took) < LIMIT + GRACE
    assert ours() == []


def seconds_until_gone(environment: DockerREPL, name: str, confined: bool) -> float:
    """Run the cell until its limit and end the REPL; return how long it took until its container was no more."""
    inside = replace(environment, plan=replace(environment.plan, confined=confined))
    with REPL(inside, {}, cancel=CancelToken()) as repl:
        assert repl.run("1 + 1", seconds=10).stdout.strip() == "2"
        began = time.monotonic()
        with contextlib.suppress(
            REPLLost
        ):  # or it ends as it likes: the first process of a container cannot kill itself
            repl.run(CELLS[name], seconds=LIMIT)
    return time.monotonic() - began
