"""Records of runs are kept as they were read, and never outlive a change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rlm_app.errors import StoreError
from rlm_app.events import RunStarted
from rlm_app.records import RunRecord, RunSpec
from rlm_app.store.batch import Job
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.store.known import KEPT, Known
from rlm_app.types import RunState

RECORD = RunRecord("r" * 32, "ann", RunSpec("q", (), "vllm", "big", "small"), RunState.QUEUED, "boot", 1.0)
STARTED = RunStarted(
    run_id=RECORD.id,
    seq=1,
    at=1.0,
    call_id="0",
    parent_id=None,
    depth=0,
    question="q",
    backend="vllm",
    root_model="big",
    sub_model="small",
    environment="local",
    documents=(),
)


def test_a_record_is_read_once_until_something_that_may_change_it_is_committed() -> None:
    known, reads = Known(), list[RunRecord]()

    def read() -> RunRecord:
        reads.append(replace(RECORD, answer=str(len(reads))))
        return reads[-1]

    assert known.get(RECORD.id, "ann", read) is known.get(RECORD.id, "ann", read)
    known.committed([Job(event=STARTED), Job("journal", ())])
    assert [known.get(RECORD.id, "ann", read).answer, len(reads)] == ["0", 1]  # type: ignore[union-attr]
    for job in (Job("runs", ()), Job(statement=lambda _: None)):
        known.committed([Job(event=STARTED), job])
        known.get(RECORD.id, "ann", read)
    assert len(reads) == 3


def test_a_record_that_changes_while_it_is_read_is_not_kept_as_it_was() -> None:
    known = Known()

    def read() -> RunRecord:
        known.committed([Job("runs", ())])
        return RECORD

    known.get(RECORD.id, "ann", read)
    assert known.get(RECORD.id, "ann", lambda: None) is None


def test_another_owner_and_a_run_that_is_not_there_are_asked_for_each_time_and_only_so_many_are_kept() -> None:
    known = Known()
    known.get(RECORD.id, "ann", lambda: RECORD)
    assert known.get(RECORD.id, "bob", lambda: None) is None
    assert known.get("none", "ann", lambda: None) is None
    for number in range(KEPT):
        known.get(str(number), "ann", lambda: RECORD)
    assert known.get(str(KEPT - 1), "ann", lambda: None) is None


def test_a_store_gives_each_change_of_a_run_at_once_and_nothing_once_it_is_closed(tmp_path: Path) -> None:
    store = DuckDBStore(tmp_path / "rlm.duckdb")
    assert store.run(RECORD.id, "ann") is None
    store.add_run(RECORD)
    assert store.run(RECORD.id, "ann") == RECORD
    store.update_run(RECORD.id, state=RunState.RUNNING)
    assert store.run(RECORD.id, "ann") == replace(RECORD, state=RunState.RUNNING)
    assert store.run(RECORD.id, "bob") is None
    store.delete_run(RECORD.id, "ann")
    assert store.run(RECORD.id, "ann") is None
    store.add_run(RECORD)
    assert store.run(RECORD.id, "ann") == RECORD
    store.close()
    with pytest.raises(StoreError):
        store.run(RECORD.id, "ann")
