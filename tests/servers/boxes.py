"""What stand-ins for services of sandboxes have in common: an event loop of their own, and local processes for sandboxes."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import random
import signal
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

_SETPIPE_SZ = 1031
_SMALL = 4_096


class Runs(Protocol):
    """Something that a stand-in started for a sandbox."""

    process: asyncio.subprocess.Process


R = TypeVar("R", bound=Runs)


class Boxes(Generic[R]):
    """A stand-in in a thread of its own, ready when it is made.

    `faults` is how likely a call is to break, `refuse` why a sandbox is refused; `processes` holds, by the service's name for
    it, what was started and for which sandbox.
    """

    def __init__(self, seed: int) -> None:
        self.faults = 0.0
        self.refuse = ""
        self.processes: dict[str, tuple[str, R]] = {}
        self.random = random.Random(seed)
        self._in_a_row = 0
        self.loop = asyncio.new_event_loop()
        self.url = ""
        ready = threading.Event()
        threading.Thread(target=self._run, args=(ready,), name=type(self).__name__, daemon=True).start()
        ready.wait(10)

    async def listen(self) -> asyncio.Server:
        """Begin to listen on loopback."""
        raise NotImplementedError

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self.loop)
        listening = self.loop.run_until_complete(self.listen())
        self.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        ready.set()
        self.loop.run_forever()

    @property
    def breaks(self) -> bool:
        """Whether the call of this moment is to break; never more than two in a row, as SDKs try a third time and give up."""
        broken = self._in_a_row < 2 and self.random.random() < self.faults
        self._in_a_row = self._in_a_row + 1 if broken else 0
        return broken

    def running(self) -> list[str]:
        """Return the sandboxes in which something still runs."""
        return [box for box, one in self.processes.values() if one.process.returncode is None]

    def drop(self) -> None:
        """End all that runs, as when a machine of the service dies."""
        for _, one in self.processes.values():
            kill(one.process)

    async def end(self, box: str) -> None:
        """End what runs in a sandbox."""
        for other, one in self.processes.values():
            if other == box:
                kill(one.process)
                await one.process.wait()


async def begin(command: Sequence[str], variables: Mapping[str, str]) -> asyncio.subprocess.Process:
    """Start a process as a sandbox would, with little room in its input, so that what is sent has to wait."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=-1,
        stdout=-1,
        stderr=-1,
        cwd="/",
        env={"PATH": os.defpath, **variables},
        start_new_session=True,
    )
    with contextlib.suppress(ValueError):  # it has ended already
        fcntl.fcntl(input_of(process).get_extra_info("pipe"), _SETPIPE_SZ, _SMALL)
    return process


def kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def input_of(process: asyncio.subprocess.Process) -> Any:
    assert process.stdin is not None
    return process.stdin
