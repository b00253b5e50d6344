"""Trajectories are kept for those who watch, and let go when nobody does."""

from __future__ import annotations

from rlm_app.records import RunSpec
from rlm_app.runs.manager import RunManager
from rlm_app.runs.trajectories import UNSEEN, Trajectories
from rlm_app.store.duckdb_store import DuckDBStore

LONG = 20.0


def test_a_run_that_nobody_has_asked_for_in_a_while_is_let_go_and_read_anew(
    manager: RunManager, store: DuckDBStore, spec: RunSpec
) -> None:
    left, watched, last = ids = [manager.start(spec, "ann", {}) for _ in range(3)]
    for run_id in ids:
        manager.wait(run_id, LONG)
    moment = [0.0]
    kept = Trajectories(store, keep=1, clock=lambda: moment[0])
    first, second = kept.get(left, "ann"), kept.get(watched, "ann")
    assert kept.get(left, "ann") is first
    moment[0] = UNSEEN
    assert kept.get(watched, "ann") is second
    moment[0] = UNSEEN + 1
    kept.get(last, "ann")
    assert kept.get(watched, "ann") is second
    again = kept.get(left, "ann")
    assert again is not first
    assert again == first
