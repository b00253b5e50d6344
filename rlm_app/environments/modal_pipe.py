"""The stdin, stdout and stderr of a process in a Modal sandbox."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

from rlm_app.environments.streams import ERR, OUT, Inbox, ended, patiently

WRITE = 1 << 20
TERMINATED = 137
TIMED_OUT = 124
TRIES = 3


def modal_errors() -> tuple[type[Exception], ...]:
    """Return what the SDK raises for a service that refuses, cannot be reached or has gone away."""
    from grpclib.exceptions import GRPCError, StreamTerminatedError
    from modal.exception import Error

    return (Error, GRPCError, StreamTerminatedError, OSError, TimeoutError, ValueError)


class ModalPipe:
    """A process that was started by `exec`. The SDK buffers what is written until it is drained, and resumes broken reads."""

    def __init__(self, sandbox: Any, process: Any, pid_file: str) -> None:
        self._sandbox = sandbox
        self._process = process
        self._pid_file = pid_file
        self._inbox = Inbox()
        for place, stream in ((OUT, process.stdout), (ERR, process.stderr)):
            threading.Thread(target=self._pump, args=(place, stream), name="repl-modal", daemon=True).start()

    def _pump(self, place: int, stream: Any) -> None:
        with contextlib.suppress(*modal_errors()):
            for part in stream:
                if not self._inbox.put(place, part):
                    return
        if place == OUT:
            self._inbox.end()

    def receive(self) -> tuple[int, bytes]:
        """Return the next piece of the process's output."""
        return self._inbox.get()

    def send(self, data: bytes) -> None:
        """Write to the process's stdin, a little at a time: the SDK refuses to buffer much."""
        view = memoryview(data)
        try:
            for at in range(0, len(view), WRITE):
                self._process.stdin.write(view[at : at + WRITE])
                self._process.stdin.drain()
        except modal_errors() as error:
            raise ConnectionError(str(error)) from error

    def interrupt(self) -> None:
        """Send SIGINT from a second process in the sandbox, without waiting for that."""
        threading.Thread(target=self._signal, name="repl-modal-interrupt", daemon=True).start()

    def _signal(self) -> None:
        with contextlib.suppress(*modal_errors()):
            self._sandbox.exec("sh", "-c", 'kill -INT "$(cat "$0")"', self._pid_file).wait()

    def hang_up(self) -> None:
        """Wake whoever waits for output; whoever writes is woken by the end of the sandbox."""
        self._inbox.end()

    def remove(self) -> None:
        """Terminate the sandbox; should that fail for good, its own time limit ends it."""
        for _ in range(TRIES):
            with contextlib.suppress(*modal_errors()):
                self._sandbox.terminate()
                return

    def close(self) -> None:
        """Let the connection go."""
        with contextlib.suppress(*modal_errors()):
            self._sandbox.detach()

    def how_it_ended(self) -> str:
        """Say how the process or its sandbox ended."""
        with contextlib.suppress(*modal_errors()):
            if (whole := self._sandbox.poll()) is not None:
                why = {TIMED_OUT: ", whose time was up", TERMINATED: ", which was terminated"}.get(whole, "")
                return f"ended with its sandbox{why}"
            if (status := patiently(self._process.poll)) is not None:
                return ended(status)
        return "closed its connection"
