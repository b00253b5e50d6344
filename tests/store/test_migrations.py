from pathlib import Path

import duckdb
import pytest

from rlm_app.errors import StoreError
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.store.migrations import Step, migrate, read_steps

ONE = Step(1, "0001_things", "CREATE TABLE things (name VARCHAR)")
TWO = Step(2, "0002_sizes", "ALTER TABLE things ADD COLUMN size INTEGER; UPDATE things SET size = 7")
BROKEN = Step(2, "0002_broken", "ALTER TABLE things ADD COLUMN size INTEGER; SELECT * FROM nowhere")


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:")


def applied(connection: duckdb.DuckDBPyConnection) -> list[int]:
    return [row[0] for row in connection.execute("SELECT number FROM migrations ORDER BY number").fetchall()]


def test_an_empty_file_gets_every_step_once(connection: duckdb.DuckDBPyConnection) -> None:
    migrate(connection, (ONE, TWO))
    migrate(connection, (ONE, TWO))
    assert applied(connection) == [1, 2]


def test_an_older_file_keeps_its_rows_and_gets_the_later_steps(connection: duckdb.DuckDBPyConnection) -> None:
    migrate(connection, (ONE,))
    connection.execute("INSERT INTO things VALUES ('lease')")
    migrate(connection, (ONE, TWO))
    assert connection.execute("SELECT name, size FROM things").fetchall() == [("lease", 7)]
    assert applied(connection) == [1, 2]


def test_a_step_that_fails_leaves_the_file_as_it_was(connection: duckdb.DuckDBPyConnection) -> None:
    migrate(connection, (ONE,))
    with pytest.raises(duckdb.Error, match="nowhere"):
        migrate(connection, (ONE, BROKEN))
    assert applied(connection) == [1]
    assert connection.execute("SELECT * FROM things").fetchall() == []
    assert len(connection.description or []) == 1


def test_nothing_stays_open_that_would_keep_old_versions_of_rows_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "data.duckdb"
    for _ in range(2):  # the second time no step is left to apply
        connection = duckdb.connect(str(path))
        migrate(connection, (ONE, TWO))
        other = connection.cursor()
        other.execute("INSERT INTO things VALUES ('lease', 0)")
        for size in range(20):
            other.execute("UPDATE things SET size = ?", [size])
        held = other.execute("SELECT sum(memory_usage_bytes) FROM duckdb_memory() WHERE tag = 'TRANSACTION'").fetchall()
        assert held[0][0] < 1_000_000
        other.execute("CHECKPOINT")  # refused while another transaction is open
        connection.close()


def test_the_steps_are_numbered_from_one_without_gaps() -> None:
    numbers = [step.number for step in read_steps()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_file_of_a_newer_program_is_refused_and_stays_as_it_is(path: Path) -> None:
    DuckDBStore(path).close()
    connection = duckdb.connect(str(path))
    connection.execute("INSERT INTO migrations VALUES (999, '0999_later', 0)")
    connection.close()
    with pytest.raises(StoreError, match="layout 999, made by a newer version"):
        DuckDBStore(path)
    connection = duckdb.connect(str(path))
    assert max(applied(connection)) == 999
    connection.close()
