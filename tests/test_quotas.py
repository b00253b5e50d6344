"""What a shared app allows its people: who is let in, who is told why not, and that nobody gets round it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from rlm_app.errors import ConfigError
from rlm_app.grids import Standing
from rlm_app.meter import Meter
from rlm_app.quota_checks import QuotaReached, check_run
from rlm_app.quotas import DAY, SHARED, Quotas, Today, Used, read
from rlm_app.records import RunContext, RunSpec
from rlm_app.runs.gate import Gate
from rlm_app.runs.grids import Grids
from rlm_app.runs.manager import RunManager
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.types import Completion, Limits, RunState, Usage
from tests.runs.conftest import SPEC, Script, path, store

__all__ = ["path", "store"]

LONG = 20.0
NOON = 20_000 * DAY + DAY / 2
HOSTS: Mapping[str, str] = {}
OWN = {SPEC.backend: "sk-own"}


def host_pays(spec: RunSpec, keys: Mapping[str, str]) -> bool:
    return not keys.get(spec.backend)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(store: DuckDBStore, clock: Clock) -> Callable[..., Gate]:
    return lambda **allowed: Gate(Quotas(**allowed), store.ledger, host_pays, clock)


class Paying(Script):
    """Executes runs whose one call costs `cost`."""

    cost: float | None = 0.25

    def __call__(self, context: RunContext) -> None:
        context.meter.add(self.cost)
        super().__call__(context)


@pytest.fixture
def script() -> Paying:
    return Paying()


@pytest.fixture
def managed(store: DuckDBStore, script: Paying, gate: Callable[..., Gate]) -> Iterator[Callable[..., RunManager]]:
    made: list[RunManager] = []

    def make(**allowed: Any) -> RunManager:
        made.append(RunManager(store, script, "boot-1", parallel=4, gate=gate(**allowed)))
        return made[-1]

    yield make
    script.go.set()
    for each in made:
        each.shutdown(10)


def at_once(number: int, act: Callable[[int], object]) -> list[object]:
    """Do something on so many threads at the same moment; return what each returned or raised."""
    barrier, results = threading.Barrier(number), [None] * number

    def work(place: int) -> None:
        barrier.wait(LONG)
        try:
            results[place] = act(place)  # type: ignore[call-overload]
        except ConfigError as error:
            results[place] = error  # type: ignore[call-overload]

    threads = [threading.Thread(target=work, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    return results  # type: ignore[return-value]


def test_a_shared_app_has_quotas_and_one_of_ones_own_has_none() -> None:
    assert read({}, shared=True) == SHARED
    assert read({}, shared=False) == Quotas()
    said = {"runs_a_day": "7", "money_a_day": "0.50", "storage_mb": "none", "upload_mb": " 5 "}
    assert read(said, shared=True) == replace(SHARED, runs_a_day=7, money_a_day=0.5, storage_mb=None, upload_mb=5)


@pytest.mark.parametrize(
    ("name", "text"),
    [("runs_a_day", "many"), ("runs_a_day", "0"), ("runs_a_day", "1.5"), ("money_a_day", "-1"), ("money_a_day", "nan"),
     ("storage_mb", "inf"), ("money_a_day_app", "$5")],
)  # fmt: skip
def test_a_quota_that_is_no_number_is_never_taken_for_none(name: str, text: str) -> None:
    with pytest.raises(ConfigError, match=rf'RLM_APP_{name.upper()} says "{text.replace("$", ".")}"\. Set it to'):
        read({name: text}, shared=True)


@pytest.mark.parametrize(
    ("mine", "everybody", "told", "passing"),
    [
        (Used(live=2), Used(live=2), r"You have 2 runs under way.*each person have 2 at once", True),
        (Used(), Used(live=9), r"Everybody together has 9 runs.*9 are the most", True),
        (Used(runs=5), Used(), r"begun 5 runs today.*begin 5 a day \(UTC\).*at 00:00 UTC, in 12 h 0 min", False),
        (
            Used(spent=1.0),
            Used(),
            r"pays \$1\.00 a day for each person; you have spent \$1\.00\. More is free at 00",
            False,
        ),
        (Used(spent=0.4, held=0.6), Used(), r"\$0\.40 and \$0\.60 are held.*when one of these runs has ended", True),
        (Used(), Used(spent=3.0), r"\$3\.00 a day for everybody together, and \$3\.00 of it.*key of your own", False),
    ],
)
def test_a_refusal_says_what_is_allowed_what_is_used_and_when_it_is_free_again(
    mine: Used, everybody: Used, told: str, passing: bool
) -> None:
    today = Today(Quotas(2, 9, 5, 1.0, 3.0), mine, everybody, NOON)
    with pytest.raises(QuotaReached, match=told) as caught:
        check_run(today, host_pays=True)
    assert caught.value.passing is passing


def test_whoever_pays_themselves_is_not_held_to_the_hosts_money() -> None:
    check_run(Today(Quotas(money_a_day=1.0), Used(spent=5.0), Used(spent=5.0), NOON), host_pays=False)


def test_of_many_who_come_at_the_same_moment_no_more_are_let_in_than_there_is_room_for(
    gate: Callable[..., Gate],
) -> None:
    for allowed in ({"runs_at_once": 1}, {"runs_a_day": 1}, {"runs_at_once_app": 1}, {"money_a_day": 0.5}):
        shut = gate(**allowed)
        spec = replace(SPEC, limits=Limits(cost=0.5))
        results = at_once(16, lambda place, g=shut, s=spec: g.admit(f"run-{place}", f"ann {g}", s, HOSTS))  # type: ignore[misc]
        assert sum(isinstance(each, Meter) for each in results) == 1, allowed
        assert sum(isinstance(each, QuotaReached) for each in results) == 15, allowed


def test_two_tabs_that_start_at_the_same_moment_cannot_pass_a_limit_of_one(
    managed: Callable[..., RunManager], script: Paying, store: DuckDBStore
) -> None:
    manager, script.hold = managed(runs_at_once=1), True
    results = at_once(8, lambda _: manager.start(SPEC, "ann", HOSTS))
    assert sum(isinstance(each, str) for each in results) == 1
    assert len(store.runs("ann")) == 1
    assert isinstance(manager.start(SPEC, "bob", HOSTS), str)


def test_two_tabs_that_go_on_with_the_same_run_begin_it_once(
    managed: Callable[..., RunManager], script: Paying, store: DuckDBStore
) -> None:
    manager = managed(runs_at_once=5)
    run_id = manager.start(SPEC, "ann", HOSTS)
    manager.wait(run_id, LONG)
    store.update_run(run_id, state=RunState.INTERRUPTED)
    script.hold = True
    results = at_once(6, lambda _: manager.resume(run_id, "ann", HOSTS))
    assert results.count(None) == 1
    assert len(script.seen) <= 2


def test_a_place_is_free_again_when_a_run_has_ended_however_it_did(
    managed: Callable[..., RunManager], script: Paying
) -> None:
    manager = managed(runs_at_once=1)
    for error in (None, RuntimeError("a fault"), ConfigError("no key")):
        script.error = error
        manager.wait(manager.start(SPEC, "ann", HOSTS), LONG)
    script.error, script.hold = None, True
    run_id = manager.start(SPEC, "ann", HOSTS)
    with pytest.raises(QuotaReached):
        manager.start(SPEC, "ann", HOSTS)
    manager.delete(run_id, "ann")
    script.hold = False
    manager.wait(manager.start(SPEC, "ann", HOSTS), LONG)


def test_runs_of_a_day_are_counted_also_when_they_are_deleted_and_anew_after_midnight(
    managed: Callable[..., RunManager], store: DuckDBStore, clock: Clock
) -> None:
    manager = managed(runs_a_day=2)
    for _ in range(2):
        run_id = manager.start(SPEC, "ann", HOSTS)
        manager.wait(run_id, LONG)
        manager.delete(run_id, "ann")
    store.forget("ann")
    with pytest.raises(QuotaReached, match="begun 2 runs today"):
        manager.start(SPEC, "ann", HOSTS)
    clock.now += DAY / 2
    manager.wait(manager.start(SPEC, "ann", HOSTS), LONG)


def test_a_run_may_spend_what_is_left_of_the_day_and_no_more(
    managed: Callable[..., RunManager], script: Paying, store: DuckDBStore
) -> None:
    manager, script.cost = managed(money_a_day=1.0, money_a_day_app=1.5), 0.7
    spec = replace(SPEC, limits=Limits(cost=0.8))
    first = manager.wait(manager.start(spec, "ann", HOSTS), LONG)
    assert first.spec.limits.cost == 0.8
    second = manager.start(spec, "ann", HOSTS)
    manager.wait(second, LONG)
    assert script.seen[-1].meter.most == pytest.approx(0.3)
    record = store.run(second, "ann")
    assert record is not None
    assert record.spec.limits.cost == pytest.approx(0.3)
    with pytest.raises(QuotaReached, match=r"you have spent \$1\.40"):
        manager.start(spec, "ann", HOSTS)
    manager.wait(manager.start(spec, "bob", HOSTS), LONG)
    assert script.seen[-1].meter.most == pytest.approx(0.1)
    manager.wait(manager.start(spec, "ann", OWN), LONG)
    assert script.seen[-1].meter.most is None
    assert script.seen[-1].spec.limits.cost == 0.8


def test_where_the_hosts_money_has_no_limit_no_call_waits_for_the_most_that_others_may_cost(
    gate: Callable[..., Gate],
) -> None:
    spec = replace(SPEC, limits=Limits(cost=1.0))
    assert gate().admit("r1", "ann", spec, HOSTS).most is None
    assert gate(money_a_day=5.0).admit("r2", "ann", spec, HOSTS).most == 1.0


def test_what_live_runs_may_still_spend_is_not_given_to_others(gate: Callable[..., Gate]) -> None:
    shut, spec = gate(money_a_day=2.0, money_a_day_app=2.5), replace(SPEC, limits=Limits(cost=1.5))
    meter = shut.admit("a", "ann", spec, HOSTS)
    assert shut.admit("b", "bob", spec, HOSTS).most == pytest.approx(1.0)
    with pytest.raises(QuotaReached, match="everybody together"):
        shut.admit("c", "cat", spec, HOSTS)
    meter.add(0.2)
    shut.leave("a")
    today = shut.today("ann")
    assert today.mine == Used(runs=1, spent=0.2)
    assert today.all.money == pytest.approx(1.2)
    assert shut.admit("c", "cat", spec, HOSTS).most == pytest.approx(1.3)


def test_a_call_of_unknown_price_counts_for_all_that_the_run_might_have_spent(gate: Callable[..., Gate]) -> None:
    shut = gate(money_a_day=2.0)
    shut.admit("a", "ann", replace(SPEC, limits=Limits(cost=1.5)), HOSTS).add(None)
    shut.leave("a")
    assert shut.today("ann").mine.spent == 1.5


def test_the_account_of_a_day_outlives_the_process_that_kept_it(
    managed: Callable[..., RunManager], gate: Callable[..., Gate], store: DuckDBStore
) -> None:
    manager = managed(runs_a_day=9, money_a_day=5.0)
    for keys in (HOSTS, HOSTS, OWN):
        manager.wait(manager.start(SPEC, "ann", keys), LONG)
    manager.shutdown(LONG)
    assert gate(runs_a_day=9, money_a_day=5.0).today("ann").mine == Used(runs=3, spent=0.5)
    assert gate(runs_a_day=9).today("bob").mine == Used()


def test_a_run_that_a_killed_process_left_counts_for_what_its_replies_cost_or_for_all_it_held(
    gate: Callable[..., Gate], store: DuckDBStore, clock: Clock, managed: Callable[..., RunManager]
) -> None:
    kept = managed().start(SPEC, "ann", OWN)
    spec = replace(SPEC, limits=Limits(cost=1.5))
    killed = gate(money_a_day=5.0)
    killed.admit(kept, "ann", spec, HOSTS)
    killed.admit("deleted since", "bob", spec, HOSTS)
    clock.now = NOON
    for key, cost in (("a", 0.25), ("b", 0.5)):
        store.journal(kept).finished(key * 64, 0, Completion("hi", "big", Usage(1, 2, 3, cost=cost)))
    store.flush()
    opened = gate(money_a_day=5.0)
    assert opened.today("ann").mine == Used(runs=1, spent=0.75)
    assert opened.today("bob").mine == Used(runs=1, spent=1.5)
    assert gate(money_a_day=5.0).today("bob").mine == Used(runs=1, spent=1.5)


def test_a_run_that_goes_on_may_spend_no_more_than_is_left_whatever_its_record_says(
    managed: Callable[..., RunManager], script: Paying, store: DuckDBStore
) -> None:
    manager = managed(money_a_day=1.0)
    run_id = manager.start(SPEC, "ann", HOSTS)
    manager.wait(run_id, LONG)
    store.update_run(run_id, state=RunState.LIMIT, usage=Usage(1, 1, 1, cost=900.0))
    manager.resume(run_id, "ann", HOSTS, limits=Limits(cost=1_000.0))
    manager.wait(run_id, LONG)
    assert script.seen[-1].meter.most == pytest.approx(0.75)


def may(_spec: RunSpec, _owner: str, _keys: Mapping[str, str]) -> None:
    """Let every order start."""


def test_a_grid_whose_owner_has_used_the_day_ends_with_the_reason_and_the_rest_stays_to_be_run(
    managed: Callable[..., RunManager], store: DuckDBStore
) -> None:
    grids = Grids(store.grids, managed(runs_a_day=3), may, may, parallel=2)
    grid = grids.create("ann", "Contracts", SPEC)
    grids.add_rows(grid.id, "ann", [(str(number) * 64, f"{number}.pdf") for number in range(5)])
    grids.add_columns(grid.id, "ann", ["What ends it?"])
    work = grids.run(grid.id, "ann", HOSTS)
    assert work.wait(LONG)
    assert "begun 3 runs today" in work.problem
    standings = [square.standing for square in grids.view(grid.id, "ann").squares]
    assert sorted(standings) == sorted([Standing.DONE] * 3 + [Standing.EMPTY] * 2)
    assert [square.why for square in grids.view(grid.id, "ann").squares if square.standing is Standing.EMPTY] == [
        "",
        "",
    ]


def test_a_grid_waits_while_its_owner_has_as_many_runs_as_they_may_and_goes_on_then(
    managed: Callable[..., RunManager], store: DuckDBStore, script: Paying
) -> None:
    manager, script.hold = managed(runs_at_once=1), True
    other = manager.start(SPEC, "ann", HOSTS)
    grids = Grids(store.grids, manager, may, may, parallel=2)
    grid = grids.create("ann", "Contracts", SPEC)
    grids.add_rows(grid.id, "ann", [("1" * 64, "1.pdf"), ("2" * 64, "2.pdf")])
    grids.add_columns(grid.id, "ann", ["What ends it?"])
    work = grids.run(grid.id, "ann", HOSTS)
    assert not work.wait(0.3)
    assert script.order == [other]
    script.go.set()
    assert work.wait(LONG)
    assert [square.standing for square in grids.view(grid.id, "ann").squares] == [Standing.DONE] * 2


def test_a_grid_that_waits_for_its_turn_can_be_stopped_and_keeps_no_trouble(
    managed: Callable[..., RunManager], store: DuckDBStore, script: Paying
) -> None:
    manager, script.hold = managed(runs_at_once=1), True
    manager.start(SPEC, "ann", HOSTS)
    grids = Grids(store.grids, manager, may, may, parallel=1)
    grid = grids.create("ann", "Contracts", SPEC)
    grids.add_rows(grid.id, "ann", [("1" * 64, "1.pdf")])
    grids.add_columns(grid.id, "ann", ["What ends it?"])
    work = grids.run(grid.id, "ann", HOSTS)
    grids.stop(grid.id, "ann")
    assert work.wait(LONG)
    assert work.problem == ""
    assert [square.standing for square in grids.view(grid.id, "ann").squares] == [Standing.EMPTY]
