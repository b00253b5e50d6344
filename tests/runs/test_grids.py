import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from rlm_app.errors import ConfigError
from rlm_app.grids import Grid, GridView, Place, Standing
from rlm_app.records import RunSpec
from rlm_app.runs.grids import AT_ONCE, Grids
from rlm_app.runs.manager import RunManager
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.types import Limits, RunState
from tests.runs.conftest import Script

OWNER = "ann"
QUESTIONS = ("What ends it?", "What does it cost?")
LEASE, LOAN = ("1" * 64, "lease.pdf"), ("2" * 64, "loan.pdf")


def may(_spec: RunSpec, _owner: str, _keys: Mapping[str, str]) -> None:
    """Let every order start."""


def not_the_loan(spec: RunSpec, _owner: str, _keys: Mapping[str, str]) -> None:
    """Refuse what is asked of one document."""
    if spec.documents == (LOAN[0],):
        raise ConfigError("There is no text in loan.pdf.")


@pytest.fixture
def grids(store: DuckDBStore, manager: RunManager) -> Iterator[Grids]:
    made = Grids(store.grids, manager, may, may, parallel=2)
    yield made
    made.close()


@pytest.fixture
def grid(grids: Grids, spec: RunSpec) -> Grid:
    made = grids.create(OWNER, "Contracts", spec)
    grids.add_rows(made.id, OWNER, [LEASE, LOAN])
    return grids.add_columns(made.id, OWNER, QUESTIONS)


def run(grids: Grids, grid: Grid) -> GridView:
    assert grids.run(grid.id, OWNER, {}).wait(20)
    return grids.view(grid.id, OWNER)


def standings(view: GridView) -> list[Standing]:
    return [square.standing for square in view.squares]


def asked(script: Script) -> list[tuple[str, str]]:
    return [(context.spec.documents[0], context.spec.question) for context in script.seen]


def test_every_question_is_asked_of_every_document_once(grids: Grids, grid: Grid, script: Script) -> None:
    assert standings(grids.view(grid.id, OWNER)) == [Standing.EMPTY] * 4
    view = run(grids, grid)
    assert standings(view) == [Standing.DONE] * 4
    assert sorted(asked(script)) == sorted((sha256, question) for sha256, _ in (LEASE, LOAN) for question in QUESTIONS)
    with pytest.raises(ConfigError, match="nothing to run"):
        grids.run(grid.id, OWNER, {})


def test_a_document_or_a_question_added_later_costs_its_own_cells_only(
    grids: Grids, grid: Grid, script: Script
) -> None:
    run(grids, grid)
    grids.add_columns(grid.id, OWNER, [" Who signs? ", QUESTIONS[0], ""])
    grids.add_rows(grid.id, OWNER, [("3" * 64, "order.pdf"), LEASE])
    assert len(grids.view(grid.id, OWNER).due) == 5
    assert standings(run(grids, grid)) == [Standing.DONE] * 9
    assert len(asked(script)) == 9


def test_what_was_asked_otherwise_is_out_of_date_and_nothing_else(grids: Grids, grid: Grid, script: Script) -> None:
    run(grids, grid)
    first, second = grid.columns
    grids.lay_out(grid.id, OWNER, columns=[dataclasses.replace(first, question="Who may end it?"), second])
    changed = grids.view(grid.id, OWNER)
    assert [square.place.column for square in changed.due] == [first.id, first.id]
    assert changed.due[0].why == "The question was put in other words since."
    run(grids, grid)
    assert len(asked(script)) == 6


def test_a_newer_version_of_a_document_makes_its_row_due(grids: Grids, grid: Grid, script: Script) -> None:
    run(grids, grid)
    lease, loan = grid.rows
    grids.lay_out(grid.id, OWNER, rows=[dataclasses.replace(lease, sha256="9" * 64), loan])
    assert [square.place.row for square in grids.view(grid.id, OWNER).due] == [lease.id] * 2
    run(grids, grid)
    assert sorted(asked(script)[4:]) == sorted(("9" * 64, question) for question in QUESTIONS)


def test_another_model_makes_all_due_and_a_higher_limit_none(grids: Grids, grid: Grid, spec: RunSpec) -> None:
    run(grids, grid)
    grids.change_order(grid.id, OWNER, dataclasses.replace(spec, limits=Limits(iterations=99, cost=5.0)))
    assert not grids.view(grid.id, OWNER).due
    grids.change_order(grid.id, OWNER, dataclasses.replace(spec, root_model="bigger"))
    assert len(grids.view(grid.id, OWNER).due) == 4


def test_a_cell_a_person_wrote_is_locked_until_it_is_unlocked(grids: Grids, grid: Grid, script: Script) -> None:
    place = grids.view(grid.id, OWNER).squares[0].place
    grids.edit(place, "Ninety days")
    view = run(grids, grid)
    assert (view.squares[0].standing, view.squares[0].cell.edited) == (Standing.EDITED, "Ninety days")
    assert len(asked(script)) == 3
    grids.edit(place, None)
    assert standings(run(grids, grid)) == [Standing.DONE] * 4


def test_a_cell_that_cannot_start_says_why_and_keeps_the_others_from_nothing(
    store: DuckDBStore, manager: RunManager, grid: Grid
) -> None:
    strict = Grids(store.grids, manager, not_the_loan, may, parallel=2)
    view = run(strict, grid)
    assert standings(view) == [Standing.DONE] * 2 + [Standing.FAILED] * 2
    assert view.squares[3].why == "There is no text in loan.pdf."


def test_what_stands_in_the_way_of_all_cells_is_said_before_any_begins(
    store: DuckDBStore, manager: RunManager, grid: Grid, script: Script
) -> None:
    def no_key(_spec: RunSpec, _owner: str, _keys: Mapping[str, str]) -> None:
        raise ConfigError("OpenAI needs a key.")

    with pytest.raises(ConfigError, match="needs a key"):
        Grids(store.grids, manager, may, no_key, parallel=2).run(grid.id, OWNER, {})
    assert not script.seen


def test_stop_ends_the_runs_under_way_and_begins_no_other(grids: Grids, grid: Grid, script: Script) -> None:
    script.hold = True
    work = grids.run(grid.id, OWNER, {})
    assert script.began.acquire(timeout=10)
    assert script.began.acquire(timeout=10)
    now = standings(grids.view(grid.id, OWNER))
    assert (now.count(Standing.RUNNING), now.count(Standing.WAITING)) == (2, 2)
    with pytest.raises(ConfigError, match="at work already"):
        grids.run(grid.id, OWNER, {})
    grids.stop(grid.id, OWNER)
    assert work.wait(10)
    assert sorted(standings(grids.view(grid.id, OWNER))) == [Standing.EMPTY] * 2 + [Standing.INTERRUPTED] * 2
    assert len(script.seen) == 2


def test_a_cell_waits_until_its_run_has_begun_and_is_never_empty_again_before(
    store: DuckDBStore, manager: RunManager, grid: Grid
) -> None:
    seen: list[Standing] = []

    def look(_spec: RunSpec, _owner: str, _keys: Mapping[str, str]) -> None:
        seen.extend(standings(watched.view(grid.id, OWNER)))

    watched = Grids(store.grids, manager, look, may, parallel=2)
    assert standings(run(watched, grid)) == [Standing.DONE] * 4
    assert Standing.WAITING in seen
    assert Standing.EMPTY not in seen


def test_after_a_kill_begun_cells_go_on_and_finished_ones_stay(
    path: Path, store: DuckDBStore, grids: Grids, grid: Grid, script: Script
) -> None:
    script.hold = True
    grids.run(grid.id, OWNER, {})
    assert script.began.acquire(timeout=10)
    assert script.began.acquire(timeout=10)
    store.flush()
    begun = {context.run_id for context in script.seen}
    # A second manager of another boot over the same file is what a restart finds.
    later = Script()
    manager = RunManager(store, later, "boot-2", parallel=2)
    again = Grids(store.grids, manager, may, may, parallel=2)
    left = [square for square in again.view(grid.id, OWNER).squares if square.record]
    assert {(s.record.state, s.standing) for s in left if s.record} == {(RunState.INTERRUPTED, Standing.INTERRUPTED)}
    assert {s.why for s in left} == {"The app was closed meanwhile; what was done so far is kept."}
    view = run(again, grid)
    assert standings(view) == [Standing.DONE] * 4
    resumed = {context.run_id for context in later.seen if context.resumed}
    assert resumed == begun
    assert len({square.cell.run_id for square in view.squares} | begun) == 4
    manager.shutdown(10)


def test_a_claim_whose_run_never_began_is_an_empty_cell(grids: Grids, store: DuckDBStore, grid: Grid) -> None:
    place = grids.view(grid.id, OWNER).squares[0].place
    store.grids.claim(place, "f" * 32)
    assert standings(grids.view(grid.id, OWNER)) == [Standing.EMPTY] * 4


def test_a_cell_that_reached_its_limit_goes_on_only_when_it_may_use_more(
    grids: Grids, store: DuckDBStore, grid: Grid, spec: RunSpec, script: Script
) -> None:
    view = run(grids, grid)
    record = view.squares[0].record
    assert record is not None
    store.update_run(record.id, state=RunState.LIMIT)
    assert grids.view(grid.id, OWNER).squares[0].standing is Standing.LIMIT
    grids.change_order(grid.id, OWNER, dataclasses.replace(spec, limits=Limits(iterations=60)))
    assert [square.place for square in grids.view(grid.id, OWNER).due] == [view.squares[0].place]
    run(grids, grid)
    assert (script.seen[-1].run_id, script.seen[-1].resumed) == (record.id, True)
    assert script.seen[-1].spec.limits.iterations == 60


def test_a_grid_belongs_to_its_owner_and_comes_back_when_its_removal_is_undone(grids: Grids, grid: Grid) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        grids.view(grid.id, "bob")
    grids.edit(Place(grid.id, OWNER, grid.rows[0].id, grid.columns[0].id), "Ninety days")
    grids.remove(grid.id, OWNER)
    assert grids.all(OWNER) == []
    grids.restore(grid.id, OWNER)
    assert grids.view(grid.id, OWNER).squares[0].cell.edited == "Ninety days"


def test_a_grid_leaves_room_in_the_queue_for_other_runs(
    grids: Grids, grid: Grid, manager: RunManager, spec: RunSpec, script: Script
) -> None:
    script.hold = True
    work = grids.run(grid.id, OWNER, {})
    assert script.began.acquire(timeout=10)
    assert script.began.acquire(timeout=10)
    other = manager.start(dataclasses.replace(spec, question="Mine?"), "bob", {})
    script.go.set()
    manager.wait(other, 10)
    assert work.wait(20)
    assert [context.spec.question for context in script.seen].index("Mine?") <= 3


def test_five_grids_of_one_owner_are_at_work_at_once_and_another_owner_may_begin_theirs(
    grids: Grids, script: Script, spec: RunSpec
) -> None:
    def laid_out(owner: str) -> Grid:
        made = grids.create(owner, "Contracts", spec)
        grids.add_rows(made.id, owner, [LEASE])
        return grids.add_columns(made.id, owner, QUESTIONS[:1])

    script.hold = True
    works = [grids.run(laid_out(OWNER).id, OWNER, {}) for _ in range(AT_ONCE)]
    with pytest.raises(ConfigError, match="5 grids of yours are at work"):
        grids.run(laid_out(OWNER).id, OWNER, {})
    works.append(grids.run(laid_out("bob").id, "bob", {}))
    script.go.set()
    assert all(work.wait(20) for work in works)
