import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rlm_app.errors import StoreError
from rlm_app.events import Event, Noticed
from rlm_app.records import RunRecord
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.store.opening import suspicion
from rlm_app.store.salvage import is_damage, kept_aside
from rlm_app.types import Completion, Document, DocumentInfo, RunState, Usage

Records = Callable[..., RunRecord]
RUNS, EVENTS = 8, 12


def event(run: int, seq: int) -> Event:
    place = {"run_id": f"r{run}", "seq": seq, "at": float(seq), "call_id": "0", "parent_id": None, "depth": 0}
    text = os.urandom(1_500).hex()
    return Noticed(**place, iteration=1, topic="note", text=text)  # type: ignore[arg-type]


@pytest.fixture
def lived_in(path: Path, record: Records) -> Path:
    """Return a data file with runs, texts, replies and a document; a part of it stands in its log."""
    store = DuckDBStore(path)
    for run in range(RUNS):
        store.add_run(record(f"r{run}", state=RunState.DONE))
        for seq in range(1, EVENTS + 1):
            store.append_event(event(run, seq))
        store.journal(f"r{run}").finished("k" * 64, 0, Completion(os.urandom(1_500).hex(), "m", Usage()))
    info = DocumentInfo("a" * 64, "lease.pdf", "pdf", 7, 3_000, "page", ())
    store.add_document(Document(info, os.urandom(1_500).hex()), "ann")
    store.flush()
    log = path.with_name(path.name + ".wal")
    shutil.copyfile(path, path.with_name("logged.duckdb"))
    shutil.copyfile(log, path.with_name("logged.duckdb.wal"))
    store.close()
    assert not log.exists()
    return path


def scribble(path: Path, at: float, length: int = 3_000) -> None:
    with path.open("r+b") as file:
        file.seek(int(path.stat().st_size * at))
        file.write(os.urandom(length))


def everything(store: DuckDBStore) -> dict[str, int]:
    runs = store.runs("ann")
    replies = [store.journal(run.id).reply("k" * 64, 0) for run in runs]
    return {
        "runs": len(runs),
        "events": sum(len(store.events(run.id, "ann")) for run in runs),
        "replies": sum(reply is not None and len(reply.text) == 3_000 for reply in replies),
        "documents": sum(store.document(info.sha256, "ann") is not None for info in store.documents("ann")),
    }


@pytest.mark.parametrize("damage", ["header", "text", "nothing"])
def test_a_file_of_which_nothing_can_be_read_is_put_aside_as_it_is_and_said(lived_in: Path, damage: str) -> None:
    if damage == "header":
        scribble(lived_in, 0.0, 4_096)
    else:
        lived_in.write_bytes(b"hello" if damage == "text" else b"")
    was = lived_in.read_bytes()
    store = DuckDBStore(lived_in)
    (aside,) = kept_aside(lived_in)
    assert aside.read_bytes() == was
    assert str(aside) in store.notice
    assert "That is nothing." in store.notice
    assert everything(store)["runs"] == 0
    store.close()
    again = DuckDBStore(lived_in)
    assert again.notice == ""
    assert kept_aside(lived_in) == [aside]
    again.close()


@pytest.mark.parametrize("at", [0.3, 0.6, 0.9])
def test_a_file_damaged_in_the_middle_is_read_as_far_as_it_goes_and_saved_at_the_next_start(
    lived_in: Path, at: float, record: Records
) -> None:
    scribble(lived_in, at)
    was = lived_in.read_bytes()
    store = DuckDBStore(lived_in)
    if not store.notice:
        with pytest.raises(StoreError, match=r"A part of the data file is damaged.*can be read and exported"):
            everything(store)
        assert suspicion(lived_in).exists()
        store.close()
        was = lived_in.read_bytes()
        store = DuckDBStore(lived_in)
    assert "The data file was damaged" in store.notice
    assert "Some of it is lost" in store.notice
    assert not suspicion(lived_in).exists()
    (aside,) = kept_aside(lived_in)
    assert aside.read_bytes() == was
    found = everything(store)
    assert found["runs"] == RUNS or at == 0.3  # where the runs themselves stand
    store.add_run(record("new"))
    store.append_event(event(0, 99))
    store.flush()
    store.close()


def test_a_damaged_log_is_read_up_to_where_it_is_damaged(lived_in: Path) -> None:
    logged = lived_in.with_name("logged.duckdb")
    scribble(logged.with_name("logged.duckdb.wal"), 0.6)
    was = logged.with_name("logged.duckdb.wal").read_bytes()
    store = DuckDBStore(logged)
    (aside,) = kept_aside(logged)
    assert aside.with_name(aside.name + ".wal").read_bytes() == was
    found = everything(store)
    assert 0 < found["runs"] < RUNS
    assert found["events"] > 0
    assert f"{found['runs']:,} runs" in store.notice
    store.close()


def test_a_log_that_does_not_begin_as_one_is_kept_and_said(lived_in: Path) -> None:
    logged = lived_in.with_name("logged.duckdb")
    log = logged.with_name("logged.duckdb.wal")
    scribble(log, 0.0, 100)
    was = log.read_bytes()
    store = DuckDBStore(logged)
    (aside,) = kept_aside(logged)
    assert aside.read_bytes() == was
    assert str(aside) in store.notice
    store.close()
    again = DuckDBStore(logged)
    assert again.notice == ""
    again.close()


def test_a_sound_log_is_taken_in_without_a_word(lived_in: Path) -> None:
    store = DuckDBStore(lived_in.with_name("logged.duckdb"))
    assert (store.notice, everything(store)["runs"]) == ("", RUNS)
    store.close()


def test_what_is_saved_of_a_run_has_no_gaps_and_no_reply_without_its_words(lived_in: Path, record: Records) -> None:
    scribble(lived_in, 0.6)
    suspicion(lived_in).touch()
    store = DuckDBStore(lived_in)
    for run in store.runs("ann"):
        seqs = [each.seq for each in store.events(run.id, "ann")]
        assert seqs == list(range(1, len(seqs) + 1))
        reply = store.journal(run.id).reply("k" * 64, 0)
        assert reply is None or len(reply.text) == 3_000
    store.close()


def test_a_file_that_is_locked_is_not_taken_for_damaged(
    path: Path, store: DuckDBStore, child: Callable[..., object]
) -> None:
    said, _ = child("open_child.py", path).communicate(timeout=60)  # type: ignore[attr-defined]
    assert "in use by another process" in said
    assert not kept_aside(path)


def test_the_name_of_a_folder_does_not_make_a_file_damaged() -> None:
    assert not is_damage('IO Error: Cannot open file "/data/corrupt/rlm.duckdb": Permission denied')
    assert is_damage(
        'Failure while replaying WAL file "/data/rlm.duckdb.wal": Corrupt WAL file: entry at byte position 1'
    )
