import os
import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rlm_app.cell_results import CellError
from rlm_app.citations import Citation, Verdict
from rlm_app.errors import StoreError
from rlm_app.events import (
    CellFinished,
    CellStarted,
    Cited,
    Event,
    ModelReplied,
    Noticed,
    RunFinished,
    RunStarted,
    SubcallFinished,
    SubcallStarted,
)
from rlm_app.records import RunRecord
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.types import Document, DocumentInfo, Limits, Message, Page, RunState, Stop, Usage

Child = Callable[..., subprocess.Popen[str]]
Records = Callable[..., RunRecord]
Notices = Callable[..., Event]


def document(text: str = "All of it.", name: str = "lease.pdf", sha256: str = "a" * 64) -> Document:
    pages = (Page("1", 0, 4), Page("2", 4, len(text), "scanned"))
    return Document(DocumentInfo(sha256, name, "pdf", 7, len(text), "page", pages, ("page 2 is a picture",)), text)


def every_kind() -> list[Event]:
    long = "Ünïcode and a 😀 " * 200
    root = {"run_id": "r1", "call_id": "0", "parent_id": None, "depth": 0}
    sub = {"run_id": "r1", "call_id": "0.1.1", "parent_id": "0", "depth": 1}
    usage = Usage(1, 10, 5, None, 2, 0.25, True)
    made: list[tuple[type[Event], dict[str, object]]] = [
        (
            RunStarted,
            {
                **root,
                "question": "Why?",
                "backend": "openai",
                "root_model": "big",
                "sub_model": "small",
                "environment": "local",
                "documents": (document().info,),
                "limits": Limits(cost=1.5, depth=2),
            },
        ),
        (
            ModelReplied,
            {
                **root,
                "iteration": 1,
                "messages": (Message("system", long), Message("user", "q")),
                "reply": "half \ud800 a pair" * 200,
                "model": "big",
                "usage": usage,
                "seconds": 1.5,
            },
        ),
        (CellStarted, {**root, "iteration": 1, "cell": 1, "code": "print(1)"}),
        (
            SubcallStarted,
            {**sub, "iteration": 1, "cell": 1, "role": "llm", "model": "small", "prompt": long, "group": "g"},
        ),
        (
            SubcallFinished,
            {
                **sub,
                "iteration": 1,
                "cell": 1,
                "reply": "no\x00ne",
                "model": "small",
                "usage": Usage(),
                "error": "lost",
            },
        ),
        (
            CellFinished,
            {
                **root,
                "iteration": 1,
                "cell": 1,
                "stdout": long,
                "error": CellError("ValueError", "bad", long),
                "variables": {"context": "str", "$text": "str"},
                "interrupted": True,
            },
        ),
        (Noticed, {**root, "iteration": 1, "topic": "note", "text": "half \udfff a pair"}),
        (Cited, {**root, "citation": Citation("q", Verdict.ALTERED, "a" * 64, "lease.pdf", 3, 9, "iv")}),
        (RunFinished, {**root, "answer": long, "stop": Stop.COST, "usage": usage, "seconds": 2.0}),
    ]
    return [cls(seq=n, at=n + 0.5, **values) for n, (cls, values) in enumerate(made, 1)]  # type: ignore[arg-type]


def test_every_kind_of_event_comes_back_as_it_was(store: DuckDBStore, record: Records, path: Path) -> None:
    store.add_run(record())
    for event in every_kind():
        store.append_event(event)
    store.flush()
    assert store.events("r1", "ann") == every_kind()
    store.close()
    again = DuckDBStore(path)
    assert again.events("r1", "ann") == every_kind()
    again.close()


def test_events_after_a_number_are_only_the_later_ones(store: DuckDBStore, record: Records, notice: Notices) -> None:
    store.add_run(record())
    for seq in range(1, 6):
        store.append_event(notice(seq))
    store.flush()
    assert [event.seq for event in store.events("r1", "ann", 3)] == [4, 5]
    assert store.events("r1", "ann", 5) == []


def test_a_queued_event_is_committed_soon_without_a_flush(store: DuckDBStore, record: Records, notice: Notices) -> None:
    store.add_run(record())
    store.append_event(notice(1))
    tick = threading.Event()
    found = next(events for _ in range(200) if (events := store.events("r1", "ann")) or tick.wait(0.01))
    assert found == [notice(1)]


def test_a_record_comes_back_as_it_was_and_changes_by_column(store: DuckDBStore, record: Records) -> None:
    first = record(document_names=("a.pdf", "b.pdf"), sample=True)
    store.add_run(first)
    assert store.run("r1", "ann") == first
    changes: dict[str, Any] = {
        "state": RunState.LIMIT,
        "stop": Stop.COST,
        "usage": Usage(3, 9, cost=0.5),
        "answer": "x" * 9_000,
    }
    store.update_run("r1", **changes)
    assert store.run("r1", "ann") == replace(first, **changes)


def test_an_unknown_column_is_refused_by_name(store: DuckDBStore, record: Records) -> None:
    store.add_run(record())
    with pytest.raises(StoreError, match="has no colour"):
        store.update_run("r1", colour="red")


def test_runs_are_listed_newest_first(store: DuckDBStore, record: Records) -> None:
    for number in (2, 3, 1):
        store.add_run(record(f"r{number}", created=float(number)))
    assert [run.id for run in store.runs("ann")] == ["r3", "r2", "r1"]
    assert [run.id for run in store.runs("ann", 1)] == ["r3"]


def test_another_owner_sees_and_removes_nothing(store: DuckDBStore, record: Records, notice: Notices) -> None:
    store.add_run(record())
    store.append_event(notice(1))
    store.add_document(document(), "ann")
    store.delete_run("r1", "bob")
    store.delete_document("a" * 64, "bob")
    assert store.run("r1", "bob") is None
    assert store.runs("bob") == []
    assert store.events("r1", "bob") == []
    assert store.document("a" * 64, "bob") is None
    assert store.documents("bob") == []
    assert len(store.events("r1", "ann")) == 1
    assert store.document("a" * 64, "ann") == document()


def test_live_runs_of_another_boot_become_interrupted(store: DuckDBStore, record: Records, notice: Notices) -> None:
    for state in RunState:
        store.add_run(record(state.name, state=state))
    store.add_run(record("mine", boot="boot-2"))
    store.append_event(notice(3, run_id="RUNNING"))
    store.append_event(notice(8, run_id="RUNNING"))
    assert len(store.interrupt_others("boot-2")) == 3
    run = store.run("RUNNING", "ann")
    assert run is not None
    assert (run.state, run.stop, run.seconds, run.finished) == (RunState.INTERRUPTED, Stop.INTERRUPTED, 5.0, 8.0)
    mine, done = store.run("mine", "ann"), store.run("DONE", "ann")
    assert mine is not None
    assert mine.state is RunState.RUNNING
    assert done is not None
    assert done.state is RunState.DONE


def test_a_run_that_was_interrupted_took_no_time_while_it_was_paused_or_had_ended(
    store: DuckDBStore, record: Records, notice: Notices
) -> None:
    store.add_run(record("r1"))
    paused = notice(11_000)
    assert isinstance(paused, Noticed)
    store.append_event(notice(3))
    store.append_event(replace(paused, seconds=10_900.25, text='said "seconds":7 \ud83d'))
    store.append_event(notice(11_003))
    store.interrupt_others("boot-2")
    run = store.run("r1", "ann")
    assert run is not None
    assert run.seconds == 99.75


def test_a_document_is_kept_once_and_goes_with_its_last_owner(store: DuckDBStore) -> None:
    for owner in ("ann", "bob", "ann"):
        store.add_document(document("x" * 5_000), owner)
    assert store.documents("ann") == [document("x" * 5_000).info]
    assert texts_in(store) == 1
    store.delete_document("a" * 64, "ann")
    assert store.document("a" * 64, "bob") == document("x" * 5_000)
    store.delete_document("a" * 64, "bob")
    assert texts_in(store) == 0


def test_a_document_read_anew_takes_the_place_of_the_old_reading(store: DuckDBStore) -> None:
    store.add_document(document("old " * 900), "ann")
    store.add_document(document("new " * 900), "ann")
    assert store.document("a" * 64, "ann") == document("new " * 900)
    assert texts_in(store) == 1


def test_deleting_a_run_removes_its_texts_unless_another_run_has_them(
    store: DuckDBStore, record: Records, notice: Notices
) -> None:
    shared, own = "shared " * 500, "own " * 900
    for run_id in ("r1", "r2"):
        store.add_run(record(run_id))
        store.append_event(notice(1, shared, run_id))
    store.append_event(notice(2, own, "r1"))
    store.flush()
    assert texts_in(store) == 2
    store.delete_run("r1", "ann")
    assert store.run("r1", "ann") is None
    assert store.events("r1", "ann") == []
    assert texts_in(store) == 1
    assert store.events("r2", "ann") == [notice(1, shared, "r2")]


def test_a_file_gives_the_room_of_deleted_texts_back(store: DuckDBStore, path: Path) -> None:
    store.add_document(document("kept " * 1_000, "b.txt", "b" * 64), "ann")
    for number in range(3):
        words = " ".join(str(n * 7919 * (number + 1) % 1_000_003) for n in range(400_000))
        store.add_document(document(words), "ann")
        store.delete_document("a" * 64, "ann")
    store.close()
    assert path.stat().st_size < 2_500_000
    again = DuckDBStore(path)
    assert again.document("b" * 64, "ann") == document("kept " * 1_000, "b.txt", "b" * 64)
    again.close()


def test_a_long_text_is_stored_once_however_often_it_occurs(
    store: DuckDBStore, record: Records, notice: Notices, path: Path
) -> None:
    text = " ".join(str(n * 7919 % 1_000_003) for n in range(40_000))
    store.add_run(record())
    for seq in range(1, 21):
        store.append_event(notice(seq, text))
    store.close()
    assert path.stat().st_size < 1.3 * len(text)


def test_eight_threads_append_at_once_and_nothing_is_lost_or_out_of_order(
    store: DuckDBStore, record: Records, notice: Notices
) -> None:
    def append(run_id: str) -> None:
        for seq in range(1, 501):
            store.append_event(notice(seq, "long " * 500 if seq % 50 == 0 else "short", run_id))
            if seq % 100 == 0:
                store.update_run(run_id, seconds=float(seq))

    ids = [f"r{number}" for number in range(8)]
    for run_id in ids:
        store.add_run(record(run_id))
    threads = [threading.Thread(target=append, args=(run_id,)) for run_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.flush()
    for run_id in ids:
        assert [event.seq for event in store.events(run_id, "ann")] == list(range(1, 501))
        run = store.run(run_id, "ann")
        assert run is not None
        assert run.seconds == 500


def test_a_store_in_memory_works_without_a_file(record: Records) -> None:
    store = DuckDBStore(":memory:")
    store.add_run(record())
    assert store.run("r1", "ann") is not None
    store.close()


def test_a_closed_store_refuses_with_a_sentence(store: DuckDBStore, notice: Notices) -> None:
    store.close()
    store.close()
    with pytest.raises(StoreError, match="was closed"):
        store.append_event(notice(1))
    with pytest.raises(StoreError, match="could not be read"):
        store.runs("ann")


@pytest.mark.usefixtures("store")
def test_a_second_process_is_told_who_holds_the_file(path: Path, child: Child) -> None:
    said, stderr = child("open_child.py", path).communicate(timeout=60)
    assert f"is in use by another process (PID {os.getpid()})" in said
    assert "RLM_APP_HOME" in said
    assert stderr == ""


def test_a_place_that_cannot_be_a_database_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "letters.duckdb"
    path.mkdir()
    with pytest.raises(StoreError, match=r"letters\.duckdb cannot be opened"):
        DuckDBStore(path)


def test_a_full_disk_reaches_who_waits_and_who_comes_later(path: Path, child: Child) -> None:
    said, stderr = child("full_child.py", path).communicate(timeout=60)
    lines = said.splitlines()
    assert [line.split(":")[0] for line in lines[1:]] == ["waiting", "later"], stderr
    assert all("could not be written" in line for line in lines[1:])
    acknowledged = int(lines[0])
    again = DuckDBStore(path)
    seqs = [event.seq for event in again.events("r1", "ann")]
    again.close()
    assert acknowledged > 0
    assert seqs[:acknowledged] == list(range(1, acknowledged + 1))
    assert seqs == list(range(1, len(seqs) + 1))


def texts_in(store: DuckDBStore) -> int:
    with store._reader.reading() as cursor:
        row = cursor.execute("SELECT count(*) FROM texts").fetchone()
    assert row is not None
    return int(row[0])
