"""Whatever a cell does to stay: soon after its limit nothing of it is left."""

import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.engine.repl import REPL
from rlm_app.environments.confinement import Plan
from rlm_app.environments.local import LocalREPL
from rlm_app.errors import REPLLost

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

LIMIT, GRACE = 0.2, 3.0

QUIET = "import os, signal, sys, time, warnings\nwarnings.simplefilter('ignore')\n"
DEAF = "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
DAEMONS = """
for _ in range(4):
    if not os.fork():
        os.setsid()
        if not os.fork():
            os.setsid()
            while True:
                time.sleep(300)
        os._exit(0)
"""
STOPPED = """
for _ in range(4):
    if not os.fork():
        os.setsid()
        while True:
            os.kill(os.getpid(), signal.SIGSTOP)
"""
RUNNER = """
if not os.fork():
    os.setsid()
    for _ in range(4000):
        if os.fork():
            os._exit(0)
    os._exit(0)
"""

CELLS = {
    "loops for ever": "while True: pass",
    "blocks in C": "sum(range(10**12))",
    "catches everything": QUIET
    + DEAF
    + "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    "forks into sessions of their own": QUIET
    + "for _ in range(4):\n    if not os.fork():\n        os.setsid()\n        while True: time.sleep(300)\ntime.sleep(300)",
    "leaves daemons and loops": QUIET + DEAF + DAEMONS + "while True: pass",
    "leaves daemons and dies": QUIET + DAEMONS + "os._exit(0)",
    "leaves daemons and is killed": QUIET + DAEMONS + "os.kill(os.getpid(), signal.SIGKILL)",
    "stops itself and its children": QUIET + STOPPED + "os.kill(os.getpid(), signal.SIGSTOP)",
    "runs away from process to process": QUIET + RUNNER + "time.sleep(300)",
    "runs away and dies": QUIET + RUNNER + "os._exit(0)",
    "starts programs": QUIET
    + "import subprocess\nfor _ in range(3): subprocess.Popen(['sleep', '300'], start_new_session=True)\ntime.sleep(300)",
}


def left_in(folder: str) -> list[int]:
    """Return the processes that live in a folder, whatever session they are in."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.readlink(entry / "cwd").startswith(folder):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def attack(name: str, *, confined: bool = False, forked: bool = True) -> tuple[float, list[int]]:
    """Run the cell until its limit, end the REPL, and return how long that took and what is left.

    Behind the kernel's walls a cell can start no process at all: what it tries then ends as an error.
    """
    with REPL(LocalREPL(Plan(confined=confined), forked=forked), {}, cancel=CancelToken()) as repl:
        scratch = repl.run("import os\nprint(os.getcwd())", seconds=10).stdout.strip()
        began = time.monotonic()
        try:
            result = repl.run(CELLS[name], seconds=LIMIT)
            assert result.interrupted or (confined and result.error is not None)
        except REPLLost:
            assert not repl.alive
    took = time.monotonic() - began
    left = left_in(scratch)
    while left and time.monotonic() - began < LIMIT + GRACE:
        time.sleep(0.02)
        left = left_in(scratch)
    assert not os.path.exists(scratch)
    return took, left


QUICK = (
    "catches everything",
    "forks into sessions of their own",
    "leaves daemons and dies",
    "runs away and dies",
    "runs away from process to process",
    "starts programs",
)


def test_nothing_is_left_of_a_confined_cell_that_stops_itself() -> None:
    took, left = attack("stops itself and its children", confined=True)
    assert left == []
    assert took < LIMIT + GRACE


@pytest.mark.parametrize("name", QUICK)
def test_nothing_is_left_of_a_cell_that_wants_to_stay(name: str) -> None:
    took, left = attack(name)
    assert left == []
    assert took < LIMIT + GRACE


@pytest.mark.parametrize("name", ["leaves daemons and dies", "leaves daemons and is killed", "runs away and dies"])
def test_nothing_is_left_of_a_worker_that_was_not_forked_and_ends_itself(name: str) -> None:
    took, left = attack(name, forked=False)
    assert left == []
    assert took < LIMIT + GRACE


@pytest.mark.slow
def test_two_hundred_times_in_a_row_nothing_is_left() -> None:
    rounds = [(name, number % 3 == 2) for number in range(-(-200 // len(CELLS))) for name in CELLS][:200]
    with ThreadPoolExecutor(4) as pool:
        ends = pool.map(lambda one: attack(one[0], confined=one[1]), rounds)
        found = list(zip(rounds, ends, strict=True))
    assert [(name, left) for name, (_, left) in found if left] == []
    assert max(took for _, (took, _) in found) < LIMIT + GRACE


def test_many_threads_may_end_one_repl() -> None:
    repl = REPL(LocalREPL(), {}, cancel=CancelToken())
    threads = [threading.Thread(target=repl.close) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5.0)
    assert not any(thread.is_alive() for thread in threads)
