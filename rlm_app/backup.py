"""A workspace as one file: what an owner has, written out and taken in again. It holds no keys.

A backup has an owner's runs with their events and the replies that were paid for, documents with their files, grids and what
they set. Taking it in adds what is missing and leaves what is there as it is; everything becomes the property of whoever
takes it in.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from rlm_app.backup_files import Packing, packed, unpacked
from rlm_app.backup_parts import KEPT
from rlm_app.backup_restore import Restored, Restoring
from rlm_app.engine.run_files import run_lines
from rlm_app.finding import RunQuery
from rlm_app.grids import Store
from rlm_app.records import RunRecord
from rlm_app.store.originals import Originals

ENDING = ".rlm-backup.zip"
MANY = 5
"""How many runs may be without a backup before a host that forgets says so again."""

_BACKED_UP = "backup"
_ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was written: where, how large in bytes, and how much it holds."""

    path: Path
    size: int
    runs: int
    documents: int


class Backups:
    """Writes and takes in backups; every call is for one owner and touches nothing of another's."""

    def __init__(
        self,
        store: Store,
        originals: Originals,
        home: Path,
        allowed: Callable[[str], float | None] | None = None,
        keeping: Callable[[str], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        """Let `allowed` say how many bytes an owner may still keep, None for no limit; `keeping` lets in one at a time."""
        self._store = store
        self._originals = originals
        self._home = home
        self._allowed = allowed
        self._keeping = keeping

    def files_size(self, owner: str) -> int:
        """Return how many bytes the owner's uploaded files have together."""
        found = (self._originals.find(info.sha256, owner) for info in self._store.documents(owner))
        return sum(path.stat().st_size for path in found if path is not None and path.exists())

    def write(self, owner: str, target: Path, *, files: bool = True) -> Backup:
        """Write the owner's workspace to `target`, with the uploaded `files` or without; raise `StoreError`."""
        began = time.time()
        self._store.flush()
        records, infos = self._store.runs(owner, _ALL), self._store.documents(owner)
        with packed(target) as packing:
            for record in records:
                self._pack_run(packing, record)
            for info in infos:
                self._pack_document(packing, info.sha256, owner, files=files)
            packing.lines("grids.json", self._grids(owner))
            kept = self._store.preferences(owner)
            packing.value("preferences.json", {name: kept[name] for name in KEPT if name in kept})
            packing.close({"runs": len(records), "documents": len(infos), "files": files})
        self._store.keep_preference(owner, _BACKED_UP, {"at": began})
        return Backup(target, target.stat().st_size, len(records), len(infos))

    def restore(self, path: Path, owner: str, name: str | None = None) -> Restored:
        """Take in what a backup holds and this owner lacks; raise `DocumentError` for one that is not to be trusted."""
        with self._keeping(owner), unpacked(path, name or path.name, lambda: self._room(owner)) as archive:
            return Restoring(archive, self._store, self._originals, owner).all()

    def unsaved(self, owner: str) -> int:
        """Return how many of the owner's runs began after the last backup."""
        kept = self._store.preference(owner, _BACKED_UP)
        since = kept["at"] if isinstance(kept, dict) and isinstance(kept.get("at"), float) else None
        return self._store.find_runs(owner, RunQuery(since=since, limit=1)).total

    def _room(self, owner: str) -> int:
        place = self._home
        while not place.exists():
            place = place.parent
        free = shutil.disk_usage(place).free
        allowed = self._allowed(owner) if self._allowed else None
        return free if allowed is None else min(free, max(0, int(allowed)))

    def _pack_run(self, packing: Packing, record: RunRecord) -> None:
        events = self._store.events(record.id, record.owner)
        packing.lines(f"runs/{record.id}.jsonl", run_lines(record, events))
        rows = self._store.journal_rows(record.id, record.owner)
        packing.lines(f"journals/{record.id}.jsonl", (json.dumps(dataclasses.asdict(row)) + "\n" for row in rows))

    def _pack_document(self, packing: Packing, sha256: str, owner: str, *, files: bool) -> None:
        document = self._store.document(sha256, owner)
        if document is None:  # deleted meanwhile
            return
        packing.value(f"documents/{sha256}.json", dataclasses.asdict(document.info))
        packing.lines(f"documents/{sha256}.txt", [document.text])
        path = self._originals.find(sha256, owner) if files else None
        if path is not None and path.exists():
            packing.file(f"originals/{sha256}", path)

    def _grids(self, owner: str) -> Iterator[str]:
        grids = self._store.grids
        kept = [
            {**dataclasses.asdict(grid), "cells": [dataclasses.asdict(cell) for cell in grids.cells(grid.id, owner)]}
            for grid in grids.grids(owner)
        ]
        for each in kept:
            del each["owner"]
        yield json.dumps({"grids": kept})
