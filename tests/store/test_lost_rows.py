import dataclasses
import logging
from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from rlm_app.errors import StoreError
from rlm_app.events import Event
from rlm_app.records import RunRecord
from rlm_app.store import unwritten
from rlm_app.store.batch import Job
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.types import Completion, Usage

Records = Callable[..., RunRecord]
Notices = Callable[..., Event]
ODD: dict[str, dict[str, Any]] = {
    "a number too large for its column": {"depth": 2**40},
    "a moment that is none": {"at": "secret words"},
    "half of a surrogate pair": {"call_id": "secret words\ud800"},
    "a text that is none": {"text": object()},
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_an_event_that_cannot_be_written_ends_its_own_run_and_nobody_elses(
    store: DuckDBStore, record: Records, notice: Notices, odd: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    store.add_run(record())
    store.add_run(record("r2", "bob"))
    store.append_event(notice(1))
    store.append_event(dataclasses.replace(notice(2), **odd))
    store.append_event(notice(3))
    store.append_event(notice(1, run_id="r2"))
    with caplog.at_level(logging.ERROR):
        store.flush()
    assert [event.seq for event in store.events("r1", "ann")] == [1]  # nothing stands behind a gap
    store.append_event(notice(2, run_id="r2"))
    store.update_run("r1", error="said")
    store.flush()
    assert [event.seq for event in store.events("r2", "bob")] == [1, 2]
    with pytest.raises(StoreError, match="A step of this run could not be kept"):
        store.append_event(notice(4))
    with pytest.raises(StoreError, match="Resume the run"):
        store.journal("r1").started("k" * 64, 0, "0.1")
    assert (store.census(0).trouble, store.lost("r2")) == ("", "")
    assert "run r1: a row of Noticed could not be written" in caplog.text
    assert "secret words" not in caplog.text


def test_who_asks_why_a_run_was_lost_may_go_on_behind_what_was_kept(
    store: DuckDBStore, record: Records, notice: Notices
) -> None:
    store.add_run(record())
    store.append_event(dataclasses.replace(notice(1), depth=2**40))
    store.flush()
    assert "What was kept before it is safe" in store.lost("r1")
    assert store.lost("r1") == ""
    store.append_event(notice(1))
    store.flush()
    assert store.events("r1", "ann") == [notice(1)]


def test_a_reply_is_kept_also_of_a_run_that_lost_an_event(store: DuckDBStore, record: Records, notice: Notices) -> None:
    store.add_run(record())
    journal = store.journal("r1")
    store.append_event(dataclasses.replace(notice(1), depth=2**40))
    store.flush()
    journal.finished("k" * 64, 0, Completion("paid for", "big", Usage(1, 2, 3, cost=0.5)))
    store.flush()
    assert [row.state for row in store.journal_rows("r1", "ann")] == ["finished"]


@pytest.mark.parametrize(
    ("error", "of_the_row"),
    [
        (duckdb.ConversionException("a number"), True),
        (duckdb.InvalidInputException("a text"), True),
        (duckdb.ConstraintException("there twice"), True),
        (TypeError("no JSON"), True),
        (RecursionError("deep"), True),
        (duckdb.IOException("Could not write file: Input/output error"), False),
        (duckdb.FatalException("database has been invalidated"), False),
        (duckdb.InternalException("a fault of DuckDB's"), False),
        (OSError("no such device"), False),
        (StoreError("was closed"), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_a_fault_of_the_row_lets_writing_go_on(error: Exception, of_the_row: bool) -> None:
    assert unwritten.is_of_the_row(error) is of_the_row


def test_a_row_of_no_run_is_nobodys_to_be_told() -> None:
    assert Job("things", (1,)).run_id == ""
    assert Job("journal", ("r1", "k")).run_id == "r1"
