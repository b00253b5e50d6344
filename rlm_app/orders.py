"""Orders of runs: what is checked before one starts, goes on, is forked or followed up, and how a record is replayed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from rlm_app import lending
from rlm_app.assemble import environment_for, make_client
from rlm_app.cancel import CancelToken
from rlm_app.checks import check_limits, check_most, check_order
from rlm_app.errors import ConfigError, DocumentError
from rlm_app.executor import Executor
from rlm_app.protocols import EventSink
from rlm_app.quota_checks import check_documents
from rlm_app.reach import Reach
from rlm_app.records import RunRecord, RunSpec, RunStore
from rlm_app.runs.files import refuse_imported
from rlm_app.runs.manager import RunManager
from rlm_app.settings import Settings
from rlm_app.types import Completion, Limits

Keys = Mapping[str, str]
"""Keys a person typed, by backend."""

_OPTIONS = frozenset({"base_url", "api_version"})
"""The settings of a backend that a page asks for."""


class Orders:
    """Checks orders and hands them to the manager; every call is for one owner and raises `ConfigError` with a sentence."""

    def __init__(
        self, settings: Settings, store: RunStore, reach: Reach, executor: Executor, manager: RunManager
    ) -> None:
        self._settings = settings
        self._store = store
        self._reach = reach
        self._executor = executor
        self._manager = manager

    def check(self, spec: RunSpec, owner: str, keys: Keys) -> None:
        """Raise for an order that cannot start."""
        try:
            check_order(spec, self._reach.named(spec.documents, owner))
        except DocumentError as error:
            raise ConfigError(str(error)) from error
        check_documents(self._settings.quotas, len(spec.documents))
        self.ready(spec, owner, keys)

    def ready(self, spec: RunSpec, owner: str, keys: Keys) -> None:
        """Raise where the environment or the key of an order is missing or it may not be carried out, whatever it asks."""
        check_limits(spec.limits)
        if self._settings.shared:
            check_most(spec.limits)
            _check_options(spec)
        environment_for(self._settings, self._store, spec, owner)
        lending.check(self._settings, spec, keys)
        make_client(self._settings, spec, spec.root_model, keys).close()

    def start(self, spec: RunSpec, owner: str, keys: Keys) -> str:
        """Check an order and start it; return the run's id."""
        self.check(spec, owner, keys)
        return self._manager.start(spec, owner, dict(keys))

    def resume(self, run_id: str, owner: str, keys: Keys, *, limits: Limits | None, strict: bool) -> None:
        """Go on with a run that ended early, under new `limits` if they are given."""
        record = self._reach.run(run_id, owner)
        if record is not None:
            refuse_imported(record)
            # The record may be of a file from elsewhere, so what it orders is checked as if it came from a page.
            check_documents(self._settings.quotas, len(record.spec.documents))
            self.ready(dataclasses.replace(record.spec, limits=limits or record.spec.limits), owner, keys)
        self._manager.resume(run_id, owner, dict(keys), limits=limits, strict=strict)

    def fork(self, run_id: str, owner: str, turn: int, keys: Keys, changes: Mapping[str, Any]) -> str:
        """Start a run that shares the turns of another up to `turn` and goes on with what `changes` say of its spec."""
        record = self._reach.run(run_id, owner)
        trajectory = self._reach.trajectory(run_id, owner, self._manager)
        turns = len(trajectory.turns) if trajectory else 0
        if record is None or not 0 <= turn <= turns:
            raise ConfigError(f"There is no turn {turn} to fork from; this run has {turns}.")
        _refuse_without_repl(record)
        return self.start(dataclasses.replace(record.spec, parent=run_id, until=turn, **changes), owner, keys)

    def follow_up(self, run_id: str, owner: str, question: str, keys: Keys) -> str:
        """Ask a further question in the REPL of a run, which is built up again from the record; return the new run's id."""
        record = self._reach.run(run_id, owner)
        if record is None or record.state.is_live:
            raise ConfigError("A follow-up can be asked of a run that has ended; this one has not, or does not exist.")
        _refuse_without_repl(record)
        return self.start(dataclasses.replace(record.spec, question=question, parent=run_id, until=None), owner, keys)

    def replay(self, run_id: str, owner: str, sink: EventSink, cancel: CancelToken) -> Completion:
        """Go through a recorded run again without any model."""
        record = self._reach.run(run_id, owner)
        if record is None:
            raise ConfigError("This run does not exist.")
        refuse_imported(record)
        return self._executor.replay(record, sink, cancel)


def _check_options(spec: RunSpec) -> None:
    """Raise for settings of a backend that no page of a shared app asks for, as a file from elsewhere may bring them.

    Further fields of a request could name another model than the one that is checked and priced, or another address.
    """
    odd = sorted(name for name, value in spec.options.items() if name not in _OPTIONS or not isinstance(value, str))
    if odd:
        raise ConfigError(
            f"This order sets {', '.join(odd)[:200]} of its backend, which a shared app does not take from its visitors. Ask "
            "the question anew: only the address and the API version can be set here."
        )


def _refuse_without_repl(record: RunRecord) -> None:
    refuse_imported(record)
    if record.spec.mode == "direct":
        raise ConfigError("A direct run is one call and has no REPL to go on in; ask again instead.")
