"""What an owner can see: documents and runs of their own, and the bundled ones that everyone may read."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from rlm_app.engine.trajectory import Trajectory
from rlm_app.errors import DocumentError
from rlm_app.records import RunRecord, RunStore
from rlm_app.runs.manager import RunManager
from rlm_app.settings import SAMPLE_DOCS
from rlm_app.settling import Settling
from rlm_app.shelf import Shelf
from rlm_app.types import Document, DocumentInfo

SAMPLES = "samples"
"""The owner of the bundled documents and the bundled run, which everyone may read."""


class Reach:
    """Documents and runs by who may see them. The bundled ones are read in when they are first asked for."""

    def __init__(self, store: RunStore, shelf: Shelf) -> None:
        self._store = store
        self._shelf = shelf
        self._lock = threading.Lock()
        self._installed = False
        self._samples: tuple[DocumentInfo, ...] = ()
        self._settling = Settling()

    def document(self, sha256: str, owner: str) -> Document | None:
        """Return a document of the owner's or a bundled one, or None."""
        return self._store.document(sha256, owner) or self._bundled().document(sha256, SAMPLES)

    def needed(self, sha256: str, owner: str) -> Document:
        """Return a document of the owner's or a bundled one; raise `DocumentError` when it is gone."""
        document = self.document(sha256, owner)
        if document is None:
            raise _gone(sha256)
        return document

    def named(self, names: Sequence[str], owner: str) -> list[DocumentInfo]:
        """Return what is known of documents without reading their texts, which may be long; raise `DocumentError`."""
        known = {info.sha256: info for info in self._store.documents(owner)}
        if any(sha256 not in known for sha256 in names):
            known |= {info.sha256: info for info in self._bundled().documents(SAMPLES)}
        if missing := [sha256 for sha256 in names if sha256 not in known]:
            raise _gone(missing[0])
        return [known[sha256] for sha256 in names]

    def original(self, sha256: str, owner: str) -> Path | None:
        """Return the file a document of the owner's or a bundled one was read from, None where it is not kept."""
        if kept := self._shelf.original(sha256, owner):
            return kept
        bundled = next((info for info in self.samples() if info.sha256 == sha256), None)
        return SAMPLE_DOCS / bundled.name if bundled else None

    def run(self, run_id: str, owner: str) -> RunRecord | None:
        """Return a run of the owner's or the bundled one, or None."""
        return self._store.run(run_id, owner) or self._bundled().run(run_id, SAMPLES)

    def trajectory(self, run_id: str, owner: str, manager: RunManager) -> Trajectory | None:
        """Return the record of a run of the owner's or of the bundled one, or None.

        Its citations stand where their passages are now, also where a document was read anew since, as by OCR.
        """
        record = self.run(run_id, owner)
        if record is None:
            return None
        trajectory, whose = manager.trajectory(run_id, record.owner), record.owner
        return self._settling.settled(run_id, trajectory, lambda name: self.document(name, whose), self._shelf.version)

    def samples(self) -> tuple[DocumentInfo, ...]:
        """Return the bundled documents; the first call of a new data file reads them in, which takes seconds."""
        if not self._samples:  # read once: with their pages they are what every page of every visitor holds
            self._samples = tuple(sorted(self._bundled().documents(SAMPLES), key=lambda info: info.name))
        return self._samples

    def sample_run_id(self) -> str | None:
        """Return the id of the bundled finished run, or None while it is not there."""
        found = self._bundled().runs(SAMPLES, 1)
        return found[0].id if found else None

    def _bundled(self) -> RunStore:
        """Return the store, with the bundled documents and run in it."""
        from rlm_app.samples import install

        with self._lock:
            if not self._installed:
                install(self._store, SAMPLES, SAMPLE_DOCS)
                self._installed = True
        return self._store


def _gone(sha256: str) -> DocumentError:
    return DocumentError(sha256[:12], "this document is no longer in the library; add it again")
