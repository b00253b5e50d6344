"""Links in the data file: by owner to write, by the hash of a token to read, gone with what they show."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from rlm_app import owners
from rlm_app.records import RunRecord
from rlm_app.shares import Link, digest_of
from rlm_app.store.duckdb_store import DuckDBStore

TOKEN = "ab" * 24
DIGEST = digest_of(TOKEN)
Make = Callable[..., RunRecord]


def link(run_id: str = "r1", owner: str = "ann", link_id: str = "l1", expires: float = 200.0) -> Link:
    return Link(link_id, owner, run_id, "What ends it?", 100.0, expires, size=4)


@pytest.fixture
def shared(store: DuckDBStore, record: Make) -> DuckDBStore:
    store.add_run(record("r1"))
    assert store.shares.add(link(), DIGEST, b"copy", 100.0)
    return store


def test_a_token_opens_what_was_shared_until_its_time_is_over(shared: DuckDBStore) -> None:
    assert shared.shares.copy(DIGEST, 199.0) == b"copy"
    assert shared.shares.link(DIGEST, 199.0) == link()
    assert shared.shares.copy(DIGEST, 200.0) is None
    assert shared.shares.link(DIGEST, 200.0) is None
    assert shared.shares.copy(digest_of("cd" * 24), 150.0) is None


def test_links_are_listed_and_revoked_by_their_owner_alone(shared: DuckDBStore) -> None:
    assert shared.shares.links("bob") == []
    shared.shares.revoke("l1", "bob")
    assert shared.shares.links("ann") == shared.shares.links("ann", "r1") == [link()]
    assert shared.shares.links("ann", "r2") == []
    shared.shares.revoke("l1", "ann")
    assert shared.shares.links("ann") == []
    assert shared.shares.copy(DIGEST, 150.0) is None


def test_opening_is_counted_with_its_time(shared: DuckDBStore) -> None:
    shared.shares.note_opened(DIGEST, 120.0)
    shared.shares.note_opened(DIGEST, 130.0)
    shared.shares.note_opened(DIGEST, 300.0)  # over by then
    (found,) = shared.shares.links("ann")
    assert (found.opened, found.last_opened) == (2, 130.0)


def test_deleting_a_run_takes_its_links_along(shared: DuckDBStore) -> None:
    shared.delete_run("r1", "bob")
    assert shared.shares.copy(DIGEST, 150.0) == b"copy"
    shared.delete_run("r1", "ann")
    assert shared.shares.copy(DIGEST, 150.0) is None


def test_forgetting_an_owner_takes_their_links_along_and_no_other(shared: DuckDBStore, record: Make) -> None:
    shared.add_run(record("r2", owner="bob"))
    shared.shares.add(link("r2", "bob", "l2"), digest_of("cd" * 24), b"his", 100.0)
    shared.forget("ann")
    assert shared.shares.links("ann") == []
    assert [each.id for each in shared.shares.links("bob")] == ["l2"]


def test_a_run_that_is_gone_gets_no_link(store: DuckDBStore) -> None:
    assert not store.shares.add(link(), DIGEST, b"copy", 100.0)
    assert store.shares.links("ann") == []


def test_what_has_run_out_is_removed_when_the_next_link_is_made(shared: DuckDBStore) -> None:
    shared.shares.add(link(link_id="l2", expires=900.0), digest_of("cd" * 24), b"new", 200.0)
    assert [each.id for each in shared.shares.links("ann")] == ["l2"]


def test_the_token_of_a_link_is_kept_nowhere_but_as_a_hash(shared: DuckDBStore, path: Path) -> None:
    shared.close()
    with duckdb.connect(str(path)) as connection:
        (row,) = connection.execute("SELECT * FROM shares").fetchall()
    assert DIGEST in row
    assert TOKEN not in str(row)
    assert TOKEN.encode() not in path.read_bytes()


@pytest.mark.parametrize("text", ["", "ab", "AB" * 24, "ab" * 24 + "\n", "é" * 48, "ab" * 4000])
def test_what_cannot_be_a_token_has_no_hash(text: str) -> None:
    assert digest_of(text) == ""


def test_a_token_cannot_be_guessed() -> None:
    found = {owners.new_token() for _ in range(100)}
    assert len(found) == 100
    assert all(len(bytes.fromhex(token)) * 8 == 192 for token in found)
