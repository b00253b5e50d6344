"""What is true of the local environment alone: its process, its folder, its limits and its end."""

import ast
import dataclasses
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.engine.frames import encode, read_frame
from rlm_app.engine.repl import REPL
from rlm_app.environments.channels import ChildChannel
from rlm_app.environments.confinement import Plan
from rlm_app.environments.local import WORKER, LocalREPL
from rlm_app.environments.scratch import make_scratch, remove_scratch, sweep_scratch
from rlm_app.errors import REPLError, REPLLost, REPLStartError
from tests.environments.waiting import eventually

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the local environment needs Linux or macOS")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

UNCONFINED = LocalREPL(Plan(confined=False))
UNCONFINED = LocalREPL(Plan(confined=False))
"""What holds without the kernel's walls too; behind them most of what is tried here cannot even be tried."""

HELLO = encode({"op": "hello", "tools": [], "output_chars": 1_000, "call_bytes": 1_000, "answer_chars": 1_000})


def started(environment: LocalREPL | None = None) -> ChildChannel:
    channel = (environment or UNCONFINED).connect()
    channel.write(HELLO)
    assert read_frame(channel.read).op == "ready"
    return channel


def run(code: str, channel: ChildChannel) -> str:
    channel.write(encode({"op": "exec", "nonce": "n"}, [code.encode()]))
    while (frame := read_frame(channel.read)).op != "result":
        pass
    assert frame.head["error"] is None, frame.head["error"]["traceback"]
    return frame.texts[0].strip()


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_the_worker_is_one_small_program_that_an_old_python_can_parse() -> None:
    source = WORKER.read_text(encoding="utf-8")
    assert len(source.encode()) < 32 << 10
    tree = ast.parse(source, feature_version=(3, 9))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_the_scratch_folder_is_private_empty_and_gone_at_the_end() -> None:
    channel = started()
    scratch = run("import os\nprint(os.getcwd())", channel)
    assert os.listdir(scratch) == []
    assert os.stat(scratch).st_mode & 0o777 == 0o700
    channel.kill()
    assert not os.path.exists(scratch)


def test_a_deep_and_hostile_tree_is_removed() -> None:
    channel = started(UNCONFINED)
    scratch = run("import os\nprint(os.getcwd())", channel)
    code = """
import os
top = os.getcwd()
for i in range(1200):
    os.mkdir("d" * 50)
    open("f", "w").close()
    os.symlink("/etc", "link")
    os.chdir("d" * 50)
os.chdir(top)
os.mkdir("locked")
open("locked/file", "w").close()
os.chmod("locked", 0)
"""
    run(code, channel)
    channel.kill()
    assert not os.path.exists(scratch)
    assert os.path.exists("/etc")


def test_removing_a_folder_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_text("x", encoding="utf-8")
    scratch = make_scratch()
    os.symlink(tmp_path / "kept", os.path.join(scratch, "link"))
    remove_scratch(scratch)
    remove_scratch(scratch)
    assert (tmp_path / "kept" / "file").exists()
    assert not os.path.exists(scratch)


@linux
def test_kill_ends_the_process_and_all_it_started() -> None:
    channel = started(UNCONFINED)
    code = """
import subprocess, os, sys
same = subprocess.Popen(["sleep", "300"])
away = subprocess.Popen(["sleep", "300"], start_new_session=True)
script = '''
import os
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
print(os.getpid(), flush=True)
os.execvp("sleep", ["sleep", "300"])
'''
orphan = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
print(os.getpid(), same.pid, away.pid, int(orphan.stdout.readline()))
"""
    pids = [int(text) for text in run(code, channel).split()]
    assert len(pids) == 4
    assert all(lives(pid) for pid in pids)
    channel.kill()
    assert eventually(lambda: not any(lives(pid) for pid in pids))


@linux
def test_a_forked_child_that_holds_the_sockets_keeps_nobody_waiting() -> None:
    channel = started(UNCONFINED)
    pid = int(
        run(
            "import os, warnings\nwarnings.simplefilter('ignore')\npid = os.fork()\n"
            "if not pid:\n    os.setsid()\n    __import__('time').sleep(300)\nprint(pid)",
            channel,
        )
    )
    began = time.monotonic()
    channel.kill()
    assert time.monotonic() - began < 10.0
    assert eventually(lambda: not lives(pid))


def test_kill_may_be_called_twice_and_from_many_threads() -> None:
    channel = started()
    threads = [threading.Thread(target=channel.kill) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()
    with pytest.raises(REPLLost):
        channel.read(1)
    with pytest.raises(REPLLost):
        channel.write(b"x")


def test_kill_wakes_a_blocked_reader() -> None:
    channel = started()
    said: list[str] = []

    def read() -> None:
        try:
            channel.read(4)
        except REPLLost as lost:
            said.append(str(lost))

    thread = threading.Thread(target=read)
    thread.start()
    channel.kill()
    thread.join(5)
    assert len(said) == 1


def test_a_stopped_worker_is_killed() -> None:
    channel = started()
    os.kill(channel.pid, signal.SIGSTOP)
    channel.kill()
    with pytest.raises(ProcessLookupError):
        os.kill(channel.pid, 0)


@linux
def test_starting_and_ending_leaks_nothing() -> None:
    def census() -> tuple[int, int, int]:
        children = Path(f"/proc/{os.getpid()}/task").glob("*/children")
        return (
            len(os.listdir("/proc/self/fd")),
            threading.active_count(),
            sum(len(c.read_text().split()) for c in children),
        )

    started().kill()
    before = census()
    for _ in range(8):
        with REPL(LocalREPL(), {"double": lambda n: 2 * n}, cancel=CancelToken()) as repl:
            assert repl.run("print(double(4))", seconds=10).stdout == "8\n"
    # Threads of earlier tests may still end, and ours a moment after close(): nothing may be left over, less is no leak.
    deadline = time.monotonic() + 5
    while any(now > then for now, then in zip(census(), before, strict=True)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert all(now <= then for now, then in zip(census(), before, strict=True)), (census(), before)


@linux
def test_the_worker_ends_when_the_app_is_killed_even_in_a_cell() -> None:
    program = """
import os, sys, time
from rlm_app.engine.frames import encode, read_frame
from rlm_app.environments.local import LocalREPL
channel = LocalREPL().connect()
channel.write(encode({"op": "hello", "tools": [], "output_chars": 10, "call_bytes": 10, "answer_chars": 10}))
read_frame(channel.read)
channel.write(encode({"op": "exec", "nonce": "n"}, [b"while True: pass"]))
print(channel.pid, flush=True)
os._exit(1)
"""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    assert eventually(lambda: not lives(pid))


def test_all_workers_are_started_by_one_lasting_thread() -> None:
    def spawners() -> list[threading.Thread]:
        return [thread for thread in threading.enumerate() if thread.name == "repl-spawner"]

    channels: list[ChildChannel] = []
    for _ in range(3):
        thread = threading.Thread(target=lambda: channels.append(LocalREPL().connect()))
        thread.start()
        thread.join(10)
    assert len(spawners()) == 1
    assert spawners()[0].daemon
    for channel in channels:
        channel.write(HELLO)
        assert read_frame(channel.read).op == "ready"
        channel.kill()


def test_the_worker_says_which_limits_hold() -> None:
    channel = LocalREPL().connect()
    channel.write(HELLO)
    ready = read_frame(channel.read)
    channel.kill()
    caps = ready.head["confined"]["caps"]
    assert caps["core"] is True
    if sys.platform.startswith("linux"):
        assert all(caps.values())


def test_the_environment_says_what_it_covers_and_what_not() -> None:
    environment = LocalREPL()
    assert environment.name == "local"
    assert "memory" in environment.covers
    assert "kernel" in environment.misses or "documents you trust" in environment.misses


@linux
def test_memory_that_grows_over_the_cap_is_an_error_and_the_repl_goes_on() -> None:
    with REPL(LocalREPL(Plan(memory=200 << 20)), {}, cancel=CancelToken()) as repl:
        result = repl.run("kept = 1\nx = []\nwhile True: x.append(bytearray(10_000_000))", seconds=20)
        assert result.error is not None
        assert result.error.type == "MemoryError"
        assert repl.run("del x\nprint(kept)", seconds=20).stdout == "1\n"


def test_a_thousand_threads_of_a_cell_may_wait_for_the_host_at_once() -> None:
    code = """
import threading
together, replies = threading.Barrier(1000), {}
def ask(i):
    together.wait()
    replies[i] = llm_query(str(i))
threads = [threading.Thread(target=ask, args=(i,)) for i in range(1000)]
for t in threads: t.start()
for t in threads: t.join()
print(len(replies), all(replies[i] == f"re: {i}" for i in replies))
"""
    with REPL(LocalREPL(), {"llm_query": "re: {}".format}, cancel=CancelToken()) as repl:
        result = repl.run(code, seconds=30)
    assert result.error is None, result.error.traceback
    assert result.stdout == "1000 True\n"


def test_a_reply_to_a_call_that_nobody_made_is_passed_over() -> None:
    channel = started()
    channel.write(encode({"op": "reply", "id": 7, "kind": "text"}, [b"forged"]))
    channel.write(encode({"op": "reply", "id": "x", "error": "forged"}))
    channel.write(encode({"op": "interrupt", "nonce": "of no cell"}))
    assert run("print('true')", channel) == "true"
    channel.kill()


@linux
def test_a_context_that_does_not_fit_is_refused_or_loses_the_worker() -> None:
    with (
        REPL(LocalREPL(Plan(memory=100 << 20)), {}, cancel=CancelToken()) as repl,
        pytest.raises(REPLError, match=r"(?i)memory"),
    ):
        repl.load("context", "x" * 150_000_000)


def test_core_dumps_are_off_and_few_files_may_be_open() -> None:
    channel = started()
    code = "import resource as r\nprint(r.getrlimit(r.RLIMIT_CORE)[0], r.getrlimit(r.RLIMIT_NOFILE)[0])"
    assert run(code, channel) == "0 256"
    channel.kill()


def test_only_what_we_put_there_is_in_the_environment() -> None:
    channel = started()
    names = run("import os\nprint(' '.join(sorted(os.environ)))", channel).split()
    channel.kill()
    assert set(names) <= {
        "LANG", "TZ", "HOME", "TMPDIR", "MPLCONFIGDIR", "PATH", "PYTHONHASHSEED", "MALLOC_ARENA_MAX", "MPLBACKEND",
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LC_CTYPE",
    }  # fmt: skip


@linux
def test_no_open_file_of_the_app_is_inherited(tmp_path: Path) -> None:
    with open(tmp_path / "secret", "w", encoding="utf-8") as secret:
        os.set_inheritable(secret.fileno(), True)
        channel = started(UNCONFINED)
        code = "import os\nprint([os.readlink(f.path) for f in os.scandir('/proc/self/fd') if os.path.lexists(f.path)])"
        links = run(code, channel)
        channel.kill()
    assert "secret" not in links
    assert "socket" in links


def test_the_folders_of_the_app_are_not_on_the_path() -> None:
    channel = started()
    assert (
        run("import importlib.util as u\nprint(u.find_spec('rlm_app'), u.find_spec('worker'))", channel) == "None None"
    )
    channel.kill()


# One character of four bytes makes Python hold a whole text at four bytes a character: that much it costs anybody.
TEXTS = {
    "plain": ("x" * 99 + "\n", 2.5),
    "accents": ("é" * 49 + "x\n", 2.5),
    "Chinese": ("中" * 33 + "\n", 2.5),
    "emoji here and there": ("x" * 95 + "🦆\n", 5.0),
}


@linux
@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.parametrize("name", TEXTS)
def test_a_hundred_megabytes_are_loaded_soon_and_cost_no_later_turn_anything(name: str) -> None:
    line, most = TEXTS[name]
    text = line * (100_000_000 // len(line.encode()))
    channel = LocalREPL().connect()
    with REPL(Given(channel), {}, cancel=CancelToken()) as repl:
        before, began = peak(channel.pid), time.process_time() + used(channel.pid)
        repl.load("context", [text[: len(text) // 2], text[len(text) // 2 :]] if name == "plain" else text)
        result = repl.run("print(len(context[0]) if isinstance(context, list) else len(context))", seconds=20)
        took = time.process_time() + used(channel.pid) - began
        assert int(result.stdout) in (len(text), len(text) // 2)
        assert (peak(channel.pid) - before) / 100_000_000 < most
        turns = []
        for _ in range(11):
            began = time.monotonic()
            repl.run("x = context[-100:]", seconds=20)
            turns.append(time.monotonic() - began)
    assert sorted(turns)[5] < 0.005
    assert took < 1.5


@dataclasses.dataclass(frozen=True)
class Given:
    """An environment whose worker is there already."""

    channel: ChildChannel
    name: str = "given"
    covers: str = ""
    misses: str = ""
    restricted_builtins: bool = True

    def connect(self) -> ChildChannel:
        return self.channel


def used(pid: int) -> float:
    """Return the seconds of processor time that a process has used."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text(encoding="ascii").split()[0]) for thread in threads) / 1e9


def peak(pid: int) -> int:
    """Return the most memory the process has held, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


@pytest.mark.slow
def test_figures_left_open_come_as_pictures_and_are_closed() -> None:
    draw = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.savefig('same.png')\nplt.show()\nplt.figure().set_dpi(2000)"
    with REPL(LocalREPL(), {}, cancel=CancelToken()) as repl:
        result = repl.run(draw, seconds=60)
        assert result.error is None, result.error.traceback
        sides = [max(picture.width, picture.height) for picture in result.pictures]
        assert sides[0] == 640
        assert 4_000 < sides[1] <= 4_096
        assert len(sides) == 2
        assert result.stdout == "(2 pictures are shown to the reader)\n"
        broken = repl.run("print(plt.get_fignums())\nplt.figure().text(0, 0, r'$\\frac{$')\nNone", seconds=60)
    assert broken.stdout.startswith("[]\n(figure 1 could not be drawn: ValueError")
    assert broken.pictures == ()


def test_the_last_of_stderr_is_kept() -> None:
    channel = started()
    run("import os\nfor i in range(1000): os.write(2, b'noise %d ' % i * 10)", channel)
    assert eventually(lambda: "noise 999" in channel.stderr())
    assert len(channel.stderr()) <= 8_000
    channel.kill()


def test_a_worker_that_cannot_start_says_why() -> None:
    with pytest.raises(REPLStartError, match="did not start") as caught:
        REPL(LocalREPL(Plan(open_files=0)), {}, cancel=CancelToken())
    assert caught.value.stderr


def test_scratch_folders_of_dead_processes_are_swept_and_those_of_the_living_stay() -> None:
    mine = make_scratch()
    with subprocess.Popen([sys.executable, "-c", "pass"]) as child:
        child.wait()
    dead = mine.replace(f"-{os.getpid()}-", f"-{child.pid}-")
    os.makedirs(os.path.join(dead, "a", "b"))
    assert sweep_scratch() >= 1
    assert not os.path.exists(dead)
    assert os.path.isdir(mine)
    remove_scratch(mine)
