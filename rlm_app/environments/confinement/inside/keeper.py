"""A process between the app and a worker that may start others: what the worker leaves behind falls to it and is killed."""

from __future__ import annotations

import os
import signal
import time

from . import kernel

SET_PDEATHSIG, CHILD_SUBREAPER = 1, 36
HEARD = (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)
SECONDS = 2.0


def keep() -> None:
    """Go on in a child of this process, which stays to pass on interrupts and ends when and as the child does, or with the app.

    Needs Linux and a single thread. Raises `OSError` when there can be no child.
    """
    app = os.getppid()
    kernel.prctl(CHILD_SUBREAPER, 1)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
    worker = os.fork()
    if worker == 0:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return
    how = 1
    try:
        _hang_up()
        kernel.prctl(SET_PDEATHSIG, signal.SIGTERM)
        how = _watch(worker, app)
        _sweep()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        _end_as(how)
    finally:
        os._exit(1)


def _hang_up() -> None:
    """Let go of the worker's streams: the app has to see them end with the worker."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nowhere, descriptor)


def _watch(worker: int, app: int) -> int:
    """Return what the kernel tells of the worker's end, once it has ended or the app has."""
    while os.getppid() == app:
        signum = signal.sigwait(HEARD)
        if signum == signal.SIGINT:
            os.kill(worker, signum)
        elif signum == signal.SIGTERM:
            break
        for pid, how in iter(_buried, None):
            if pid == worker:
                return how
    return signal.SIGKILL


def _buried() -> tuple[int, int] | None:
    """Bury one dead child, and return it with how it ended."""
    try:
        pid, how = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    return (pid, how) if pid else None


def _sweep() -> None:
    """Kill every child, and every child of a child when it has become ours, until there is none."""
    end = time.monotonic() + SECONDS
    while (left := _children()) and time.monotonic() < end:
        for pid in left:
            os.kill(pid, signal.SIGKILL)  # a child is there until we bury it
        while _buried() is not None:
            continue
        time.sleep(0.001)


def _children() -> list[int]:
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", "rb") as file:
            return [int(pid) for pid in file.read().split()]
    except OSError:  # a kernel without these lists
        return []


def _end_as(how: int) -> None:
    """End with the status, or by the signal, of a process that ended so."""
    if os.WIFEXITED(how):
        os._exit(os.WEXITSTATUS(how))
    signum = os.WTERMSIG(how)
    if signum != signal.SIGKILL:
        signal.signal(signum, signal.SIG_DFL)
    os.kill(os.getpid(), signum)
