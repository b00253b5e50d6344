from collections.abc import Iterator, Sequence

import duckdb
import pytest

from rlm_app.errors import StoreError
from rlm_app.store.batch import Job
from rlm_app.store.writer import Writer


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect(":memory:")
    made.execute("CREATE TABLE things (number INTEGER)")
    return made


@pytest.fixture
def seen() -> list[Job]:
    return []


@pytest.fixture
def writer(connection: duckdb.DuckDBPyConnection, seen: list[Job]) -> Iterator[Writer]:
    def committed(jobs: Sequence[Job]) -> None:
        seen.extend(jobs)

    made = Writer(connection.cursor(), "things.duckdb", committed)
    yield made
    made.close()


def numbers(connection: duckdb.DuckDBPyConnection) -> list[int]:
    return [row[0] for row in connection.cursor().execute("SELECT number FROM things").fetchall()]


def test_a_statement_that_cannot_be_carried_out_fails_alone(
    writer: Writer, connection: duckdb.DuckDBPyConnection
) -> None:
    writer.put(Job("things", (1,)))
    with pytest.raises(StoreError, match=r"things\.duckdb could not be written"):
        writer.wait(Job(statement=lambda cursor: cursor.execute("INSERT INTO nowhere VALUES (1)")))
    writer.wait(Job("things", (2,)))
    assert numbers(connection) == [1, 2]


def test_rows_and_statements_keep_their_order(writer: Writer, connection: duckdb.DuckDBPyConnection) -> None:
    writer.put(Job("things", (1,)))
    writer.put(Job(statement=lambda cursor: cursor.execute("UPDATE things SET number = number + 10")))
    writer.wait(Job("things", (2,)))
    assert numbers(connection) == [11, 2]


def test_after_a_lost_row_of_nobody_nothing_more_is_taken(
    writer: Writer, connection: duckdb.DuckDBPyConnection, seen: list[Job]
) -> None:
    writer.put(Job("things", (1,)))
    writer.put(Job("things", ("no number",)))
    with pytest.raises(StoreError, match="could not be written"):
        writer.wait(Job("things", (3,)))
    with pytest.raises(StoreError, match="What was saved before is safe"):
        writer.put(Job("things", (4,)))
    assert numbers(connection) == [1]
    assert len(seen) == 1
    writer.close()


def test_more_than_a_batch_is_committed_before_the_writer_ends(
    writer: Writer, connection: duckdb.DuckDBPyConnection
) -> None:
    for number in range(2_500):
        writer.put(Job("things", (number,)))
    writer.close()
    assert numbers(connection) == list(range(2_500))
