"""Cells in a child process of this app."""

from __future__ import annotations

import contextlib
import functools
import os
import socket
import subprocess
import sys
from dataclasses import asdict, dataclass, field, replace
from importlib.machinery import SourceFileLoader
from pathlib import Path

from rlm_app.environments import confinement
from rlm_app.environments.channels import ChildChannel
from rlm_app.environments.confinement.measure import level
from rlm_app.environments.confinement.packages import entries, folders
from rlm_app.environments.confinement.words import describe
from rlm_app.environments.forkserver import FORKS
from rlm_app.environments.processes import SPAWNER, Child, Spawned, environment, places
from rlm_app.environments.scratch import make_scratch, remove_scratch
from rlm_app.errors import ConfigError, REPLStartError

WORKER = Path(__file__).with_name("worker.py")


@dataclass(frozen=True)
class LocalREPL:
    """Runs cells in a child process with an empty scratch folder and none of the app's environment.

    Covers what `covers` says and not what `misses` says; `plan` caps what a worker may use. With `restricted_builtins`
    cells are refused `eval`, `exec`, `compile`, `input`, `globals`, `locals` and `breakpoint`; libraries are not. With
    `forked` False each worker is an interpreter of its own, as it is everywhere but on Linux.
    """

    plan: confinement.Plan = field(default_factory=confinement.Plan)
    restricted_builtins: bool = True
    forked: bool = True
    name: str = "local"

    @property
    def covers(self) -> str:
        """What cells are kept from on this machine, as measured."""
        return describe(level()).covers

    @property
    def misses(self) -> str:
        """What cells are not kept from on this machine."""
        return describe(level()).misses

    def connect(self) -> ChildChannel:
        """Start a worker and return the channel to it; raise `REPLStartError`, or `ConfigError` on Windows."""
        if os.name != "posix":
            raise ConfigError("The local environment needs Linux or macOS. Choose another environment, such as docker.")
        scratch = make_scratch()
        stream, child_stream = socket.socketpair()
        errors, child_errors = socket.socketpair()
        plan = replace(self.plan, packages=self.plan.packages or folders(), read=self.plan.read or entries())
        try:
            with child_stream, child_errors:
                process = self._start(plan, scratch, child_stream, child_errors)
        except OSError as error:
            stream.close()
            errors.close()
            remove_scratch(scratch)
            raise REPLStartError(
                f"Cannot start a process for cells: {error}. Free memory or raise its limits."
            ) from error
        return ChildChannel(process, stream, errors, functools.partial(remove_scratch, scratch))

    def _start(self, plan: confinement.Plan, scratch: str, stream: socket.socket, errors: socket.socket) -> Child:
        """Fork a worker from the process that is ready for it; where there is none, start one from nothing."""
        if self.forked:
            with contextlib.suppress(OSError):
                return FORKS.fork(asdict(plan), scratch, confinement.START, WORKER, (stream.fileno(), errors.fileno()))
        _compile_worker()
        return Spawned(SPAWNER.start(functools.partial(_spawn, plan, scratch, stream, errors)))


@functools.cache
def _compile_worker() -> None:
    """Leave the worker's bytecode where its process finds it, as an import would: that process may write nothing."""
    SourceFileLoader("worker", str(WORKER)).get_code("worker")


def _spawn(
    plan: confinement.Plan, scratch: str, stream: socket.socket, errors: socket.socket
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *plan.arguments(WORKER)],
        stdin=stream.fileno(),
        stdout=stream.fileno(),
        stderr=errors.fileno(),
        cwd=scratch,
        env={**environment(), **places(scratch)},
        close_fds=True,
        start_new_session=True,
    )
