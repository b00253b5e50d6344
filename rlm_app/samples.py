"""The bundled documents and the bundled run, put into a data file that does not have them yet."""

from __future__ import annotations

import dataclasses
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
    """Add what is missing of the bundled documents and the bundled run."""
    have = {info.name for info in store.documents(owner)}
    for name in DOCUMENTS:
        if name not in have and (folder / name).exists():
            store.add_document(read(folder / name, name), owner)
    if (folder / RUN).exists():
        _install_run(store, owner, folder / RUN)


def _install_run(store: RunStore, owner: str, path: Path) -> None:
    with path.open(encoding="utf-8") as file:
        header = json.loads(file.readline())
        record = dataclasses.replace(record_from(header, owner), sample=True)
        if store.run(record.id, owner) is not None:
            return
        store.add_run(record)
        for line in file:
            store.append_event(from_dict(json.loads(line)))
    store.flush()
