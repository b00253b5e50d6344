"""Every way into the store and the app, tried with another's ids: it does what it does with ids that were never given."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rlm_app.build import App
from rlm_app.cancel import CancelToken
from rlm_app.errors import RLMError
from rlm_app.finding import RunQuery
from rlm_app.grids import Place
from rlm_app.records import RunSpec
from rlm_app.types import RunState
from tests.isolation.conftest import ANN, BOB, SECRET, Kept

NOBODYS = "0" * 32


def said(act: Callable[[], Any]) -> str:
    """Return what an act returns or raises, in words, without the id that was asked for."""
    try:
        return repr(act())
    except RLMError as error:
        return f"{type(error).__name__}: {error}"


def ways(app: App, run: str, sha256: str, grid: str, place: Place, folder: Path) -> dict[str, Callable[[], Any]]:
    """Return every act that takes the id of something, as Bob would try it."""
    store, manager = app.store, app.manager
    order = RunSpec("What?", (sha256,), "offline", "offline", "offline")
    return {
        "run": lambda: app.run(run, BOB),
        "record": lambda: store.run(run, BOB),
        "trajectory": lambda: app.trajectory(run, BOB),
        "events": lambda: store.events(run, BOB),
        "later events": lambda: store.events(run, BOB, 1),
        "calls": lambda: app.saved_calls(run, BOB),
        "journal": lambda: store.journal_rows(run, BOB),
        "live": lambda: manager.live(run, BOB),
        "steering": lambda: manager.steering(run, BOB),
        "stop": lambda: manager.stop(run, BOB),
        "delete": lambda: manager.delete(run, BOB),
        "delete in the store": lambda: store.delete_run(run, BOB),
        "name": lambda: app.mark(run, BOB, title="mine", starred=True),
        "resume": lambda: app.resume(run, BOB),
        "fork": lambda: app.fork(run, BOB, 1),
        "follow up": lambda: app.follow_up(run, BOB, "And?"),
        "replay": lambda: app.replay(run, BOB, lambda _: None, CancelToken()),
        "export": lambda: app.export(run, BOB),
        "export of all": lambda: app.export(run, BOB, "events"),
        "hidden from a search": lambda: store.find_runs(BOB, RunQuery(hidden=(run,))).total,
        "document": lambda: app.document(sha256, BOB),
        "text": lambda: store.document(sha256, BOB),
        "file": lambda: app.original(sha256, BOB),
        "ask about it": lambda: app.check(order, BOB, {}),
        "start on it": lambda: app.start(order, BOB),
        "read it again": lambda: app.shelf.recognise(sha256, BOB, "eng"),
        "take it off the list": lambda: app.shelf.delete(sha256, BOB),
        "grid": lambda: app.grids.get(grid, BOB),
        "view of a grid": lambda: app.grids.view(grid, BOB),
        "work on a grid": lambda: app.grids.work(grid, BOB),
        "run a grid": lambda: app.grids.run(grid, BOB, {}),
        "stop a grid": lambda: app.grids.stop(grid, BOB),
        "rows of a grid": lambda: app.grids.add_rows(grid, BOB, [(sha256, "mine")]),
        "columns of a grid": lambda: app.grids.add_columns(grid, BOB, ["Mine?"]),
        "order of a grid": lambda: app.grids.change_order(grid, BOB, order),
        "remove a grid": lambda: app.grids.remove(grid, BOB),
        "cells": lambda: store.grids.cells(grid, BOB),
        "runs of a grid": lambda: store.grids.runs_of(grid, BOB),
        "write into a cell": lambda: app.grids.edit(place, "mine"),
        "bring back a grid": lambda: app.grids.restore(grid, BOB),
        "backup": lambda: _counts(app, folder),
    }


def _counts(app: App, folder: Path) -> tuple[int, int]:
    made = app.backups.write(BOB, folder / uuid.uuid4().hex)
    return made.runs, made.documents


def test_anothers_ids_and_ids_of_nothing_give_the_same_words(app: App, kept: Kept, tmp_path: Path) -> None:
    place = Place(kept.grid, BOB, kept.place.row, kept.place.column)
    nowhere = Place(NOBODYS, BOB, kept.place.row, kept.place.column)
    for run in (kept.run, kept.other, kept.live):
        theirs = ways(app, run, kept.document.sha256, kept.grid, place, tmp_path)
        nothing = ways(app, NOBODYS, "0" * 64, NOBODYS, nowhere, tmp_path)
        for name, act in theirs.items():
            told, expected = said(act), said(nothing[name])
            assert told.replace(kept.document.sha256[:12], "0" * 12) == expected, name
            assert SECRET not in told, name


def test_nothing_of_anns_has_changed_after_bob_tried_everything(app: App, kept: Kept, tmp_path: Path) -> None:
    before = [app.store.events(run, ANN) for run in (kept.run, kept.other, kept.live)]
    records = [app.store.run(run, ANN) for run in (kept.run, kept.other, kept.live)]
    view = app.grids.view(kept.grid, ANN)
    place = Place(kept.grid, BOB, kept.place.row, kept.place.column)
    for run in (kept.run, kept.other, kept.live):
        for act in ways(app, run, kept.document.sha256, kept.grid, place, tmp_path).values():
            said(act)
    app.store.forget(BOB)
    assert [app.store.events(run, ANN) for run in (kept.run, kept.other, kept.live)] == before
    assert [app.store.run(run, ANN) for run in (kept.run, kept.other, kept.live)] == records
    assert app.grids.view(kept.grid, ANN) == view
    assert app.document(kept.document.sha256, ANN) is not None
    assert app.original(kept.document.sha256, ANN) is not None
    assert app.store.preference(ANN, "sql") is not None


def test_lists_searches_and_sums_hold_ones_own_alone(app: App, kept: Kept) -> None:
    found = app.store.find_runs(BOB, RunQuery(SECRET))
    assert (found.records, found.total, found.documents) == ((), 0, ())
    assert app.store.runs(BOB) == []
    assert app.store.days(BOB, RunQuery()) == ()
    assert app.documents(BOB) == []
    assert app.grids.all(BOB) == []
    assert app.manager.running(BOB) == []
    assert app.shelf.collections(BOB) == {}
    assert app.catalogue.past(BOB, []) == []
    assert app.store.find_runs(ANN, RunQuery(SECRET)).total == 3


def test_the_same_bytes_of_two_people_are_two_documents_each_deletes_alone(
    app: App, kept: Kept, tmp_path: Path
) -> None:
    same = tmp_path / f"{SECRET}-contract.txt"
    info = app.add_file(same, "bobs name.txt", BOB)
    assert info.sha256 == kept.document.sha256
    assert [each.name for each in app.documents(BOB)] == ["bobs name.txt"]
    assert [each.name for each in app.documents(ANN)] == [kept.document.name]
    app.shelf.delete(info.sha256, BOB)
    assert app.document(info.sha256, BOB) is None
    assert app.original(info.sha256, BOB) is None
    assert app.document(info.sha256, ANN) is not None
    assert app.original(info.sha256, ANN) is not None


def test_a_file_with_anothers_run_id_makes_a_run_of_ones_own(app: App, kept: Kept, tmp_path: Path) -> None:
    stolen = tmp_path / "stolen.jsonl"
    stolen.write_text(app.export(kept.run, ANN, "events").replace(SECRET, "wombat"), encoding="utf-8")
    (run_id,) = app.import_file(stolen, BOB).run_ids
    assert run_id != kept.run
    assert app.store.run(kept.run, BOB) is None
    assert SECRET not in repr(app.store.events(run_id, BOB))
    record = app.store.run(kept.run, ANN)
    assert record is not None
    with pytest.raises(RLMError, match="is there already"):
        app.store.add_run(record)


def test_who_forgets_everything_leaves_nothing_and_takes_nothing_of_others(
    app: App, kept: Kept, tmp_path: Path
) -> None:
    app.add_file(tmp_path / f"{SECRET}-contract.txt", "bobs.txt", BOB)
    app.store.update_run(kept.live, state=RunState.INTERRUPTED)
    app.forget(ANN)
    assert (app.store.runs(ANN), app.documents(ANN), app.grids.all(ANN)) == ([], [], [])
    assert app.store.preference(ANN, "sql") is None
    assert app.store.events(kept.run, ANN) == []
    assert app.original(kept.document.sha256, ANN) is None
    assert [each.name for each in app.documents(BOB)] == ["bobs.txt"]
    assert app.document(kept.document.sha256, BOB) is not None
    app.grids.restore(kept.grid, ANN)
    assert app.grids.all(ANN) == []


def test_a_backup_with_anothers_ids_brings_back_ones_own_and_touches_nothing(
    app: App, kept: Kept, tmp_path: Path
) -> None:
    app.store.update_run(kept.live, state=RunState.INTERRUPTED)
    file = app.backups.write(ANN, tmp_path / "anns.rlm").path
    before, cells = app.store.events(kept.run, ANN), app.grids.view(kept.grid, ANN)
    told = app.backups.restore(file, BOB)
    assert (told.runs, told.unreadable) == (3, [])
    mine = {record.id for record in app.store.runs(BOB)}
    assert not mine & {kept.run, kept.other, kept.live}
    assert app.grids.get(kept.grid, BOB).owner == BOB
    app.grids.edit(Place(kept.grid, BOB, kept.place.row, kept.place.column), "Bob's")
    app.forget(BOB)
    assert app.store.events(kept.run, ANN) == before
    assert app.grids.view(kept.grid, ANN) == cells
    assert app.original(kept.document.sha256, ANN) is not None


def test_who_brings_along_the_id_of_anothers_grid_neither_sees_nor_stops_the_work_on_it(
    app: App, kept: Kept, tmp_path: Path
) -> None:
    app.backups.restore(app.backups.write(ANN, tmp_path / "anns.rlm").path, BOB)
    app.grids.add_columns(kept.grid, ANN, ["How long is the notice?"])
    work = app.grids.run(kept.grid, ANN, {})
    assert app.grids.work(kept.grid, BOB) is None
    app.grids.stop(kept.grid, BOB)
    app.forget(BOB)
    assert app.grids.work(kept.grid, ANN) is work
    assert not work.stopping
    work.stop()
    assert work.wait(30)
