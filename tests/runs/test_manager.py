import logging
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from rlm_app.errors import Cancelled, ClientError, ConfigError, StoreError
from rlm_app.events import CellStarted
from rlm_app.quotas import Quotas
from rlm_app.records import RunContext, RunRecord, RunSpec
from rlm_app.runs.gate import Gate
from rlm_app.runs.live import Phase
from rlm_app.runs.manager import RunManager
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.types import Document, DocumentInfo, RunState, Stop, Usage

LONG = 20.0


def until(condition: Callable[[], Any]) -> Any:
    tick = threading.Event()
    for _ in range(2_000):
        if found := condition():
            return found
        tick.wait(0.005)
    pytest.fail("the condition did not come true within ten seconds")


def state(store: DuckDBStore, run_id: str) -> RunState | None:
    record = store.run(run_id, "ann")
    return record.state if record else None


def test_a_run_ends_with_a_record_that_says_what_its_events_say(
    manager: RunManager, store: DuckDBStore, spec: RunSpec
) -> None:
    run_id = manager.start(spec, "ann", {})
    assert re.fullmatch("[0-9a-f]{32}", run_id)
    record = manager.wait(run_id, LONG)
    assert record == store.run(run_id, "ann")
    assert (record.state, record.stop, record.answer) == (RunState.DONE, Stop.ANSWERED, "42")
    assert (record.usage, record.seconds) == (Usage(2, 12, 6, cost=0.75), 1.5)
    assert (record.quotes_found, record.quotes_total, record.document_names) == (2, 3, ("lease.pdf",))
    assert record.finished is not None
    assert [event.seq for event in store.events(run_id, "ann")] == list(range(1, 11))


def test_only_so_many_run_at_once_and_the_others_start_in_order(
    manager: RunManager, store: DuckDBStore, script: Any, spec: RunSpec
) -> None:
    script.hold = True
    ids = [manager.start(spec, "ann", {}) for _ in range(5)]
    for _ in range(2):
        assert script.began.acquire(timeout=LONG)
    places = [live.place if (live := manager.live(run_id, "ann")) else None for run_id in ids]
    assert places == [0, 0, 1, 2, 3]
    assert [state(store, run_id) for run_id in ids[2:]] == [RunState.QUEUED] * 3
    assert [record.id for record in manager.running("ann")] == ids
    script.go.set()
    assert all(manager.wait(run_id, LONG).state is RunState.DONE for run_id in ids)
    assert sorted(script.order[:2]) == sorted(ids[:2])
    assert sorted(script.order[2:4]) == sorted(ids[2:4])  # both places come free at the same moment
    assert manager.running("ann") == []
    assert manager.live(ids[0], "ann") is None


def test_a_queued_run_that_is_stopped_is_over_at_once_and_never_executed(
    manager: RunManager, store: DuckDBStore, script: Any, spec: RunSpec
) -> None:
    script.hold = True
    first, second, third = (manager.start(spec, "ann", {}) for _ in range(3))
    for _ in range(2):
        assert script.began.acquire(timeout=LONG)
    assert manager.stop(third, "ann")
    record = store.run(third, "ann")
    assert record is not None
    assert (record.state, record.stop, record.error) == (RunState.CANCELLED, Stop.CANCELLED, "")
    assert third not in script.order
    script.go.set()
    assert {manager.wait(run_id, LONG).state for run_id in (first, second)} == {RunState.DONE}


def test_a_running_run_says_stopping_until_it_has_stopped(
    manager: RunManager, store: DuckDBStore, script: Any, spec: RunSpec
) -> None:
    release = threading.Event()

    def slow(context: RunContext) -> None:
        script.hold = True
        context.cancel.wait(LONG)
        release.wait(LONG)
        raise Cancelled("stopped")

    manager = RunManager(store, slow, "boot-1")
    run_id = manager.start(spec, "ann", {})
    until(lambda: state(store, run_id) is RunState.RUNNING)
    assert manager.stop(run_id, "ann")
    assert manager.stop(run_id, "ann")
    assert state(store, run_id) is RunState.STOPPING
    live = manager.live(run_id, "ann")
    assert live is not None
    assert live.phase is Phase.STOPPING
    release.set()
    assert manager.wait(run_id, LONG).state is RunState.CANCELLED
    assert not manager.stop(run_id, "ann")
    assert state(store, run_id) is RunState.CANCELLED


def test_a_stopped_run_keeps_what_its_last_event_says(manager: RunManager, script: Any, spec: RunSpec) -> None:
    script.hold = True
    run_id = manager.start(spec, "ann", {})
    assert script.began.acquire(timeout=LONG)
    manager.stop(run_id, "ann")
    record = manager.wait(run_id, LONG)
    assert (record.state, record.answer, record.usage.cost) == (RunState.CANCELLED, "so far", 0.25)


def test_an_expected_failure_ends_with_its_sentence_and_what_was_paid(
    manager: RunManager, store: DuckDBStore, script: Any, spec: RunSpec
) -> None:
    script.error = ClientError("The provider refused the key: check Settings.")
    run_id = manager.start(spec, "ann", {})
    record = manager.wait(run_id, LONG)
    assert (record.state, record.error) == (RunState.FAILED, "The provider refused the key: check Settings.")
    assert record.usage.cost == 0.25
    trajectory = manager.trajectory(run_id, "ann")
    assert trajectory.finished is not None
    assert (trajectory.finished.seq, trajectory.finished.error) == (3, record.error)


def test_an_unexpected_failure_names_its_type_and_logs_where_but_not_what(
    manager: RunManager, script: Any, spec: RunSpec, caplog: pytest.LogCaptureFixture
) -> None:
    script.error = ZeroDivisionError("sk-secret-key")
    with caplog.at_level(logging.ERROR):
        record = manager.wait(manager.start(spec, "ann", {"scripted": "sk-secret-key"}), LONG)
    assert record.state is RunState.FAILED
    assert record.error.startswith("Something broke inside the app: ZeroDivisionError. ")
    assert "conftest.py" in caplog.text
    assert "sk-secret-key" not in caplog.text + record.error


def test_a_run_that_ends_without_a_last_event_is_failed(store: DuckDBStore, spec: RunSpec) -> None:
    manager = RunManager(store, lambda context: None, "boot-1")
    record = manager.wait(manager.start(spec, "ann", {}), LONG)
    assert record.state is RunState.FAILED
    assert "without saying how" in record.error


def test_the_next_boot_marks_live_runs_as_interrupted_and_leaves_its_own(
    store: DuckDBStore, script: Any, spec: RunSpec
) -> None:
    script.hold = True
    first = RunManager(store, script, "boot-1")
    run_id = first.start(spec, "ann", {})
    assert script.began.acquire(timeout=LONG)
    RunManager(store, script, "boot-1")
    assert state(store, run_id) is RunState.RUNNING
    store.add_run(RunRecord("old", "ann", spec, RunState.STOPPING, "boot-0", 0.0))
    RunManager(store, script, "boot-1")
    assert state(store, "old") is RunState.INTERRUPTED
    first.shutdown(LONG)


def test_a_run_whose_process_died_is_listed_with_what_its_events_used(
    store: DuckDBStore, spec: RunSpec, talk: Callable[[RunContext], Any]
) -> None:
    def dies(context: RunContext) -> None:
        speaker = talk(context)
        speaker.start()
        speaker.emit(CellStarted, iteration=1, cell=1, code="1")
        speaker.subcall(1)
        store.flush()
        died.set()
        over.wait(LONG)

    died, over = threading.Event(), threading.Event()
    first = RunManager(store, dies, "boot-1")
    run_id = first.start(spec, "ann", {})
    assert died.wait(LONG)
    second = RunManager(store, dies, "boot-2")
    record = store.run(run_id, "ann")
    assert record is not None
    assert record.usage == second.trajectory(run_id, "ann").usage
    assert record.usage.calls > 0
    over.set()
    first.shutdown(LONG)


def test_a_page_sees_committed_events_only_and_in_order(
    store: DuckDBStore, spec: RunSpec, talk: Callable[[RunContext], Any]
) -> None:
    def busy(context: RunContext) -> None:
        speaker = talk(context)
        speaker.start()
        speaker.emit(CellStarted, iteration=1, cell=1, code="1")
        for number in range(300):
            speaker.subcall(number)
        raise Cancelled("enough")

    manager = RunManager(store, busy, "boot-1")
    run_id = manager.start(spec, "ann", {})
    seen = [0]
    while seen[-1] < 604:
        trajectory = manager.trajectory(run_id, "ann")
        assert len(store.events(run_id, "ann")) >= trajectory.last_seq >= seen[-1]
        seen.append(trajectory.last_seq)
    assert manager.wait(run_id, LONG).usage.cost == 150.25


def test_a_trajectory_is_not_changed_under_who_holds_it(manager: RunManager, script: Any, spec: RunSpec) -> None:
    script.hold = True
    run_id = manager.start(spec, "ann", {})
    early = until(lambda: t if (t := manager.trajectory(run_id, "ann")).last_seq == 2 else None)
    assert manager.trajectory(run_id, "ann") is early
    script.go.set()
    manager.wait(run_id, LONG)
    late = manager.trajectory(run_id, "ann")
    assert (early.last_seq, late.last_seq) == (2, 10)
    assert manager.trajectory(run_id, "ann") is late


def test_the_version_of_a_live_run_moves_whenever_a_page_has_something_new_to_show(
    manager: RunManager, store: DuckDBStore, script: Any, spec: RunSpec
) -> None:
    script.hold = True
    first, second, last = ids = [manager.start(spec, "ann", {}) for _ in range(3)]
    assert script.began.acquire(timeout=LONG)
    assert script.began.acquire(timeout=LONG)
    until(lambda: store.last_seq(first) == store.last_seq(second) == 2)
    context = next(each for each in script.seen if each.run_id == first)
    before = manager.versions("ann")
    assert (before, set(before), manager.versions("bob")) == (manager.versions("ann"), set(ids), {})
    context.signals("0", "output", "a line")
    printed = manager.versions("ann")[first]
    context.steering.pause()
    paused = manager.versions("ann")[first]
    assert len({before[first], printed, paused}) == 3
    manager.stop(first, "ann")
    until(lambda: first not in manager.versions("ann"))
    until(lambda: manager.versions("ann")[last] != before[last])
    script.go.set()


def test_a_run_that_ended_before_others_began_can_still_be_awaited(manager: RunManager, spec: RunSpec) -> None:
    first = manager.start(spec, "ann", {})
    assert manager.wait(first, LONG).state is RunState.DONE
    manager.wait(manager.start(spec, "ann", {}), LONG)
    assert manager.wait(first).state is RunState.DONE
    assert manager.live(first, "ann") is None


def test_another_owner_sees_no_trajectory_and_stops_nothing(
    manager: RunManager, store: DuckDBStore, script: Any, spec: RunSpec
) -> None:
    script.hold = True
    run_id = manager.start(spec, "ann", {})
    assert script.began.acquire(timeout=LONG)
    until(lambda: manager.trajectory(run_id, "ann").started)
    assert manager.trajectory(run_id, "bob").last_seq == 0
    assert not manager.stop(run_id, "bob")
    assert manager.running("bob") == []
    manager.delete(run_id, "bob")
    assert state(store, run_id) is RunState.RUNNING
    script.go.set()
    assert manager.wait(run_id, LONG).state is RunState.DONE


def test_deleting_a_live_run_stops_it_and_leaves_nothing(
    manager: RunManager, store: DuckDBStore, script: Any, spec: RunSpec
) -> None:
    script.hold = True
    run_id = manager.start(spec, "ann", {})
    assert script.began.acquire(timeout=LONG)
    manager.delete(run_id, "ann")
    assert store.run(run_id, "ann") is None
    assert manager.trajectory(run_id, "ann").last_seq == 0
    assert manager.running("ann") == []
    with pytest.raises(StoreError, match="was deleted"):
        manager.wait(run_id, LONG)


def test_waiting_ends_at_its_time_with_the_record_as_it_is(manager: RunManager, script: Any, spec: RunSpec) -> None:
    script.hold = True
    run_id = manager.start(spec, "ann", {})
    assert script.began.acquire(timeout=LONG)
    assert manager.wait(run_id, 0.01).state is RunState.RUNNING


def test_waiting_for_an_unknown_run_is_refused(manager: RunManager) -> None:
    with pytest.raises(ConfigError, match="There is no run nope"):
        manager.wait("nope", 0.01)


def test_shutdown_stops_all_runs_within_its_bound_and_takes_no_more(
    store: DuckDBStore, script: Any, spec: RunSpec
) -> None:
    script.hold = True
    manager = RunManager(store, script, "boot-1", parallel=2)
    ids = [manager.start(spec, "ann", {}) for _ in range(3)]
    for _ in range(2):
        assert script.began.acquire(timeout=LONG)
    manager.shutdown(LONG)
    assert {state(store, run_id) for run_id in ids} == {RunState.INTERRUPTED}
    with pytest.raises(ConfigError, match="shutting down"):
        manager.start(spec, "ann", {})


def test_shutdown_does_not_wait_for_a_run_that_does_not_listen(store: DuckDBStore, spec: RunSpec) -> None:
    release, began = threading.Event(), threading.Event()

    def deaf(context: RunContext) -> None:
        began.set()
        release.wait(LONG)

    manager = RunManager(store, deaf, "boot-1")
    run_id = manager.start(spec, "ann", {})
    assert began.wait(LONG)
    manager.shutdown(0.05)
    assert state(store, run_id) is RunState.RUNNING
    release.set()
    manager.wait(run_id, LONG)


def test_keys_reach_the_run_and_not_the_data_file(store: DuckDBStore, script: Any, spec: RunSpec, path: Path) -> None:
    manager = RunManager(store, script, "boot-1")
    manager.wait(manager.start(spec, "ann", {"scripted": "sk-secret-key"}), LONG)
    assert script.seen[0].keys == {"scripted": "sk-secret-key"}
    store.close()
    with duckdb.connect(str(path)) as connection:
        for (table,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            assert "sk-secret-key" not in str(connection.table(table).fetchall())


def test_a_run_in_line_already_shows_the_names_of_its_documents(
    manager: RunManager, store: DuckDBStore, script: Any, spec: RunSpec
) -> None:
    script.hold = True
    store.add_document(Document(DocumentInfo("e" * 64, "note.txt", "txt", 1, 1, "page", ()), "x"), "ann")
    run_id = manager.start(replace(spec, documents=("e" * 64,)), "ann", {})
    record = store.run(run_id, "ann")
    assert record is not None
    assert record.document_names in {("note.txt",), ("lease.pdf",)}


def test_a_run_whose_end_cannot_be_saved_still_ends_for_who_waits(script: Any, spec: RunSpec) -> None:
    class Full(DuckDBStore):
        def update_run(self, run_id: str, **changes: Any) -> None:
            if "answer" in changes:
                raise StoreError("The disk is full.")
            super().update_run(run_id, **changes)

    store = Full(":memory:")
    manager = RunManager(store, script, "boot-1", parallel=1)
    for run_id in [manager.start(spec, "ann", {}) for _ in range(2)]:
        record = manager.wait(run_id, LONG)
        assert (record.state, record.error) == (RunState.FAILED, "The disk is full.")
    assert manager.running("ann") == []
    store.close()


def test_ctrl_c_ends_the_process_at_once_though_a_run_does_not_listen(path: Path) -> None:
    here = Path(__file__).parent
    child = subprocess.Popen(
        [sys.executable, str(here / "interrupt_child.py"), str(path)],
        env={**os.environ, "PYTHONPATH": str(here.parent.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        run_id = child.stdout.readline().strip()
        child.send_signal(signal.SIGINT)
        _, stderr = child.communicate(timeout=60)
    finally:
        child.kill()
        child.communicate()
    assert "KeyboardInterrupt" in stderr.splitlines()
    assert not any(word in stderr for word in ("terminate called", "FATAL", "leaked"))
    assert child.returncode == -signal.SIGINT
    store = DuckDBStore(path)
    RunManager(store, lambda context: None, "boot-2")
    assert state(store, run_id) is RunState.INTERRUPTED
    assert len(store.events(run_id, "ann")) > 0
    store.close()


def test_a_run_that_holds_its_place_for_too_long_is_interrupted_and_can_be_gone_on_with(
    store: DuckDBStore, script: Any, spec: RunSpec
) -> None:
    script.hold = True
    manager = RunManager(store, script, "boot", parallel=1, gate=Gate(Quotas(minutes_a_run=0.002)))
    first, second = (manager.start(spec, owner, {}) for owner in ("ann", "bob"))
    record = manager.wait(first, LONG)
    assert (record.state, record.stop) == (RunState.INTERRUPTED, Stop.INTERRUPTED)
    assert "as long as this app lets one be" in record.error
    until(lambda: second in script.order)
    assert manager.wait(second, LONG).state is RunState.INTERRUPTED
    script.hold = False
    manager.resume(first, "ann", {})
    assert manager.wait(first, LONG).state is RunState.DONE


def test_a_run_that_its_owner_stopped_in_time_is_stopped_and_not_interrupted(
    store: DuckDBStore, script: Any, spec: RunSpec
) -> None:
    script.hold = True
    manager = RunManager(store, script, "boot", gate=Gate(Quotas(minutes_a_run=5)))
    run_id = manager.start(spec, "ann", {})
    script.began.acquire(timeout=LONG)
    assert manager.stop(run_id, "ann")
    assert manager.wait(run_id, LONG).state is RunState.CANCELLED
