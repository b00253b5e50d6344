"""Runs carried out, each on a thread of its own: from its turn in line to a record that says how it ended."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rlm_app.errors import Cancelled, ConfigError, RLMError, StoreError
from rlm_app.logs import tell, tell_fault
from rlm_app.quota_checks import too_long
from rlm_app.records import Execute, RunContext, RunStore
from rlm_app.runs.gate import Gate
from rlm_app.runs.line import Line
from rlm_app.runs.live import Phase
from rlm_app.runs.task import Task, failed
from rlm_app.runs.trajectories import Trajectories
from rlm_app.types import RunState, Stop

_log = logging.getLogger(__name__)
_AGAIN = 2.0
"""Seconds between two attempts to save that a run failed, while the data file cannot be written."""
_NO_THREAD = "This machine has no room for another run now. Wait until others have ended, then resume this one."


class Carrying:
    """Carries out runs that the `gate` has let in, when the `line` lets them, and gives both places back at their end."""

    def __init__(self, store: RunStore, execute: Execute, line: Line, gate: Gate, trajectories: Trajectories) -> None:
        self._store = store
        self._execute = execute
        self._line = line
        self._gate = gate
        self._trajectories = trajectories
        self._closing = False

    def begin(self, task: Task, context: RunContext) -> None:
        """Put a run in line, on its thread; raise `ConfigError`, with the run failed, where there can be no thread."""
        self._line.join(task.run_id, task.owner)
        # A daemon thread: Ctrl-C ends the process at once, and the next one marks the run as interrupted.
        thread = threading.Thread(target=self._work, args=(task, context), name=f"run-{task.run_id[:8]}", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            task.done.set()
            self._store.update_run(task.run_id, **failed(_NO_THREAD))
            raise ConfigError(_NO_THREAD) from error

    def close(self) -> None:
        """Try no longer to save what could not be saved."""
        self._closing = True

    def _work(self, task: Task, context: RunContext) -> None:
        try:
            began = time.monotonic()
            stop, error = self._carry_out(task, context)
            self._close(task, stop, error, context.seconds_used + time.monotonic() - began)
        except StoreError as error:
            task.unsaved = failed(str(error))
            _log.error("run %s could not be saved: %s", task.run_id, error)
            threading.Thread(target=self._save_later, args=(task,), name="run-unsaved", daemon=True).start()
        except Exception as error:  # noqa: BLE001 - whoever waits for the run must learn that it is over
            task.unsaved = failed(_broken(task.run_id, error))
        finally:
            self._line.leave(task.run_id)
            try:
                self._gate.leave(task.run_id)
            finally:
                task.done.set()

    def _save_later(self, task: Task) -> None:
        """Make the record say that the run failed as soon as the data file can be written again, so that it can be resumed."""
        task.done.wait()
        while not self._closing:
            try:
                self._store.update_run(task.run_id, **task.unsaved)
            except StoreError:
                time.sleep(_AGAIN)
            else:
                return

    def _carry_out(self, task: Task, context: RunContext) -> tuple[Stop, str]:
        """Execute the run; return why it ended and a sentence, for the case that its events do not say so."""
        try:
            self._line.enter(task.run_id, task.cancel)
            self._admit(task)
            with self._in_time(task):
                self._execute(context)
        except Cancelled:
            return Stop.CANCELLED, ""
        except RLMError as error:
            return Stop.FAILED, str(error)
        except Exception as error:  # noqa: BLE001 - a fault of ours must end as a failed run, not as one that never ends
            return Stop.FAILED, _broken(task.run_id, error)
        return Stop.FAILED, "The run ended without saying how. Start it again; if that recurs, report it."

    @contextmanager
    def _in_time(self, task: Task) -> Iterator[None]:
        """Interrupt a run that holds its place for longer than the gate allows, also one that is paused or waits."""
        minutes = self._gate.minutes
        if minutes is None:
            yield
            return
        end = threading.Timer(minutes * 60, task.leave, (too_long(minutes),))
        end.daemon = True
        end.start()
        try:
            yield
        finally:
            end.cancel()

    def _admit(self, task: Task) -> None:
        with task.lock:
            if task.cancel.cancelled:
                raise Cancelled("The run was stopped before it began.")
            task.admitted = True
            self._store.update_run(task.run_id, state=RunState.RUNNING)
        task.board.enter(Phase.STARTING)

    def _close(self, task: Task, stop: Stop, error: str, seconds: float) -> None:
        """Make the record say what the last event says, once all events are committed."""
        with task.lock:
            self._store.flush()
            self._end(task, stop, error, seconds)
            task.closed = True
            if task.finished:
                self._store.update_run(task.run_id, **task.outcome(task.finished))
                ended = task.finished
                told = {"seconds": round(ended.seconds, 3), "calls": ended.usage.calls, "cost": ended.usage.cost}
                tell(_log, "run ended", run=task.run_id, stop=ended.stop, **told)

    def _end(self, task: Task, stop: Stop, error: str, seconds: float) -> None:
        """Write the last event where the run did not, or where some were lost: then behind the last that was kept."""
        lost = self._store.lost(task.run_id)
        if task.finished is not None and not lost:
            return
        kept = self._trajectories.get(task.run_id, task.owner)
        if lost:
            task.take_up(kept.last_seq)
        task.finish(Stop.FAILED if lost else stop, lost or error, kept.usage, seconds)
        self._store.flush()
        if lost := self._store.lost(task.run_id):
            raise StoreError(lost)


def _broken(run_id: str, error: Exception) -> str:
    tell_fault(_log, f"run {run_id}", error)
    return (
        f"Something broke inside the app: {type(error).__name__}. What was done so far is kept. Start the run again; "
        "if that recurs, the app's log says where."
    )
