"""Starting child processes from one thread that never ends, and ending them with all they started."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

Start = Callable[[], "subprocess.Popen[bytes]"]
FLAGS = ("-s", "-S", "-P", "-B", "-u", "-X", "utf8")
"""How an interpreter is started that is to be ours alone. `-I` would also ignore PYTHONHASHSEED; these with an environment
that holds only what we put there isolate as much: no user site, no site-packages, no .pth files, no folder of ours."""


def environment() -> dict[str, str]:
    """Return what every worker finds in its environment: nothing of ours, equal hashes, one thread per number cruncher."""
    return {
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PATH": os.defpath,
        "PYTHONHASHSEED": "0",
        "MALLOC_ARENA_MAX": "2",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
    }


def places(scratch: str) -> dict[str, str]:
    """Return what is added for one worker: where libraries that keep files may keep them."""
    return dict.fromkeys(("HOME", "TMPDIR", "MPLCONFIGDIR"), scratch)


class Child(Protocol):
    """The process of a worker."""

    @property
    def pid(self) -> int:
        """Its process id, which nobody else gets before `kill`."""

    def interrupt(self) -> None:
        """Send it SIGINT."""

    def ended(self) -> str | None:
        """Say how it ended by itself ("ended itself with status 3"); None while it lives."""

    def kill(self, seconds: float) -> None:
        """Kill it with all it started, and wait for at most `seconds` for the system to bury it."""


class Spawned:
    """A worker in a process that the app has started itself."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid

    def interrupt(self) -> None:
        """Send it SIGINT."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGINT)

    def ended(self) -> str | None:
        """Say how it ended; it stays unburied, so that its group id stays ours."""
        if self._process.returncode is not None:
            return "was killed by the app"
        try:
            found = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)
        except ChildProcessError:
            return "ended"
        return says(found.si_code, found.si_status) if found is not None else None

    def kill(self, seconds: float) -> None:
        """Kill it, its group and its descendants."""
        kill_tree(self._process, seconds)


def says(code: int, status: int) -> str:
    """Return what the kernel tells of a dead child, in words."""
    return (
        f"ended itself with status {status}"
        if code == os.CLD_EXITED
        else f"was killed by {signal.Signals(status).name}"
    )


class Spawner:
    """One thread that starts every worker and lives as long as the app.

    A process that asks to die with its parent (PR_SET_PDEATHSIG) dies with the *thread* that started it, and the threads that
    begin runs are short-lived.
    """

    def __init__(self) -> None:
        self._orders: queue.SimpleQueue[tuple[Start, queue.SimpleQueue[subprocess.Popen[bytes] | OSError]]]
        self._orders = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self, start: Start) -> subprocess.Popen[bytes]:
        """Run `start` in the spawner's thread and return its process; raise the `OSError` it raised."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._serve, name="repl-spawner", daemon=True)
                self._thread.start()
        answer: queue.SimpleQueue[subprocess.Popen[bytes] | OSError] = queue.SimpleQueue()
        self._orders.put((start, answer))
        found = answer.get()
        if isinstance(found, OSError):
            raise found
        return found

    def _serve(self) -> None:
        while True:
            start, answer = self._orders.get()
            try:
                answer.put(start())
            except OSError as error:
                answer.put(error)


SPAWNER = Spawner()


def kill_tree(process: subprocess.Popen[bytes], wait_seconds: float) -> None:
    """Kill a process, its group and its descendants, and bury it; wait at most `wait_seconds` for that.

    On Linux descendants in sessions of their own are found too while the process lives, because it adopts orphans.
    """
    if process.returncode is not None:
        return
    _kill_descendants(process.pid)
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        process.kill()
    try:
        process.wait(wait_seconds)
    except subprocess.TimeoutExpired:
        threading.Thread(target=process.wait, name="repl-undertaker", daemon=True).start()


def _kill_descendants(pid: int) -> None:
    """Stop the process so that it cannot fork or adopt unseen, then kill what is below it until nothing lives there."""
    children = Path(f"/proc/{pid}/task")
    if not children.exists():
        return
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGSTOP)
    end, calm = time.monotonic() + 1.0, 0
    # Two empty looks, because a child may move up to the process, its own parent having died, in the middle of one.
    while calm < 2 and time.monotonic() < end:
        below = _descendants(pid)
        calm = 0 if below else calm + 1
        for one in below:
            with contextlib.suppress(OSError):
                os.kill(one, signal.SIGKILL)
        if below:
            time.sleep(0.001)


def _descendants(pid: int) -> list[int]:
    """Return the living processes below `pid`, by the kernel's lists of children."""
    found: list[int] = []
    look = [pid]
    while look:
        for children in Path(f"/proc/{look.pop()}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                look += [int(text) for text in children.read_text().split()]
        found += [one for one in look if one not in found and _lives(one)]
    return found


def _lives(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
