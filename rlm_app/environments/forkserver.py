"""The app's end of the process that forks local workers: one per app, started when the first worker is wanted (Linux)."""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

from rlm_app.environments.processes import FLAGS, SPAWNER, environment, places, says

TEMPLATE = Path(__file__).with_name("forkserver_template.py")
REPLY_SECONDS = 10.0
FAILURES_MAX = 2
REQUEST_BYTES = 1 << 17


class Forked:
    """A worker that was forked from the template. Its pid stays its own until it is killed; a descriptor is for after that."""

    def __init__(self, server: ForkServer, template: object, pid: int) -> None:
        self.pid = pid
        self._ask = functools.partial(server.ask, template)
        self._handle: int | None = os.pidfd_open(pid)
        self._lock = threading.Lock()

    def interrupt(self) -> None:
        """Send it SIGINT."""
        with self._lock:
            self._send(signal.SIGINT)

    def ended(self) -> str | None:
        """Say how it has ended by itself; None while it lives."""
        if not self._wait(0.0):
            return None
        how = self._ask("status", pid=self.pid).get("how")
        return says(*how) if how else "ended"

    def kill(self, seconds: float) -> None:
        """Kill it with all it started, and wait for at most `seconds` for that to have happened."""
        self._ask("kill", pid=self.pid)
        with self._lock:
            self._send(signal.SIGKILL)  # for when there is no template any more
        self._wait(seconds)
        self._ask("settle")
        with self._lock:
            if self._handle is not None:
                os.close(self._handle)
            self._handle = None

    def _send(self, signum: signal.Signals) -> None:
        if self._handle is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signum)

    def _wait(self, seconds: float) -> bool:
        with self._lock:
            if self._handle is None:
                return True
            poll = select.poll()
            poll.register(self._handle, select.POLLIN)
            return bool(poll.poll(seconds * 1_000))


class ForkServer:
    """Starts the template when it is first needed, and again should it have died; asks it one thing at a time.

    `fork` raises `OSError` when there can be no template: a kernel without pidfds, or two that failed one after the other.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._failures = 0

    def fork(self, plan: Mapping[str, Any], scratch: str, start: Path, worker: Path, ends: tuple[int, int]) -> Forked:
        """Return a worker over the descriptors `ends` (stream and errors), which it confines by `plan` in `scratch`."""
        with self._lock:
            self._ready(start, worker)
            order = {"op": "fork", "plan": plan, "scratch": scratch, "environ": places(scratch)}
            found = self._exchange(order, ends)
            if found is None:
                self._failures += 1
                raise OSError("the process that forks workers has died")
            self._failures = 0
            if "error" in found:
                raise OSError(found["error"])
            try:
                return Forked(self, self._process, found["pid"])
            except OSError:  # no descriptor left for it
                self._exchange({"op": "kill", "pid": found["pid"]})
                raise

    def ask(self, template: object, op: str, **what: int) -> dict[str, Any]:
        """Return the reply of that template; nothing when it is gone, and its workers with it."""
        with self._lock:
            return (self._exchange({"op": op, **what}) or {}) if template is self._process else {}

    def close(self) -> None:
        """End the template and all its workers."""
        with self._lock:
            self._drop()

    def _ready(self, start: Path, worker: Path) -> None:
        if self._owner != os.getpid():  # a fork of the app must not speak on the app's line
            self._control, self._process = None, None
        if self._control is not None:
            return
        if self._failures >= FAILURES_MAX or not sys.platform.startswith("linux"):
            raise OSError("there is no process that forks workers")
        os.close(os.pidfd_open(os.getpid()))  # raises where the kernel has none, before anything is started
        _compile(start, worker)
        control, inner = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        control.settimeout(REPLY_SECONDS)
        try:
            with inner:
                self._process = SPAWNER.start(functools.partial(_spawn, inner, start, worker))
        except OSError:
            control.close()
            raise
        if self._owner != os.getpid():
            atexit.register(self.close)
        self._control, self._owner = control, os.getpid()

    def _exchange(self, request: Mapping[str, Any], descriptors: tuple[int, ...] = ()) -> dict[str, Any] | None:
        if self._control is None or self._owner != os.getpid():
            return None
        sent = json.dumps(request).encode()
        if (
            len(sent) > REQUEST_BYTES
        ):  # refused here: a template that does not answer is given up, and its workers with it
            raise OSError(f"a plan of {len(sent):,} bytes is too long for the process that forks workers")
        try:
            socket.send_fds(self._control, [sent], descriptors)
            data = self._control.recv(1 << 16)
        except OSError:
            data = b""
        if not data:
            self._drop()
            return None
        found: dict[str, Any] = json.loads(data)
        return found

    def _drop(self) -> None:
        if self._control is not None and self._owner == os.getpid():
            self._control.close()
        if self._process is not None and self._owner == os.getpid():
            try:
                self._process.wait(3.0)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._control, self._process = None, None


FORKS = ForkServer()


def _compile(*programs: Path) -> None:
    """Leave their bytecode where the template finds it, as an import would: it may write nothing."""
    for program in (*programs, TEMPLATE):
        SourceFileLoader(program.stem, str(program)).get_code(program.stem)


def _spawn(control: socket.socket, start: Path, worker: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *FLAGS, str(TEMPLATE), str(start), str(worker), str(os.getpid())],
        stdin=control.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=environment(),
        close_fds=True,
        start_new_session=True,
    )
