"""Runs in from files and out to files: logs of the reference, or files of ours that keep everything."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path

from rlm_app.engine.imports import IMPORTED, ImportReport, RunReader
from rlm_app.engine.run_files import run_lines
from rlm_app.engine.trajectory import Trajectory
from rlm_app.engine.upstream import reference_lines
from rlm_app.errors import ConfigError
from rlm_app.grids import Store
from rlm_app.records import RunRecord, RunStore

FORMS = ("reference", "events")
"""The forms a run can be exported in: the reference's log, which its visualizer opens; our events, which keep everything."""


def import_file(store: Store, path: Path, name: str, owner: str) -> ImportReport:
    """Keep the runs that a file holds; a run that is there already is left as it is.

    Raises `DocumentError` with the reason, and `StoreError`, of which nobody else's run takes harm.
    """
    reader = RunReader(path, name, owner, time.time())
    ids, known = [], []
    for run in reader.runs():
        ids.append(run.record.id)
        # As one job that is waited for: who imports is told of a row that cannot be kept, and nothing else of the run is.
        if store.run(run.record.id, owner) is not None or store.take_in(run.record, run.events, ()) is not None:
            known.append(run.record.id)
    return dataclasses.replace(reader.report(), run_ids=tuple(ids), known=tuple(known))


def export_text(store: RunStore, record: RunRecord, form: str) -> str:
    """Return a run as the text of a JSONL file; raise `ConfigError` for a form there is not."""
    events = store.events(record.id, record.owner)
    if form == "events":
        return "".join(run_lines(record, events))
    if form == "reference":
        lines = reference_lines(Trajectory.fold(events))
        return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    raise ConfigError(f"There is no form {form!r} to export a run in. Known: {', '.join(FORMS)}.")


def refuse_imported(record: RunRecord) -> None:
    """Raise `ConfigError` when the run came from a log, which has neither the documents nor what the REPL held."""
    if record.spec.backend == IMPORTED:
        raise ConfigError(
            "This run was imported from a log, which holds neither its documents nor its REPL, so it can be read and "
            "compared but not gone on with. Add the documents and ask the question again."
        )
