"""The process that local workers are forked from (Linux): clean, of one thread, with what a worker imports in its memory.

Run by `forkserver.py` as `python -s -S -P -B template.py START WORKER APP_PID`; imported by no part of the app. It holds no
document, no key and no file of the app. Descriptor 0 is a SEQPACKET socket to the app, one request and one reply at a time:

fork {plan, scratch, environ} + the descriptors of stream and errors -> {pid} or {error}
status {pid} -> {how: [code, status] or null}     kill {pid} -> {}     settle -> {left}: what dead workers left behind

A worker stays unburied until the app has it killed, so that nobody else gets its pid. What a dead worker leaves behind
becomes this process's child, because it is a subreaper, and is killed. It ends, with all of them, when the app does.
"""

from __future__ import annotations

import ctypes
import gc
import importlib.util
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from typing import Any

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
REQUEST_BYTES = 1 << 18
SWEEP_SECONDS = 1.0
PREPARED = (
    "re", "math", "datetime", "random", "string", "textwrap", "itertools", "functools", "operator", "dataclasses", "typing",
    "concurrent.futures.thread", "difflib", "csv", "heapq", "bisect", "statistics", "pprint", "copy", "unicodedata", "inspect",
)  # fmt: skip
"""What cells import most; read in one by one while nobody waits for a worker."""

prctl = ctypes.CDLL(None, use_errno=True).prctl


class Template:
    """Forks workers on request and sees to it that nothing of a dead one stays."""

    def __init__(self, start: str, worker: str) -> None:
        self.control = socket.socket(fileno=os.dup(0))
        self.start = load("start", start)
        self.start.layers().prepare()
        self.worker = load("rlm_worker", worker)
        self.pid = os.getpid()
        self.workers: set[int] = set()
        self.doomed: set[int] = set()
        self.to_import = list(PREPARED)
        self.operations: dict[str, Callable[..., dict[str, Any]]] = {
            "fork": self.fork,
            "status": self.status,
            "kill": self.kill,
            "settle": self.settle,
        }
        self.woken, self.waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        # Handlers that raise could cut short the cleaning up: both signals only put their number into the pipe.
        signal.set_wakeup_fd(self.waker, warn_on_full_buffer=False)
        for signum in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(signum, lambda signum, frame: None)

    def serve(self) -> None:
        """Answer until the app hangs up."""
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        poll.register(self.woken, select.POLLIN)
        while True:
            ready = dict(poll.poll(0 if self.to_import else None))
            if self.woken in ready:
                if signal.SIGTERM in os.read(self.woken, 4_096):
                    return
                self.sweep(0.0)
            if self.control.fileno() in ready and not self.answer():
                return
            if not ready:
                self.prepare()

    def prepare(self) -> None:
        """Import one module more; what is there for good needs no looking at by the collector, which would copy its pages."""
        importlib.import_module(self.to_import.pop(0))
        if not self.to_import:
            gc.collect()
            gc.freeze()

    def answer(self) -> bool:
        """Take a request and reply; return False when the app is gone."""
        data, descriptors, _, _ = socket.recv_fds(self.control, REQUEST_BYTES, 2)
        if not data:
            return False
        request = json.loads(data)
        reply = self.operations[request.pop("op")](*descriptors, **request)
        for descriptor in descriptors:
            os.close(descriptor)
        self.control.sendall(json.dumps(reply).encode())
        return True

    def fork(self, stream: int, errors: int, **order: Any) -> dict[str, Any]:
        """Fork a worker over these descriptors; a system that has no room for it costs no other worker anything."""
        try:
            pid = os.fork()
        except OSError as error:
            return {"error": error.strerror}
        if not pid:
            self.become(stream, errors, **order)
        self.workers.add(pid)
        return {"pid": pid}

    def status(self, pid: int) -> dict[str, Any]:
        """Say how a worker has ended, without burying it."""
        found = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) if pid in self.workers else None
        return {"how": found and [found.si_code, found.si_status]}

    def kill(self, pid: int) -> dict[str, Any]:
        """Kill a worker and its group; it is buried when it is dead."""
        if pid in self.workers:
            self.doomed.add(pid)
            for send in (os.killpg, os.kill):  # it may not have got as far as leading a group
                with suppress(OSError):
                    send(pid, signal.SIGKILL)
        return {}

    def settle(self) -> dict[str, Any]:
        """Bury the dead and kill what they left behind, for at most a second."""
        return {"left": self.sweep(SWEEP_SECONDS)}

    def sweep(self, seconds: float) -> int:
        """Bury doomed workers that are dead and kill the strangers among our children; return how many of these are left."""
        end = time.monotonic() + seconds
        while True:
            for pid in [pid for pid in self.doomed if bury(pid)]:
                self.doomed.discard(pid)
                self.workers.discard(pid)
            # Each one killed hands its own children over to this process, so the tree goes generation by generation.
            strangers = children() - self.workers
            for pid in strangers:
                with suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
                bury(pid)
            if not strangers or time.monotonic() >= end:
                return len(strangers)
            time.sleep(0.001)

    def end(self) -> None:
        """Kill everything that is left."""
        for pid in self.workers:
            self.kill(pid)
        end = time.monotonic() + 2 * SWEEP_SECONDS
        while (self.sweep(SWEEP_SECONDS) or self.workers) and time.monotonic() < end:
            time.sleep(0.001)

    def become(self, stream: int, errors: int, plan: dict[str, Any], scratch: str, environ: dict[str, str]) -> None:
        """In the child: give up what is the template's, confine this process and be a worker."""
        try:
            signal.set_wakeup_fd(-1)
            for signum in (signal.SIGCHLD, signal.SIGTERM):
                signal.signal(signum, signal.SIG_DFL)
            os.setsid()
            prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
            die_with_parent(signal.SIGKILL, self.pid)
            self.control.detach()
            for source, target in ((stream, 0), (stream, 1), (errors, 2)):
                os.dup2(source, target)
            close_all_but(3)
            os.chdir(scratch)
            os.environ.update(environ)
            sys.argv = [""]
            self.worker.CONFINED = self.start.confine(plan)
            self.worker.main()
        except SystemExit as refusal:
            os.write(2, str(refusal).encode())
        except BaseException as error:  # noqa: BLE001 - the last words of a worker that never began
            os.write(2, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(1)


def load(name: str, path: str) -> Any:
    """Return the program at `path` as a module, without running its main part."""
    spec = importlib.util.spec_from_loader(name, SourceFileLoader(name, path))
    assert spec is not None  # noqa: S101 - a source file loader always gives one
    module = importlib.util.module_from_spec(spec)
    assert spec.loader is not None  # noqa: S101
    spec.loader.exec_module(module)
    return module


def die_with_parent(signum: int, parent: int) -> None:
    """Have the kernel send this process `signum` when the thread that started it ends; end now if that has happened."""
    prctl(PR_SET_PDEATHSIG, int(signum), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def close_all_but(count: int) -> None:
    """Close every descriptor but the first `count`."""
    for name in os.listdir("/proc/self/fd"):
        if int(name) >= count:
            with suppress(OSError):
                os.close(int(name))


def children() -> set[int]:
    """Return the children of this process, which has one thread."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", "rb") as file:
            return {int(pid) for pid in file.read().split()}
    except OSError:  # a kernel without these lists
        return set()


def bury(pid: int) -> bool:
    """Take a dead child out of the table of processes; return whether it is gone."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def main(start: str, worker: str, app: str) -> None:
    """Serve the app until it goes away."""
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    template = Template(start, worker)
    die_with_parent(signal.SIGTERM, int(app))
    try:
        template.serve()
    finally:
        template.end()


if __name__ == "__main__":
    main(*sys.argv[1:])
