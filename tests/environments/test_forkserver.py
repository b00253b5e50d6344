"""The process that local workers are forked from: what it holds, what it forks, and what happens when it or the app dies."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.engine.frames import encode, read_frame
from rlm_app.engine.repl import REPL
from rlm_app.environments.channels import ChildChannel
from rlm_app.environments.confinement import START, Plan
from rlm_app.environments.forkserver import TEMPLATE, ForkServer
from rlm_app.environments.local import WORKER, LocalREPL
from rlm_app.errors import REPLLost
from tests.environments.waiting import eventually

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="workers are forked on Linux only")

ROOT = Path(__file__).parents[2]
HELLO = encode({"op": "hello", "tools": [], "output_chars": 1_000, "call_bytes": 1_000, "answer_chars": 1_000})


def started() -> ChildChannel:
    channel = LocalREPL(Plan(confined=False)).connect()
    channel.write(HELLO)
    assert read_frame(channel.read).op == "ready"
    return channel


def stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def lives(pid: int) -> bool:
    try:
        return stat(pid)[0] != "Z"
    except OSError:
        return False


def template_of(channel: ChildChannel) -> int:
    return int(stat(channel.pid)[1])


def test_workers_are_forked_from_one_template() -> None:
    one, two = started(), started()
    assert template_of(one) == template_of(two)
    assert TEMPLATE.name in Path(f"/proc/{template_of(one)}/cmdline").read_text(encoding="utf-8")
    one.kill()
    two.kill()
    assert not lives(one.pid)
    assert not lives(two.pid)


def test_the_template_has_one_thread_and_nothing_of_the_app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    server = ForkServer()
    monkeypatch.setenv("RLM_TEST_SECRET", "hunter2")
    stream, inner = socket.socketpair()
    with open(tmp_path / "open", "w", encoding="utf-8") as file, stream, inner:
        os.set_inheritable(file.fileno(), True)
        forked = server.fork({"packages": []}, "/", START, WORKER, (inner.fileno(), inner.fileno()))
        template = int(stat(forked.pid)[1])
        assert b"hunter2" not in Path(f"/proc/{template}/environ").read_bytes()
        links = [os.readlink(fd.path) for fd in os.scandir(f"/proc/{template}/fd") if os.path.lexists(fd.path)]
        assert str(tmp_path / "open") not in links
        assert len(os.listdir(f"/proc/{template}/task")) == 1
        forked.kill(2.0)
    server.close()
    assert not lives(template)


def test_a_worker_leads_a_session_of_its_own() -> None:
    channel = started()
    assert os.getsid(channel.pid) == channel.pid
    assert os.getpgid(channel.pid) == channel.pid
    channel.kill()


def test_when_the_template_is_killed_its_workers_die_and_the_next_worker_has_a_new_one() -> None:
    first = started()
    template = template_of(first)
    with REPL(LocalREPL(), {}, cancel=CancelToken()) as repl:
        os.kill(template, signal.SIGKILL)
        with pytest.raises(REPLLost):
            repl.run("while True: pass", seconds=20)
    assert eventually(lambda: not lives(first.pid))
    first.kill()
    second = started()
    assert template_of(second) != template
    second.kill()


def test_without_a_template_workers_are_started_one_by_one() -> None:
    with REPL(LocalREPL(forked=False), {}, cancel=CancelToken()) as repl:
        assert repl.run("import os\nprint(os.getppid())", seconds=10).stdout == f"{os.getpid()}\n"


def test_a_template_that_cannot_start_is_tried_twice(tmp_path: Path) -> None:
    server = ForkServer()
    broken = tmp_path / "start.py"
    broken.write_text("raise RuntimeError", encoding="utf-8")
    stream, inner = socket.socketpair()
    with stream, inner:
        for message in ("has died", "has died", "there is no process"):
            with pytest.raises(OSError, match=message):
                server.fork({}, "/", broken, WORKER, (inner.fileno(), inner.fileno()))


def test_an_order_that_is_too_long_is_refused_and_costs_no_worker_its_life() -> None:
    server = ForkServer()
    stream, inner = socket.socketpair()
    with stream, inner:
        ends = (inner.fileno(), inner.fileno())
        forked = server.fork({}, "/", START, WORKER, ends)
        with pytest.raises(OSError, match="too long"):
            server.fork({"packages": ["x" * 200_000]}, "/", START, WORKER, ends)
        assert server.ask(object(), "kill", pid=forked.pid) == {}  # the order of another template's worker
        assert Path(f"/proc/{forked.pid}").exists()
        forked.kill(2.0)
    server.close()


def test_many_workers_may_be_started_at_once() -> None:
    with ThreadPoolExecutor(16) as pool:
        channels = list(pool.map(lambda _: started(), range(16)))
        assert len({channel.pid for channel in channels}) == 16
        list(pool.map(ChildChannel.kill, channels))
    assert not any(lives(channel.pid) for channel in channels)


def test_workers_do_not_share_what_chance_gives_them() -> None:
    printed = set()
    for _ in range(2):
        with REPL(LocalREPL(), {}, cancel=CancelToken()) as repl:
            printed.add(repl.run("import random, uuid\nprint(random.random(), uuid.uuid4())", seconds=10).stdout)
    assert len(printed) == 2


APP = """
import os, signal, sys
from rlm_app.engine.frames import encode, read_frame
from rlm_app.environments.confinement import Plan
from rlm_app.environments.local import LocalREPL
channel = LocalREPL(Plan(confined=False), forked=FORKED).connect()
channel.write(encode({"op": "hello", "tools": [], "output_chars": 10, "call_bytes": 10, "answer_chars": 10}))
read_frame(channel.read)
cell = b'''
import os, time, warnings
warnings.simplefilter("ignore")
if not os.fork():
    os.setsid()
    if not os.fork():
        os.setsid()
        time.sleep(300)
    os._exit(0)
open("began", "w").close()
while True: pass
'''
channel.write(encode({"op": "exec", "nonce": "n"}, [cell]))
scratch = os.readlink(f"/proc/{channel.pid}/cwd")
while not os.path.exists(scratch + "/began"): pass
print(scratch, os.popen(f"ps -o ppid= -p {channel.pid}").read().strip(), flush=True)
"""


@pytest.mark.parametrize(
    "end", ["", "os._exit(3)", "os.kill(os.getpid(), signal.SIGKILL)"], ids=["exit", "_exit", "SIGKILL"]
)
@pytest.mark.parametrize("forked", [True, False], ids=["forked", "on its own"])
def test_the_app_leaves_nothing_however_it_ends(end: str, forked: bool) -> None:
    app = APP.replace("FORKED", str(forked)) + end
    done = subprocess.run(
        [sys.executable, "-c", app], cwd=ROOT, capture_output=True, text=True, check=False, timeout=30
    )
    scratch, template = done.stdout.split()

    def left() -> list[str]:
        found = []
        for entry in Path("/proc").iterdir():
            try:
                found += [entry.name] if entry.name.isdigit() and os.readlink(entry / "cwd").startswith(scratch) else []
            except OSError:
                continue
        return found

    assert eventually(lambda: not left() and not lives(int(template)))
    subprocess.run(["rm", "-rf", scratch], check=True)


FORKED_APP = """
import os, warnings
warnings.simplefilter("ignore")
from rlm_app.cancel import CancelToken
from rlm_app.engine.repl import REPL
from rlm_app.environments.local import LocalREPL
def parent():
    with REPL(LocalREPL(), {}, cancel=CancelToken()) as repl:
        return repl.run("import os\\nprint(os.getppid())", seconds=10).stdout.strip()
mine = parent()
pid = os.fork()
if not pid:
    print(mine != parent(), flush=True)
    os._exit(0)
os.waitpid(pid, 0)
print(mine == parent())
"""


def test_a_fork_of_the_app_gets_a_template_of_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORKED_APP], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.split() == ["True", "True"], done.stderr


def test_threads_that_end_take_no_worker_with_them() -> None:
    channels: list[ChildChannel] = []
    thread = threading.Thread(target=lambda: channels.append(started()))
    thread.start()
    thread.join(10.0)
    assert lives(channels[0].pid)
    channels[0].kill()


@pytest.mark.slow
@pytest.mark.alone
def test_a_worker_is_ready_within_sixty_milliseconds() -> None:
    took = []
    for _ in range(21):
        began = time.monotonic()
        with REPL(LocalREPL(), {}, cancel=CancelToken()):
            took.append(time.monotonic() - began)
    assert sorted(took)[10] < 0.06
