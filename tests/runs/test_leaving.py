import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from rlm_app.clock import FAR, Order, SteadyClock
from rlm_app.engine.recorder import Place, Recorder
from rlm_app.errors import StoreError
from rlm_app.events import Event, Noticed, RunFinished
from rlm_app.records import RunContext, RunSpec
from rlm_app.runs.manager import RunManager
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.types import RunState, Stop

LONG = 30


def test_a_run_that_is_at_work_when_the_app_is_closed_is_interrupted_and_can_be_resumed(
    store: DuckDBStore, script: Any, spec: RunSpec
) -> None:
    script.hold = True
    manager = RunManager(store, script, "boot-1", parallel=1)
    running, queued = manager.start(spec, "ann", {}), manager.start(spec, "ann", {})
    assert script.began.acquire(timeout=LONG)
    manager.shutdown(LONG)
    for run_id in (running, queued):
        record = store.run(run_id, "ann")
        assert record is not None
        assert (record.state, record.stop) == (RunState.INTERRUPTED, Stop.INTERRUPTED)
        last = store.events(run_id, "ann")[-1]
        assert isinstance(last, RunFinished)
        assert last.stop is Stop.INTERRUPTED
    script.hold = False
    again = RunManager(store, script, "boot-2", parallel=1)
    for run_id in (running, queued):
        again.resume(run_id, "ann", {})
        assert again.wait(run_id, LONG).state is RunState.DONE
    again.shutdown(LONG)


def test_a_run_that_a_person_has_stopped_stays_stopped_when_the_app_is_closed_meanwhile(
    store: DuckDBStore, spec: RunSpec
) -> None:
    began, release = threading.Event(), threading.Event()

    def slow_to_stop(context: RunContext) -> None:
        began.set()
        release.wait(LONG)

    manager = RunManager(store, slow_to_stop, "boot-1")
    run_id = manager.start(spec, "ann", {})
    assert began.wait(LONG)
    manager.stop(run_id, "ann")
    closing = threading.Thread(target=manager.shutdown, args=(LONG,))
    closing.start()
    release.set()
    closing.join()
    record = store.run(run_id, "ann")
    assert record is not None
    assert record.stop is not Stop.INTERRUPTED


class Full:
    """A store whose disk is full until there is room."""

    def __init__(self, store: DuckDBStore) -> None:
        self._store = store
        self.room = threading.Event()
        self.room.set()

    def __getattr__(self, name: str) -> Any:
        held = getattr(self._store, name)
        if name not in {"append_event", "update_run", "flush"}:
            return held

        def attempt(*values: Any, **more: Any) -> Any:
            if not self.room.is_set():
                raise StoreError("The data file could not be written: No space left on device.")
            return held(*values, **more)

        return attempt


def test_a_run_whose_disk_was_full_says_so_and_can_be_resumed_when_there_is_room(
    store: DuckDBStore, spec: RunSpec, talk: Callable[[RunContext], Any]
) -> None:
    full = Full(store)

    def fills_the_disk(context: RunContext) -> None:
        speaker = talk(context)
        speaker.start()
        if not context.resumed:
            full.room.clear()
        speaker.finish()

    manager = RunManager(full, fills_the_disk, "boot-1")
    run_id = manager.start(spec, "ann", {})
    told = manager.wait(run_id, LONG)
    assert told.state is RunState.FAILED
    assert "No space left" in told.error
    full.room.set()
    deadline = time.monotonic() + LONG
    while (record := store.run(run_id, "ann")) is None or record.state.is_live:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert (record.state, record.error) == (RunState.FAILED, told.error)
    manager.resume(run_id, "ann", {})
    assert manager.wait(run_id, LONG).state is RunState.DONE
    manager.shutdown(LONG)


def test_events_stay_in_order_and_durations_true_when_somebody_sets_the_clock() -> None:
    wall, passed = [1_000_000.0], [50.0]
    seen: list[Event] = []
    recorder = Recorder("r1", seen.append, SteadyClock(lambda: wall[0], lambda: passed[0]))
    for jump in (0.0, -7_200.0, 40_000.0, -100.0):
        wall[0] += jump
        passed[0] += 2.0
        recorder.emit(Noticed, Place(), iteration=1, topic="note", text="x")
    assert [event.at for event in seen] == [1_000_002.0, 1_000_004.0, 1_000_006.0, 1_000_008.0]


@pytest.mark.parametrize(
    ("times", "given"),
    [
        ((100.0, 200.0, 150.0, 150.0, 300.0), (100.0, 200.0, 200.001, 200.002, 300.0)),
        ((FAR * 3, 100.0, 101.0), (FAR * 3, 100.0, 101.0)),
    ],
)
def test_what_is_made_later_comes_later_unless_the_clock_was_far_ahead(
    times: Sequence[float], given: Sequence[float]
) -> None:
    told = iter(times)
    order = Order(lambda: next(told))
    assert [order.next() for _ in times] == pytest.approx(list(given))
