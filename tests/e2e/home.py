"""A home with a bit of everything, made in a few seconds: documents, runs in every state, runs to compare, a grid."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from rlm_app.build import App, open_app
from rlm_app.grids import Place
from rlm_app.records import RunSpec
from rlm_app.settings import Settings
from rlm_app.types import DocumentInfo, Limits, RunState
from tests.e2e import papers
from tests.e2e.scripts import script
from tests.pages.records import keep

OWNER = "local"
LEASE, NOTE = "lease.pdf", "Lieferrahmenvertrag_mit_Wartungsvereinbarung_2026_final_v17_signed_by_both_parties.txt"
QUESTION = "Which notice periods does the lease state?"
FAILED = "Which clause of the Rahmenliefervertragsergänzungsvereinbarungsentwurfsfassung_of_2026_names_a_notice_period?"
WAIT = 1.5
"""Seconds that each reply of the scripted model takes when a browser asks; while the home is made it takes none."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where the data are, and the ids of what is in them; `spare` are runs that a test may delete."""

    folder: Path
    script: Path
    done: str
    repeated: str
    other: str
    limited: str
    failed: str
    interrupted: str
    cancelled: str
    spare: tuple[str, str, str]
    lease: str
    grid: str
    cell: str


def furnish(folder: Path) -> Home:
    """Make the home in this folder and close it, ready for a server."""
    says = folder / "script.json"
    says.write_text(json.dumps(script(delay=0.0)), encoding="utf-8")
    app = open_app(Settings(home=folder, script=says))
    try:
        app.samples()
        home = _filled(app, folder, says)
    finally:
        app.close()
    says.write_text(json.dumps(script(delay=WAIT)), encoding="utf-8")
    return home


def _filled(app: App, folder: Path, says: Path) -> Home:
    lease = app.add_file(papers.lease(folder / LEASE), LEASE, OWNER)
    note = app.add_file(_note(folder / NOTE), NOTE, OWNER)
    done, repeated, limited = (_run(app, lease), _run(app, lease), _run(app, lease, iterations=2))
    grid, cell = _grid(app, (lease, note))
    return Home(
        folder=folder,
        script=says,
        done=done,
        repeated=repeated,
        limited=limited,
        other=keep(app, lease, RunState.DONE, question=QUESTION, answer="Thirty days, says clause 4.", turns=2),
        failed=keep(app, note, RunState.FAILED, question=FAILED),
        interrupted=keep(app, lease, RunState.INTERRUPTED, question="Who pays for repairs?", answer=""),
        cancelled=keep(app, lease, RunState.CANCELLED, question="What does the schedule hold?", answer=""),
        spare=(
            keep(app, note, RunState.DONE, question="Is this the first spare run?"),
            keep(app, note, RunState.DONE, question="Is this the second spare run?"),
            keep(app, note, RunState.DONE, question="Is this the third spare run?"),
        ),
        lease=lease.sha256,
        grid=grid,
        cell=cell,
    )


def _run(app: App, lease: DocumentInfo, **limits: int) -> str:
    spec = RunSpec(QUESTION, (lease.sha256,), "scripted", "scripted", "scripted", limits=Limits(**limits))
    run_id = app.start(spec, OWNER)
    app.manager.wait(run_id, 60)
    return run_id


def _grid(app: App, documents: tuple[DocumentInfo, ...]) -> tuple[str, str]:
    """Keep a grid whose cells have run but one, which a person wrote; return its id and the place of its first cell."""
    grid = app.grids.create(OWNER, "Leases of this year", RunSpec("", (), "offline", "offline", "offline"))
    app.grids.add_rows(grid.id, OWNER, [(info.sha256, info.name) for info in documents])
    app.grids.add_columns(grid.id, OWNER, ("How long is the notice period?", "When is the rent due to be paid?"))
    app.grids.run(grid.id, OWNER, {}).wait(60)
    grid = app.grids.get(grid.id, OWNER)
    app.grids.edit(Place(grid.id, OWNER, grid.rows[1].id, grid.columns[1].id), "On the first working day.")
    return grid.id, f"{grid.rows[0].id}.{grid.columns[0].id}"


def _note(path: Path) -> Path:
    path.write_text(
        "The notice period is thirty days.\nThe rent is due on the first of each month.\n", encoding="utf-8"
    )
    return path
