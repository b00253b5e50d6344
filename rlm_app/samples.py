"""The bundled documents and the bundled run, put into a data file that does not have them yet."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path

from rlm_app.documents.library import read
from rlm_app.engine.run_files import record_from
from rlm_app.events import from_dict
from rlm_app.records import RunStore

DOCUMENTS = ("master-services-agreement.pdf", "research-paper.pdf", "technical-handbook.md")
"""The bundled documents, by file name."""

RUN = "sample-run.jsonl"
"""The bundled run: a header line, then one event a line."""


def install(store: RunStore, owner: str, folder: Path) -> None:
    """Add what is missing of the bundled documents and the bundled run; those of an earlier version make room."""
    have = {info.name: info.sha256 for info in store.documents(owner)}
    for name in DOCUMENTS:
        digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        if have.get(name) == digest:
            continue
        if name in have:
            store.delete_document(have[name], owner)
        store.add_document(read(folder / name, name), owner)
    _install_run(store, owner, folder / RUN)


def _install_run(store: RunStore, owner: str, path: Path) -> None:
    with path.open(encoding="utf-8") as file:
        record = dataclasses.replace(record_from(json.loads(file.readline()), owner), sample=True)
        kept = store.runs(owner)
        if [run.id for run in kept] == [record.id]:
            return
        for run in kept:
            store.delete_run(run.id, owner)
        for line in file:
            store.append_event(from_dict(json.loads(line)))
    store.flush()
    store.add_run(record)  # last, so that a run that is there has all its events
