"""The composition root: the only module that knows concrete classes and puts them together."""

from __future__ import annotations

import dataclasses
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rlm_app import offers
from rlm_app.assemble import Executor, backends, environment_for, make_client, make_environment, missing_for
from rlm_app.backends import Backend
from rlm_app.cancel import CancelToken
from rlm_app.catalogue import Catalogue
from rlm_app.checks import check_limits, check_order
from rlm_app.engine.imports import IMPORTED, ImportReport
from rlm_app.engine.trajectory import Trajectory
from rlm_app.errors import ConfigError, DocumentError, StoreError
from rlm_app.grids import Store
from rlm_app.offers import EnvironmentInfo, PromptProfile, SampleQuestion
from rlm_app.protocols import EventSink
from rlm_app.records import RunRecord, RunSpec, RunStore
from rlm_app.runs.files import export_text, import_file, refuse_imported
from rlm_app.settings import SAMPLE_DOCS, Settings
from rlm_app.starting import Measurement, Start
from rlm_app.trials import Trial, models_of
from rlm_app.types import Completion, Document, DocumentInfo, Limits

if TYPE_CHECKING:
    from rlm_app.page_views import PageViews
    from rlm_app.runs.grids import Grids
    from rlm_app.runs.manager import RunManager
    from rlm_app.shelf import Shelf

__all__ = [
    "IMPORTED",
    "SAMPLES",
    "App",
    "EnvironmentInfo",
    "ImportReport",
    "Measurement",
    "PromptProfile",
    "SampleQuestion",
    "Start",
    "open_app",
]

SAMPLES = "samples"
"""The owner of the bundled documents and the bundled run, which everyone may read."""


class App:
    """Everything one process runs on: settings, store and run manager, and the operations pages and commands share."""

    def __init__(self, settings: Settings, store: Store, originals: Path | None = None) -> None:
        from rlm_app.page_views import PageViews
        from rlm_app.runs.grids import Grids
        from rlm_app.runs.manager import RunManager
        from rlm_app.shelf import Shelf
        from rlm_app.store.originals import Originals

        self.settings = settings
        self.store = store
        self.shelf: Shelf = Shelf(store, Originals(originals))
        self.pages: PageViews = PageViews(self.original)
        self.boot = uuid.uuid4().hex
        self.catalogue = Catalogue(settings, store)
        self._executor = Executor(settings, store, self._needed, self.catalogue.entered)
        self.manager: RunManager = RunManager(store, self._executor, self.boot, parallel=settings.parallel_runs)
        finders = frozenset(backend.name for backend in self.backends if not backend.reasons)
        self.grids: Grids = Grids(store.grids, self.manager, self.check, self._ready, settings.parallel_runs, finders)
        self._samples_lock = threading.Lock()
        self._samples_ready = False

    @property
    def backends(self) -> tuple[Backend, ...]:
        """The backends that can be picked here."""
        return backends(self.settings)

    def key_set(self, backend: Backend) -> bool:
        """Whether the environment or the secrets file holds the key this backend needs."""
        return bool(backend.key_in(self.settings.keys))

    def trial(self, backend: Backend, options: Mapping[str, str], keys: Mapping[str, str]) -> Trial[str]:
        """Begin to ask a backend's provider for its models, with the options of a run, as a test of address and key."""
        given = dict(keys)
        return Trial(lambda cancel: models_of(self.settings, backend, options, given, cancel))

    @property
    def environments(self) -> tuple[EnvironmentInfo, ...]:
        """The environments there are, with what each covers."""
        return offers.environments()

    @property
    def environment_titles(self) -> Mapping[str, str]:
        """What the environments are called, by name; unlike the rest, known at once."""
        return offers.TITLES

    @property
    def remote_environments(self) -> frozenset[str]:
        """The names of those to which documents are sent over the network, and which may charge for it."""
        return offers.REMOTE

    def missing_for(self, environment: str) -> str:
        """Return what is missing before an environment can be used, with the command that fixes it; empty if nothing is."""
        return missing_for(make_environment(environment))

    def measure(self, environment: str) -> Measurement:
        """Begin to start an environment and to run a cell in it, as a test of how long that takes."""
        return Measurement(lambda: make_environment(environment))

    @property
    def prompt_profiles(self) -> tuple[PromptProfile, ...]:
        """All profiles of the system prompt, each with its whole text."""
        return offers.prompt_profiles()

    def prompt_for(self, model: str) -> PromptProfile:
        """Return the profile of the system prompt that a root model of this name gets."""
        return offers.prompt_for(model)

    @property
    def file_suffixes(self) -> tuple[str, ...]:
        """The file endings worth offering when a person adds documents."""
        return offers.file_suffixes()

    @property
    def file_megabytes(self) -> int:
        """How large a file may be, in millions of bytes."""
        return offers.file_megabytes()

    def asks_for_password(self, error: DocumentError) -> bool:
        """Whether a file that could not be read may be read with its password, or another one."""
        return offers.asks_for_password(error)

    def add_file(
        self,
        path: Path,
        name: str,
        owner: str,
        *,
        password: str | None = None,
        on_progress: Callable[[int, int], None] | None = None,
        cancel: CancelToken | None = None,
    ) -> DocumentInfo:
        """Read a file in a process of its own and keep it for `owner`; raise `DocumentError` with the reason."""
        return self.shelf.add(path, name, owner, password=password, on_progress=on_progress, cancel=cancel)

    def health(self, info: DocumentInfo) -> str:
        """Return the one line that says how readable a document is."""
        from rlm_app.documents.library import health

        return health(info)

    def documents(self, owner: str) -> list[DocumentInfo]:
        """Return what is known of the owner's own documents, newest first."""
        return self.store.documents(owner)

    def document(self, sha256: str, owner: str) -> Document | None:
        """Return a document of the owner's or a bundled one, or None."""
        return self.store.document(sha256, owner) or self._samples().document(sha256, SAMPLES)

    def original(self, sha256: str, owner: str) -> Path | None:
        """Return the file a document of the owner's or a bundled one was read from, None where it is not kept."""
        if kept := self.shelf.original(sha256, owner):
            return kept
        bundled = next((info for info in self.samples() if info.sha256 == sha256), None)
        return SAMPLE_DOCS / bundled.name if bundled else None

    def run(self, run_id: str, owner: str) -> RunRecord | None:
        """Return a run of the owner's or the bundled one, or None."""
        return self.store.run(run_id, owner) or self._samples().run(run_id, SAMPLES)

    def trajectory(self, run_id: str, owner: str) -> Trajectory | None:
        """Return the record of a run of the owner's or of the bundled one, or None."""
        record = self.run(run_id, owner)
        return None if record is None else self.manager.trajectory(run_id, record.owner)

    def start(self, spec: RunSpec, owner: str, keys: Mapping[str, str] | None = None) -> str:
        """Check an order and start it; return the run's id. Raise `ConfigError` with a sentence when it cannot start."""
        self.check(spec, owner, keys or {})
        return self.manager.start(spec, owner, dict(keys or {}))

    def check(self, spec: RunSpec, owner: str, keys: Mapping[str, str]) -> None:
        """Raise `ConfigError` with a sentence for an order that cannot start."""
        try:
            check_order(spec, self._named(spec.documents, owner))
        except DocumentError as error:
            raise ConfigError(str(error)) from error
        self._ready(spec, owner, keys)

    def resume(
        self,
        run_id: str,
        owner: str,
        keys: Mapping[str, str] | None = None,
        *,
        limits: Limits | None = None,
        strict: bool = True,
    ) -> None:
        """Go on with a run that ended early, under new `limits` if they are given; nothing that was paid is paid again.

        With `strict` False it goes on even when a replayed cell prints something else. Raises `ConfigError` with a sentence.
        """
        record = self.run(run_id, owner)
        if record is not None:
            refuse_imported(record)
            self._ready(record.spec, owner, keys or {})
        if limits is not None:
            check_limits(limits)
        self.manager.resume(run_id, owner, dict(keys or {}), limits=limits, strict=strict)

    def fork(self, run_id: str, owner: str, turn: int, keys: Mapping[str, str] | None = None, **changes: Any) -> str:
        """Start a run that shares the turns of another up to `turn`, for nothing, and goes on with what `changes` say.

        `changes` are fields of `RunSpec`: question, root_model, sub_model, backend, limits, system_prompt. Raises
        `ConfigError` when there is no such run or turn.
        """
        record, trajectory = self.run(run_id, owner), self.trajectory(run_id, owner)
        turns = len(trajectory.turns) if trajectory else 0
        if record is None or not 0 <= turn <= turns:
            raise ConfigError(f"There is no turn {turn} to fork from; this run has {turns}.")
        refuse_imported(record)
        _refuse_direct(record)
        spec = dataclasses.replace(record.spec, parent=run_id, until=turn, **changes)
        return self.start(spec, owner, keys)

    def follow_up(self, run_id: str, owner: str, question: str, keys: Mapping[str, str] | None = None) -> str:
        """Ask a further question in the REPL of a run, which is built up again from the record; return the new run's id."""
        record = self.run(run_id, owner)
        if record is None or record.state.is_live:
            raise ConfigError("A follow-up can be asked of a run that has ended; this one has not, or does not exist.")
        refuse_imported(record)
        _refuse_direct(record)
        spec = dataclasses.replace(record.spec, question=question, parent=run_id, until=None)
        return self.start(spec, owner, keys)

    def replay(self, run_id: str, owner: str, sink: EventSink, cancel: CancelToken | None = None) -> Completion:
        """Go through a recorded run again without any model; `sink` gets each event as it happens anew.

        Raises `ReplayDiverged` when a cell prints something else than it did, `ClientError` where the record ends.
        """
        record = self.run(run_id, owner)
        if record is None:
            raise ConfigError("This run does not exist.")
        refuse_imported(record)
        return self._executor.replay(record, sink, cancel or CancelToken())

    def import_file(self, path: Path, owner: str, name: str | None = None) -> ImportReport:
        """Keep the runs a file holds, once each, and tell what came in and what was damaged; raise `DocumentError`."""
        return import_file(self.store, path, name or path.name, owner)

    def export(self, run_id: str, owner: str, form: str = "reference") -> str:
        """Return a run as the text of a JSONL file: in the form "reference", or "events", which keeps everything."""
        record = self.run(run_id, owner)
        if record is None:
            raise ConfigError("This run does not exist.")
        return export_text(self.store, record, form)

    def saved_calls(self, run_id: str) -> tuple[int, int]:
        """Return how many calls of a run have a reply on record, and how many were sent."""
        return self.store.journal(run_id).counts()

    def samples(self) -> tuple[DocumentInfo, ...]:
        """Return the bundled documents; the first call of a new data file reads them in, which takes seconds."""
        return tuple(sorted(self._samples().documents(SAMPLES), key=lambda info: info.name))

    def sample_questions(self) -> tuple[SampleQuestion, ...]:
        """Return the questions offered to a first visitor."""
        return offers.sample_questions()

    def sample_run_id(self) -> str | None:
        """Return the id of the bundled finished run, or None while it is not there."""
        found = self._samples().runs(SAMPLES, 1)
        return found[0].id if found else None

    def close(self) -> None:
        """Stop the runs and let go of the data file."""
        self.grids.close()
        self.manager.shutdown(5.0)
        self.pages.close()
        self.store.close()

    def _ready(self, spec: RunSpec, owner: str, keys: Mapping[str, str]) -> None:
        """Raise `ConfigError` where the environment or the key of an order is missing, whatever it asks."""
        environment_for(self.settings, self.store, spec, owner)
        make_client(self.settings, spec, spec.root_model, keys).close()

    def _samples(self) -> RunStore:
        """Return the store, with the bundled documents and run in it."""
        from rlm_app.samples import install

        with self._samples_lock:
            if not self._samples_ready:
                install(self.store, SAMPLES, SAMPLE_DOCS)
                self._samples_ready = True
        return self.store

    def _needed(self, sha256: str, owner: str) -> Document:
        document = self.document(sha256, owner)
        if document is None:
            raise _gone(sha256)
        return document

    def _named(self, names: Sequence[str], owner: str) -> list[DocumentInfo]:
        """Return what is known of documents without reading their texts, which may be long."""
        known = {info.sha256: info for info in self.store.documents(owner)}
        if any(sha256 not in known for sha256 in names):
            known |= {info.sha256: info for info in self._samples().documents(SAMPLES)}
        if missing := [sha256 for sha256 in names if sha256 not in known]:
            raise _gone(missing[0])
        return [known[sha256] for sha256 in names]


def _gone(sha256: str) -> DocumentError:
    return DocumentError(sha256[:12], "this document is no longer in the library; add it again")


def _refuse_direct(record: RunRecord) -> None:
    if record.spec.mode == "direct":
        raise ConfigError("A direct run is one call and has no REPL to go on in; ask again instead.")


def open_app(settings: Settings | None = None, *, keep: bool = True) -> App:
    """Open the data file and return the app; raise `StoreError` when another process holds it.

    With `keep` False nothing is written to disk and everything is forgotten on close.
    """
    from rlm_app.environments.docker_engine import sweep_meanwhile
    from rlm_app.environments.scratch import sweep_scratch
    from rlm_app.store.duckdb_store import DuckDBStore

    settings = settings or Settings.from_environment()
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The folder {settings.home} cannot hold the app's data ({error.strerror}). Set RLM_APP_HOME to a folder that "
            "you may write to."
        ) from error
    sweep_scratch()
    sweep_meanwhile()
    if not keep:
        return App(settings, DuckDBStore(":memory:"))
    return App(settings, DuckDBStore(settings.data_file), settings.home / "originals")
