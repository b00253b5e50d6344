"""Taking a checked backup in: each part is built anew from the vocabulary, so that nothing but that can come in with it."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rlm_app.backup_files import Unpacking
from rlm_app.backup_parts import KEPT, check_shape, journal_row, settled
from rlm_app.building import build
from rlm_app.checks import plain_name
from rlm_app.engine.run_files import LATEST, NO_EVENT, Gathering, record_from
from rlm_app.events import Event
from rlm_app.foreign import without_addresses
from rlm_app.grids import Grid, GridCell, Place, Store
from rlm_app.records import JournalRow, RunRecord, RunSpec
from rlm_app.store.originals import Originals
from rlm_app.types import Document, DocumentInfo

_WORD = re.compile(r"[a-z0-9]{1,20}")
"""What formats, units and kinds of pages are called."""
_WRONG = (*NO_EVENT, RecursionError)


@dataclass(slots=True)
class Restored:
    """What came of taking in a backup: how much is new, how much was here, which parts could not be read and why.

    `addresses` are those of other machines, which are never taken over.
    """

    runs: int = 0
    documents: int = 0
    grids: int = 0
    known: int = 0
    unreadable: list[str] = dataclasses.field(default_factory=list)
    addresses: list[str] = dataclasses.field(default_factory=list)

    def sentence(self) -> str:
        """Return the outcome in words, for a person."""
        told = f"{_count(self.runs, 'run')}, {_count(self.documents, 'document')} and {_count(self.grids, 'grid')} came back"
        told += f"; {self.known:,} more were here already" if self.known else ""
        told += (
            f"; {len(self.unreadable):,} could not be read ({'; '.join(self.unreadable[:3])})"
            if self.unreadable
            else ""
        )
        if self.addresses:
            named = ", ".join(dict.fromkeys(self.addresses[:3]))
            told += f". Addresses of servers were left out: enter {named} again where you trust it"
        return f"{told}."


class Restoring:
    """Takes one archive in for one owner."""

    def __init__(self, archive: Unpacking, store: Store, originals: Originals, owner: str) -> None:
        self._archive = archive
        self._store = store
        self._originals = originals
        self._owner = owner
        self._ids: dict[str, str] = {}
        self._told = Restored()

    def all(self) -> Restored:
        """Take in everything: documents, then runs from the oldest on, grids, and what was set."""
        known = {info.sha256: info.size for info in self._store.documents(self._owner)}
        for sha256 in self._archive.named("documents"):
            with self._reading(f"document {sha256[:8]}"):
                self._document(sha256, known.get(sha256))
        for record in self._records():
            with self._reading(f"run {record.id[:8]}"):
                self._run(record)
        self._grids()
        self._preferences()
        return self._told

    @contextlib.contextmanager
    def _reading(self, what: str) -> Iterator[None]:
        try:
            yield
        except _WRONG as error:
            self._told.unreadable.append(f"{what}: {type(error).__name__} {str(error)[:80]}".rstrip())

    def _document(self, sha256: str, size: int | None) -> None:
        """Take a document in; `size` is what is known of its file's, None where this owner has no such document."""
        if size is not None:
            self._told.known += 1
        else:
            document = self._read_document(sha256)
            self._store.add_document(document, self._owner)
            self._told.documents += 1
            size = document.info.size
        if self._originals.find(sha256, self._owner) is None:
            self._original(sha256, size)

    def _read_document(self, sha256: str) -> Document:
        info: DocumentInfo = build(DocumentInfo, self._archive.value(f"documents/{sha256}.json"))
        text = self._archive.text(f"documents/{sha256}.txt")
        pages = all(0 <= page.start <= page.end <= len(text) for page in info.pages)
        if info.sha256 != sha256 or info.characters != len(text) or info.size < 0 or not pages:
            raise ValueError("it is not the text that is described")
        if not all(_WORD.fullmatch(word) for word in (info.unit, info.format, *(page.kind for page in info.pages))):
            raise ValueError("it is of no kind that this app reads")
        return Document(dataclasses.replace(info, name=plain_name(info.name)), text)

    def _original(self, sha256: str, size: int) -> None:
        """Keep the file a document was read from, if it is that file: its name is the hash of its bytes.

        What an owner keeps is counted by the size that a document states, so it has to be its file's.
        """
        with tempfile.TemporaryDirectory(prefix="rlm-restore-") as folder:
            path = Path(folder, "file")
            if not self._archive.extract(f"originals/{sha256}", path):
                return
            with path.open("rb") as file:
                if path.stat().st_size != size or hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                    raise ValueError("its file is another one than it was read from")
            self._originals.keep(path, sha256, self._owner)

    def _records(self) -> list[RunRecord]:
        """Return the records of the runs, the oldest first, so that a run comes after the one it was forked from."""
        found = []
        for run_id in self._archive.named("runs"):
            with self._reading(f"run {run_id[:8]}"):
                record = record_from(next(self._archive.lines(f"runs/{run_id}.jsonl")), self._owner)
                if record.id != run_id:
                    raise ValueError("its record is another one's")
                found.append(record)
        return sorted(found, key=lambda record: record.created)

    def _run(self, record: RunRecord) -> None:
        other = hashlib.sha256(f"{self._owner}\0{record.id}".encode()).hexdigest()[:32]
        here = next((each for each in (record.id, other) if self._store.run(each, self._owner) is not None), None)
        if here is not None:
            self._ids[record.id] = here
            self._told.known += 1
            return
        events, rows = self._events(record.id), self._rows(record.id)
        for run_id in (record.id, other):  # the first is somebody else's where one server holds both workspaces
            kept = dataclasses.replace(settled(record), id=run_id, spec=self._spec(record.spec))
            named = [dataclasses.replace(event, run_id=run_id) for event in events]
            if self._store.take_in(kept, named, rows) is None:
                self._ids[record.id] = run_id
                self._told.runs += 1
                return
        raise ValueError("its id is taken")

    def _events(self, run_id: str) -> list[Event]:
        gathering = Gathering(run_id)
        lines = self._archive.lines(f"runs/{run_id}.jsonl")
        next(lines)
        for line in lines:
            gathering.take(line)
        return gathering.events

    def _rows(self, run_id: str) -> list[JournalRow]:
        return [journal_row(line) for line in self._archive.lines(f"journals/{run_id}.jsonl")]

    def _spec(self, spec: RunSpec) -> RunSpec:
        options = without_addresses(spec.options, self._told.addresses)
        return dataclasses.replace(spec, options=options, parent=self._ids.get(spec.parent, spec.parent))

    def _grids(self) -> None:
        with self._reading("the grids"):
            kept = self._archive.value("grids.json").get("grids", [])
            known = {grid.id for grid in self._store.grids.grids(self._owner)}
            for each in kept:
                grid: Grid = build(Grid, {**each, "owner": self._owner})
                cells = [build(GridCell, cell) for cell in each["cells"]]
                if grid.id in known:
                    self._told.known += 1
                    continue
                self._grid(grid, cells)

    def _grid(self, grid: Grid, cells: Sequence[GridCell]) -> None:
        store = self._store.grids
        if not 0 <= grid.created <= LATEST:
            raise ValueError("it is of no time")
        store.keep_grid(dataclasses.replace(grid, name=plain_name(grid.name), order=self._spec(grid.order)))
        self._told.grids += 1
        for cell in cells:
            place = Place(grid.id, self._owner, cell.row, cell.column)
            if cell.run_id in self._ids:
                store.claim(place, self._ids[cell.run_id])
            if cell.edited is not None:
                store.edit(place, cell.edited, min(max(cell.edited_at, 0.0), LATEST))
            if cell.problem:
                store.trouble(place, cell.problem)

    def _preferences(self) -> None:
        with self._reading("the settings"):
            kept = self._archive.value("preferences.json")
            for name in KEPT:
                if name in kept and self._store.preference(self._owner, name) is None:
                    check_shape(KEPT[name], kept[name])
                    value = without_addresses(kept[name], self._told.addresses)
                    self._store.keep_preference(self._owner, name, value)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
