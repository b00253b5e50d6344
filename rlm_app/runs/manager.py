"""Runs as pages and commands use them: started, gone on with, watched, stopped, deleted."""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rlm_app.clock import Order
from rlm_app.engine.trajectory import Trajectory
from rlm_app.errors import ConfigError, StoreError
from rlm_app.logs import tell
from rlm_app.meter import Meter
from rlm_app.records import Execute, RunContext, RunRecord, RunSpec, RunStore
from rlm_app.runs.carrying import Carrying
from rlm_app.runs.gate import Gate, within
from rlm_app.runs.line import Line
from rlm_app.runs.live import Live, Phase
from rlm_app.runs.task import Task
from rlm_app.runs.trajectories import Trajectories
from rlm_app.steering import Steering
from rlm_app.types import Limits, RunState

_log = logging.getLogger(__name__)
_MOMENT = 2.0
"""Seconds that a stop waits for a run which is still in line to end."""


class RunManager:
    """Carries out runs, `parallel` at once, that the `gate` has let in.

    An event that a page can see through it is an event that is committed.
    """

    def __init__(
        self, store: RunStore, execute: Execute, boot: str, *, parallel: int = 3, gate: Gate | None = None
    ) -> None:
        self._store = store
        self._boot = boot
        self._gate = gate or Gate()
        self._line = Line(parallel)
        self._lock = threading.Lock()
        self._tasks: dict[str, Task] = {}
        self._ended: dict[str, tuple[str, Mapping[str, Any]]] = {}
        self._trajectories = Trajectories(store)
        self._carrying = Carrying(store, execute, self._line, self._gate, self._trajectories)
        self._closing = False
        self._order = Order()
        for record in store.interrupt_others(boot):
            # Whoever worked on it died before it could say what the run used; its events know.
            store.update_run(record.id, usage=Trajectory.fold(store.events(record.id, record.owner)).usage)

    def start(
        self,
        spec: RunSpec,
        owner: str,
        keys: Mapping[str, str],
        *,
        sample: bool = False,
        claim: Callable[[str], object] | None = None,
    ) -> str:
        """Queue a run and return its id, 32 hex digits; `keys` are given to the run and kept nowhere.

        `claim` is called with the id once the run is let in and before it is kept. Raises `QuotaReached` and `ConfigError`.
        """
        if self._closing:
            raise ConfigError("The app is shutting down and takes no new runs; start it again.")
        run_id = uuid.uuid4().hex
        with self._let_in(run_id, owner, spec, keys) as meter:
            if claim is not None:
                claim(run_id)
            spec = within(spec, meter)
            record = RunRecord(
                id=run_id,
                owner=owner,
                spec=spec,
                state=RunState.QUEUED,
                boot=self._boot,
                created=self._order.next(),
                document_names=self._names(spec, owner),
                sample=sample,
            )
            self._store.add_run(record)
            tell(_log, "run queued", run=run_id, backend=spec.backend, environment=spec.environment)
            self._begin(Task(run_id, owner, self._store.append_event), spec, keys, meter=meter)
        return run_id

    def resume(
        self,
        run_id: str,
        owner: str,
        keys: Mapping[str, str],
        *,
        limits: Limits | None = None,
        strict: bool = True,
    ) -> None:
        """Go on with a run that ended early, under new `limits` if they are given; what was paid for is not paid again.

        Raises `QuotaReached`, and `ConfigError` when there is no such run or it has nothing to go on with.
        """
        record = self._store.run(run_id, owner)
        if record is None:
            raise ConfigError("This run does not exist.")
        if self._closing or record.state.is_live or record.state is RunState.DONE:
            raise ConfigError(f"This run is {record.state}, so there is nothing to resume.")
        spec = record.spec if limits is None else dataclasses.replace(record.spec, limits=limits)
        with self._let_in(run_id, owner, spec, keys) as meter:
            self._store.update_run(run_id, state=RunState.QUEUED, boot=self._boot, spec=spec, error="")
            task = Task(run_id, owner, self._store.append_event, self.trajectory(run_id, owner).last_seq)
            self._begin(task, spec, keys, resumed=True, strict=strict, seconds_used=record.seconds, meter=meter)

    def stop(self, run_id: str, owner: str) -> bool:
        """Stop a run, at once if it is still in line; return whether this owner has a live run of that id."""
        task = self._live_task(run_id)
        if task is None or task.owner != owner:
            return False
        try:
            with task.lock:
                queued = not task.admitted
                if not queued and not task.closed and not task.cancel.cancelled:
                    task.board.enter(Phase.STOPPING)
                    self._store.update_run(run_id, state=RunState.STOPPING)
        finally:
            task.cancel.cancel()
        if queued:
            task.done.wait(_MOMENT)
        return True

    def steering(self, run_id: str, owner: str) -> Steering | None:
        """Return where a live run of the owner's is paused, told something and let go on; None when it is not under way."""
        task = self._live_task(run_id)
        return task.steering if task and task.owner == owner else None

    def live(self, run_id: str, owner: str) -> Live | None:
        """Return what the owner's run is doing right now, or None when it is not under way here."""
        task = self._live_task(run_id)
        return task.board.snapshot(self._line.place(run_id)) if task and task.owner == owner else None

    def versions(self, owner: str) -> Mapping[str, object]:
        """Return for each live run of the owner's, by id, what is another value once a page has something new to show of it.

        A run's place in line is nothing new: with each run that ends, it changes for all that wait.
        """
        with self._lock:
            tasks = [task for task in self._tasks.values() if task.owner == owner and not task.done.is_set()]
        return {task.run_id: (task.version, self._store.last_seq(task.run_id)) for task in tasks}

    def trajectory(self, run_id: str, owner: str) -> Trajectory:
        """Return the run as its committed events tell it, not to be changed; empty when the owner has no such run."""
        return self._trajectories.get(run_id, owner)

    def running(self, owner: str) -> list[RunRecord]:
        """Return the owner's runs that are queued or under way, oldest first."""
        with self._lock:
            ids = [task.run_id for task in self._tasks.values() if task.owner == owner and not task.done.is_set()]
        records = [self._store.run(run_id, owner) for run_id in ids]
        return [record for record in records if record is not None and record.state.is_live]

    @property
    def waiting(self) -> int:
        """How many runs wait in line."""
        return self._line.length

    def wait(self, run_id: str, timeout: float | None = None) -> RunRecord:
        """Wait until a run that was started here has ended, or `timeout` seconds; return its record as it then is."""
        if (task := self._tasks.get(run_id)) is not None:
            task.done.wait(timeout)
            owner, unsaved = task.owner, task.unsaved
        elif run_id in self._ended:
            owner, unsaved = self._ended[run_id]
        else:
            raise ConfigError(
                f"There is no run {run_id} in this process; only a run that was started here can be awaited."
            )
        record = self._store.run(run_id, owner)
        if record is None:
            raise StoreError(f"The run {run_id} was deleted.")
        return dataclasses.replace(record, **unsaved) if unsaved and record.state.is_live else record

    def delete(self, run_id: str, owner: str, seconds: float = 10.0) -> None:
        """Stop the owner's run if it is live, wait for its end up to `seconds`, and remove all that is kept of it."""
        task = self._live_task(run_id)
        if task and self.stop(run_id, owner) and not task.done.wait(seconds):
            raise StoreError("The run is still stopping, so it was not deleted; try again when it has stopped.")
        self._store.delete_run(run_id, owner)
        if self._store.run(run_id, owner) is None:
            self._trajectories.forget(run_id)

    def shutdown(self, seconds: float) -> None:
        """Interrupt all runs, wait for them up to `seconds` in all, and commit what they said; no run starts after this.

        They can be resumed when the app is there again.
        """
        self._closing = True
        self._carrying.close()
        with self._lock:
            tasks = [task for task in self._tasks.values() if not task.done.is_set()]
        for task in tasks:
            task.leave()
        deadline = time.monotonic() + seconds
        for task in tasks:
            task.done.wait(max(deadline - time.monotonic(), 0))
        try:
            self._store.flush()
        except StoreError as error:
            _log.error("what runs said last could not be saved: %s", error)

    @contextmanager
    def _let_in(self, run_id: str, owner: str, spec: RunSpec, keys: Mapping[str, str]) -> Iterator[Meter]:
        """Take a place at the gate, which the run gives back when it ends, or at once where it cannot begin."""
        meter = self._gate.admit(run_id, owner, spec, keys)
        try:
            yield meter
        except BaseException:
            self._line.leave(run_id)
            self._gate.leave(run_id)
            raise

    def _begin(self, task: Task, spec: RunSpec, keys: Mapping[str, str], **attempt: Any) -> None:
        with self._lock:
            self._let_go()
            self._tasks[task.run_id] = task
        told = {"steering": task.steering, **attempt}
        context = RunContext(task.run_id, task.owner, spec, keys, task.sink, task.board.signal, task.cancel, **told)
        self._carrying.begin(task, context)

    def _let_go(self) -> None:
        """Keep of runs that have ended no more than what `wait` needs: they last wrote and printed much, and are many."""
        for task in [task for task in self._tasks.values() if task.done.is_set()]:
            self._ended[task.run_id] = task.owner, task.unsaved
            del self._tasks[task.run_id]

    def _live_task(self, run_id: str) -> Task | None:
        task = self._tasks.get(run_id)
        return None if task is None or task.done.is_set() else task

    def _names(self, spec: RunSpec, owner: str) -> tuple[str, ...]:
        names = {info.sha256: info.name for info in self._store.documents(owner)}
        return tuple(names[sha256] for sha256 in spec.documents if sha256 in names)
