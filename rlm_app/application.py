"""The app as pages and commands use it: one object with every operation, each handed to the part that carries it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rlm_app import lending, offers
from rlm_app.allowance import Allowance
from rlm_app.assemble import backends, make_environment, missing_for
from rlm_app.backends import Backend
from rlm_app.backup import Backups
from rlm_app.cancel import CancelToken
from rlm_app.catalogue import Catalogue
from rlm_app.engine.imports import ImportReport
from rlm_app.engine.trajectory import Trajectory
from rlm_app.errors import ConfigError, DocumentError
from rlm_app.grids import Store
from rlm_app.offers import EnvironmentInfo, PromptProfile, SampleQuestion
from rlm_app.orders import Orders
from rlm_app.page_views import PageViews
from rlm_app.protocols import EventSink
from rlm_app.reach import Reach
from rlm_app.records import RunRecord, RunSpec
from rlm_app.runs.files import export_text, import_file
from rlm_app.runs.grids import Grids
from rlm_app.runs.manager import RunManager
from rlm_app.settings import Settings
from rlm_app.sharing import Sharing
from rlm_app.shelf import Shelf
from rlm_app.starting import Measurement
from rlm_app.trials import Trial, models_of
from rlm_app.types import Completion, Document, DocumentInfo, Limits


@dataclass(eq=False, repr=False)
class App:
    """Every operation that pages and commands share, over the parts of one process, which `build.open_app` puts together."""

    settings: Settings
    store: Store
    boot: str
    allowance: Allowance
    catalogue: Catalogue
    shelf: Shelf
    reach: Reach
    pages: PageViews
    sharing: Sharing
    backups: Backups
    manager: RunManager
    orders: Orders
    grids: Grids

    @property
    def backends(self) -> tuple[Backend, ...]:
        """The backends that can be picked here."""
        return backends(self.settings)

    def key_set(self, backend: Backend) -> bool:
        """Whether the environment or the secrets file holds the key this backend needs, and it may be used here."""
        return bool(lending.key_for(self.settings, backend, ""))

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
        return Measurement(lambda: make_environment(lending.lent_place(self.settings, environment)))

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
        return min(offers.file_megabytes(), self.settings.quotas.upload_mb or offers.file_megabytes())

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
        return self.reach.document(sha256, owner)

    def original(self, sha256: str, owner: str) -> Path | None:
        """Return the file a document of the owner's or a bundled one was read from, None where it is not kept."""
        return self.reach.original(sha256, owner)

    def run(self, run_id: str, owner: str) -> RunRecord | None:
        """Return a run of the owner's or the bundled one, or None."""
        return self.reach.run(run_id, owner)

    def trajectory(self, run_id: str, owner: str) -> Trajectory | None:
        """Return the record of a run of the owner's or of the bundled one, or None."""
        return self.reach.trajectory(run_id, owner, self.manager)

    def start(self, spec: RunSpec, owner: str, keys: Mapping[str, str] | None = None) -> str:
        """Check an order and start it; return the run's id. Raise `ConfigError` with a sentence when it cannot start."""
        return self.orders.start(spec, owner, keys or {})

    def check(self, spec: RunSpec, owner: str, keys: Mapping[str, str]) -> None:
        """Raise `ConfigError` with a sentence for an order that cannot start."""
        self.orders.check(spec, owner, keys)

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
        self.orders.resume(run_id, owner, keys or {}, limits=limits, strict=strict)

    def fork(self, run_id: str, owner: str, turn: int, keys: Mapping[str, str] | None = None, **changes: Any) -> str:
        """Start a run that shares the turns of another up to `turn`, for nothing, and goes on with what `changes` say.

        `changes` are fields of `RunSpec`: question, root_model, sub_model, backend, limits, system_prompt. Raises
        `ConfigError` when there is no such run or turn.
        """
        return self.orders.fork(run_id, owner, turn, keys or {}, changes)

    def follow_up(self, run_id: str, owner: str, question: str, keys: Mapping[str, str] | None = None) -> str:
        """Ask a further question in the REPL of a run, which is built up again from the record; return the new run's id."""
        return self.orders.follow_up(run_id, owner, question, keys or {})

    def replay(self, run_id: str, owner: str, sink: EventSink, cancel: CancelToken | None = None) -> Completion:
        """Go through a recorded run again without any model; `sink` gets each event as it happens anew.

        Raises `ReplayDiverged` when a cell prints something else than it did, `ClientError` where the record ends.
        """
        return self.orders.replay(run_id, owner, sink, cancel or CancelToken())

    def import_file(self, path: Path, owner: str, name: str | None = None) -> ImportReport:
        """Keep the runs a file holds, once each, and tell what came in and what was damaged; raise `DocumentError`."""
        with self.allowance.keeping(owner):
            self.allowance.check_file(path, name or path.name, owner)
            return import_file(self.store, path, name or path.name, owner)

    def export(self, run_id: str, owner: str, form: str = "reference") -> str:
        """Return a run as the text of a JSONL file: in the form "reference", or "events", which keeps everything."""
        if (record := self.run(run_id, owner)) is None:
            raise ConfigError("This run does not exist.")
        return export_text(self.store, record, form)

    def saved_calls(self, run_id: str, owner: str) -> tuple[int, int]:
        """Return how many calls of a run have a reply on record, and how many were sent; none of a run that is not there."""
        return self.store.journal(run_id).counts() if self.run(run_id, owner) else (0, 0)

    def mark(self, run_id: str, owner: str, *, title: str | None = None, starred: bool | None = None) -> None:
        """Name a run of the owner's own or give it a star; None leaves either as it is."""
        changes = {name: value for name, value in (("title", title), ("starred", starred)) if value is not None}
        if changes and self.store.run(run_id, owner) is not None:
            self.store.update_run(run_id, **changes)

    def forget(self, owner: str) -> None:
        """End an owner's runs and remove all that is kept of theirs, for good; raise `StoreError` when a run will not end."""
        for grid in self.grids.all(owner):
            self.grids.stop(grid.id, owner)
        for record in self.manager.running(owner):
            self.manager.delete(record.id, owner)
        for info in self.documents(owner):
            self.shelf.delete(info.sha256, owner)
        self.catalogue.forget_all(owner)
        self.pages.forget(owner)
        self.store.forget(owner)

    def samples(self) -> tuple[DocumentInfo, ...]:
        """Return the bundled documents; the first call of a new data file reads them in, which takes seconds."""
        return self.reach.samples()

    def sample_questions(self) -> tuple[SampleQuestion, ...]:
        """Return the questions offered to a first visitor."""
        return offers.sample_questions()

    def sample_run_id(self) -> str | None:
        """Return the id of the bundled finished run, or None while it is not there."""
        return self.reach.sample_run_id()

    def close(self) -> None:
        """Interrupt the runs, within seconds, and let go of the data file."""
        self.grids.close()
        self.manager.shutdown(5.0)
        self.pages.close()
        self.store.close()
