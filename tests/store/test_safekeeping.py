import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from rlm_app.errors import StoreError
from rlm_app.records import RunRecord
from rlm_app.store.batch import Job
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.store.safekeeping import Safekeeping, left_behind, line_of
from rlm_app.store.writer import Writer
from rlm_app.types import Completion, Usage

Records = Callable[..., RunRecord]
REPLY = Completion("the reply " * 500, "small", Usage(1, 5, 2, cost=0.1))
ROW = ("r1", "key", 0, "finished", "", 1.0, '{"text":{"$text":"a"}}', ["a"])


def row(number: int) -> Job:
    return Job("journal", ("r1", "key", number, *ROW[3:]), {"a": f"text {number}\n\u20ac"})


def crash(path: Path, elsewhere: Path) -> Path:
    """Copy what a process that was killed now would leave."""
    elsewhere.mkdir()
    for file in path.parent.iterdir():
        shutil.copy(file, elsewhere)
    return elsewhere / path.name


def files(path: Path) -> list[str]:
    return sorted(file.name for file in path.parent.iterdir())


class Held:
    """Stops the writer of a store until it is let go."""

    def __init__(self, store: DuckDBStore) -> None:
        self._free = threading.Event()
        begun = threading.Event()

        def hold(connection: duckdb.DuckDBPyConnection) -> None:
            begun.set()
            self._free.wait(10.0)

        self._waiter = threading.Thread(target=store._writer.wait, args=(Job(statement=hold),))
        self._waiter.start()
        assert begun.wait(10.0)

    def let_go(self) -> None:
        self._free.set()
        self._waiter.join()


def test_a_reply_outlives_a_process_that_dies_before_the_data_file_has_it(
    store: DuckDBStore, path: Path, record: Records, tmp_path: Path
) -> None:
    store.add_run(record())
    held = Held(store)
    store.journal("r1").finished("k", 0, REPLY)
    left = crash(path, tmp_path / "left")
    held.let_go()
    assert [job.row[:3] for job in left_behind(left)] == [["r1", "k", 0]]
    again = DuckDBStore(left)
    assert again.journal("r1").reply("k", 0) == REPLY
    assert again.journal("r1").counts() == (1, 1)
    assert left_behind(left) == []
    again.close()


def test_a_reply_that_is_safe_but_not_in_the_data_file_answers_at_once(store: DuckDBStore, record: Records) -> None:
    store.add_run(record())
    held = Held(store)
    journal = store.journal("r1")
    journal.finished("k", 0, REPLY)
    threading.Timer(0.05, held.let_go).start()
    assert journal.reply("k", 0) == REPLY


def test_what_the_data_file_has_is_not_taken_in_twice(
    store: DuckDBStore, path: Path, record: Records, tmp_path: Path
) -> None:
    store.add_run(record())
    store.journal("r1").finished("k", 0, REPLY)
    store.flush()
    left = crash(path, tmp_path / "left")
    assert len(left_behind(left)) == 1
    again = DuckDBStore(left)
    with again._reader.reading() as cursor:
        assert cursor.execute("SELECT count(*) FROM journal").fetchone() == (1,)
    again.close()


def test_replies_of_a_run_that_was_deleted_do_not_come_back(
    store: DuckDBStore, path: Path, record: Records, tmp_path: Path
) -> None:
    store.add_run(record())
    store.journal("r1").finished("k", 0, REPLY)
    store.delete_run("r1", "ann")
    left = crash(path, tmp_path / "left")
    again = DuckDBStore(left)
    assert again.journal("r1").counts() == (0, 0)
    again.close()


def test_a_deleted_reply_leaves_its_file_with_the_next_batch(store: DuckDBStore, path: Path, record: Records) -> None:
    store.add_run(record())
    store.journal("r1").finished("k", 0, REPLY)
    store.delete_run("r1", "ann")
    store.flush()
    store.flush()
    kept = b"".join(file.read_bytes() for file in path.parent.iterdir() if ".replies-" in file.name)
    assert b"the reply" not in kept


def test_a_closed_store_leaves_nothing_beside_the_data_file(store: DuckDBStore, path: Path) -> None:
    store.journal("r1").finished("k", 0, REPLY)
    assert len(files(path)) > 1
    store.close()
    assert files(path) == [path.name]


def test_a_line_that_was_cut_off_ends_what_is_taken_in(tmp_path: Path) -> None:
    path = tmp_path / "rlm.duckdb"
    safe = Safekeeping(path)
    for number in range(3):
        safe.write(line_of(row(number)))
    safe.close(remove=False)
    file = next(file for file in tmp_path.iterdir() if ".replies-" in file.name)
    whole = file.read_bytes()
    for end in range(len(whole) - len(line_of(row(2))) + 1, len(whole) - 1):
        file.write_bytes(whole[:end])
        assert [job.row[2] for job in left_behind(path)] == [0, 1]
    file.write_bytes(whole.replace(b"text 1", b"text X"))
    assert [job.row[2] for job in left_behind(path)] == [0]


def test_each_file_is_written_anew_when_its_turn_comes(tmp_path: Path) -> None:
    path = tmp_path / "rlm.duckdb"
    safe = Safekeeping(path)
    for number in range(4):
        safe.write(line_of(row(number)))
        safe.turn()
    safe.write(line_of(row(4)))
    assert sorted(job.row[2] for job in left_behind(path)) == [3, 4]
    safe.close(remove=True)
    assert list(tmp_path.iterdir()) == []


def test_settling_waits_until_all_that_was_written_is_on_disk(tmp_path: Path) -> None:
    slow, began, settled = threading.Event(), threading.Event(), threading.Event()

    def sync(handle: int) -> None:
        began.set()
        slow.wait(10.0)

    def settle() -> None:
        safe.settle()
        settled.set()

    safe = Safekeeping(tmp_path / "rlm.duckdb", sync)
    safe.settle()
    safe.write(line_of(row(0)))
    assert began.wait(10.0)
    safe.write(line_of(row(1)))
    waiter = threading.Thread(target=settle)
    waiter.start()
    assert not settled.wait(0.05)
    slow.set()
    waiter.join(10.0)
    assert settled.is_set()
    safe.close(remove=True)


def test_a_disk_that_does_not_take_a_reply_is_a_sentence_and_the_reply_is_not_queued(tmp_path: Path) -> None:
    connection = duckdb.connect(":memory:")
    connection.execute("CREATE TABLE journal (number INTEGER)")
    path = tmp_path / "gone" / "rlm.duckdb"
    writer = Writer(connection.cursor(), str(path), lambda jobs: None, Safekeeping(path))
    with pytest.raises(StoreError, match=r"rlm\.duckdb could not be written"):
        writer.keep(Job("journal", (1,)))
    writer.close()
    assert connection.execute("SELECT count(*) FROM journal").fetchone() == (0,)


def test_a_disk_that_fails_later_is_a_sentence_for_who_settles(tmp_path: Path) -> None:
    def sync(handle: int) -> None:
        raise OSError(5, "Input/output error")

    path = tmp_path / "rlm.duckdb"
    connection = duckdb.connect(":memory:")
    connection.execute("CREATE TABLE journal (number INTEGER)")
    writer = Writer(connection.cursor(), str(path), lambda jobs: None, Safekeeping(path, sync))
    writer.keep(Job("journal", (1,)))
    with pytest.raises(StoreError, match="Input/output error"):
        writer.settle()
    writer.close()


class Disk:
    """Counts the syncs it is asked for, and holds the first two up until it is let go."""

    def __init__(self) -> None:
        self.syncs = 0
        self.begun = threading.Semaphore(0)
        self.free = threading.Semaphore(0)

    def sync(self, handle: int) -> None:
        self.syncs += 1
        if self.syncs <= 2:
            self.begun.release()
            assert self.free.acquire(timeout=10.0)


def test_lines_that_come_in_crowds_go_to_disk_together(tmp_path: Path) -> None:
    disk = Disk()
    safe = Safekeeping(tmp_path / "rlm.duckdb", sync=disk.sync, crowd=60.0)
    safe.write(line_of(row(0)))
    assert disk.begun.acquire(timeout=10.0)  # the first goes at once
    safe.write(line_of(row(1)))
    safe.write(line_of(row(2)))
    disk.free.release()
    assert disk.begun.acquire(timeout=10.0)  # two in one go: a crowd
    for number in range(3, 40):
        safe.write(line_of(row(number)))
    disk.free.release()
    safe.settle()  # does not wait for the crowd to grow
    assert disk.syncs == 3
    safe.close(remove=True)
