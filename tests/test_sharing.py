"""Sharing by link: who may, for how long, and what a wrong token gets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rlm_app import sharing
from rlm_app.errors import ConfigError
from rlm_app.records import RunRecord, RunSpec
from rlm_app.shares import DAY
from rlm_app.sharing import Guesses, Sharing
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.types import RunState

RUN = RunRecord("r1", "ann", RunSpec("What?", (), "offline", "a", "b"), RunState.DONE, "boot", 1.0)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def links(clock: Clock) -> Iterator[Sharing]:
    store = DuckDBStore(":memory:")
    store.add_run(RUN)
    yield Sharing(store.shares, store.run, lambda owner: None, clock)
    store.close()


def test_a_link_shows_its_copy_until_it_runs_out_or_is_taken_back(links: Sharing, clock: Clock) -> None:
    token, link = links.make("r1", "ann", b"copy", clock.now + DAY)
    other, second = links.make("r1", "ann", b"other", clock.now + 7 * DAY)
    assert (links.open(token), links.open(other)) == (b"copy", b"other")
    assert sorted((each.id, each.opened) for each in links.links("ann")) == sorted([(link.id, 1), (second.id, 1)])
    clock.now += DAY
    assert links.open(token) is None
    assert [each.id for each in links.links("ann")] == [second.id]
    links.revoke(second.id, "bob")
    assert links.open(other) == b"other"
    links.revoke(second.id, "ann")
    assert links.open(other) is None


def test_nobody_shares_a_run_of_somebody_else(links: Sharing, clock: Clock) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        links.make("r1", "bob", b"copy", clock.now + DAY)
    assert links.links("bob") == []


@pytest.mark.parametrize("seconds", [0.0, -1.0, 367 * DAY, float("inf"), float("nan")])
def test_a_link_that_has_no_end_within_a_year_is_not_made(links: Sharing, clock: Clock, seconds: float) -> None:
    with pytest.raises(ConfigError, match="within a year"):
        links.make("r1", "ann", b"copy", clock.now + seconds)


def test_too_large_a_copy_is_refused_with_what_to_leave_out(links: Sharing, clock: Clock) -> None:
    with pytest.raises(ConfigError, match="at most 20 MB"):
        links.make("r1", "ann", bytes(sharing.MOST_BYTES + 1), clock.now + DAY)


def test_there_can_be_fifty_open_links_and_no_more(links: Sharing, clock: Clock) -> None:
    for _ in range(sharing.MOST_LINKS):
        links.make("r1", "ann", b"copy", clock.now + DAY)
    with pytest.raises(ConfigError, match="Revoke one"):
        links.make("r1", "ann", b"copy", clock.now + DAY)
    clock.now += 2 * DAY
    links.make("r1", "ann", b"copy", clock.now + DAY)


def test_who_guesses_is_not_looked_up_any_more_and_who_has_a_link_that_was_opened_is(
    links: Sharing, clock: Clock
) -> None:
    opened, _ = links.make("r1", "ann", b"copy", clock.now + DAY)
    fresh, _ = links.make("r1", "ann", b"copy", clock.now + DAY)
    assert links.open(opened, "10.0.0.1")
    for number in range(60):
        assert links.open(f"{number:048x}", "10.0.0.1") is None
    assert links.open(fresh, "10.0.0.1") is None
    assert links.open(opened, "10.0.0.1") == b"copy"
    assert links.open(fresh, "10.0.0.2") == b"copy"


def test_behind_a_proxy_wrong_tokens_of_one_do_not_close_the_links_of_others(links: Sharing, clock: Clock) -> None:
    fresh, _ = links.make("r1", "ann", b"copy", clock.now + DAY)
    for number in range(100):
        assert links.open(f"{number:048x}", "") is None
    assert links.open(fresh, "") == b"copy"


def test_guesses_are_forgotten_after_a_minute() -> None:
    clock = Clock()
    guesses = Guesses(most=2, seconds=60, now=clock)
    guesses.note("a")
    assert not guesses.too_many("a")
    guesses.note("a")
    assert guesses.too_many("a")
    assert not guesses.too_many("b")
    clock.now += 61
    assert not guesses.too_many("a")


def test_a_link_counts_to_what_its_owner_keeps_and_is_refused_where_no_room_is_left(clock: Clock) -> None:
    store = DuckDBStore(":memory:")
    store.add_run(RUN)
    before = store.storage("ann")
    links = Sharing(store.shares, store.run, lambda owner: before + 1_000 - store.storage(owner), clock)
    _, link = links.make("r1", "ann", bytes(600), clock.now + DAY)
    assert (store.storage("ann") - before, store.storage("bob")) == (600, 0)
    with pytest.raises(ConfigError, match="Revoke links"):
        links.make("r1", "ann", bytes(600), clock.now + DAY)
    links.revoke(link.id, "ann")
    assert links.make("r1", "ann", bytes(600), clock.now + DAY)
    store.close()
