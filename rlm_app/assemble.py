"""Puts one run together: clients, environment, documents, replay, and the loop. Knows the concrete classes by name only."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Mapping
from typing import Any

from rlm_app.backends import BACKENDS, SCRIPTED, Backend
from rlm_app.cancel import CancelToken
from rlm_app.clients.pool import Pools
from rlm_app.engine.budget import Budget
from rlm_app.engine.citing import Citer
from rlm_app.engine.direct import Direct
from rlm_app.engine.handler import LMHandler, Models
from rlm_app.engine.journal import MemoryJournal
from rlm_app.engine.recorder import Recorder
from rlm_app.engine.replay import Replay
from rlm_app.engine.rlm import RLM
from rlm_app.engine.runtime import Runtime, ignore_signal
from rlm_app.engine.session import Job, run_job
from rlm_app.errors import Cancelled, ClientError, ConfigError, ReplayDiverged, REPLError
from rlm_app.models import FULL, NOTHING_ENTERED, Own, look_up, output_limit, window
from rlm_app.prices import ModelInfo
from rlm_app.protocols import Client, Environment, EventSink, Journal, QuoteJudge
from rlm_app.records import RunContext, RunRecord, RunSpec, RunStore
from rlm_app.registry import CLIENTS, ENVIRONMENTS, MISSING, find
from rlm_app.settings import Settings
from rlm_app.trust import CONSENT, options_for
from rlm_app.types import Completion, Document


def backends(settings: Settings) -> tuple[Backend, ...]:
    """Return the backends that can be picked here."""
    return BACKENDS + ((SCRIPTED,) if settings.script else ())


def backend_named(settings: Settings, name: str) -> Backend:
    """Return the backend of that name; raise `ConfigError` naming those there are."""
    table = {backend.name: backend for backend in backends(settings)}
    if name not in table:
        raise ConfigError(f"There is no backend called {name!r}. Known: {', '.join(table)}.")
    return table[name]


def make_client(
    settings: Settings,
    spec: RunSpec,
    model: str,
    keys: Mapping[str, str],
    pools: Pools | None = None,
    own: Own = NOTHING_ENTERED,
) -> Client:
    """Build the client of a run's backend for one model; raise `ConfigError` when a key or a script is missing.

    Clients of a run are given its `pools`, and share connections and slots; whoever made them closes them. `own` is what the
    run's owner entered of models' prices and windows.
    """
    backend = backend_named(settings, spec.backend)
    factory: Any = find(CLIENTS, "client", backend.client)
    if backend.client == "scripted":
        if settings.script is None:
            raise ConfigError("The scripted backend needs a script: set RLM_APP_SCRIPT to its file.")
        scripted: Client = factory.from_file(settings.script, model)
        return scripted
    if backend.client == "offline":
        offline: Client = factory(model)
        return offline
    key = _key_for(settings, spec, backend, model, keys)
    if backend.needs_key and not key:
        raise ConfigError(f"{backend.title} needs a key: set {backend.key_variable}, or enter one under Settings.")
    given = spec.options.get("base_url") or settings.addresses.get(backend.name)
    known, address = look_up(backend, model, given, own), given or backend.base_url
    hosted: Client = factory(
        model,
        key or None,
        address,
        concurrency=spec.limits.concurrency,
        price=known.cost,
        max_output_tokens=output_limit(known),
        context_window=known.context_window,
        options={name: value for name, value in spec.options.items() if name != "base_url"},
        pool=pools.of((backend.name, address, key)) if pools else None,
    )
    return hosted


def _key_for(settings: Settings, spec: RunSpec, backend: Backend, model: str, keys: Mapping[str, str]) -> str:
    """Return the key to send; raise `ConfigError` where a stranger names the address that our own key would go to."""
    if typed := keys.get(backend.name):
        return typed
    if settings.shared and spec.options.get("base_url"):
        if backend.needs_key or backend.routes:
            raise ConfigError(
                f"{backend.title} at an address of your own needs a key of your own; enter one in Settings."
            )
        return ""
    return backend.key_in(settings.keys, model)


def window_of(settings: Settings, spec: RunSpec, own: Own = NOTHING_ENTERED) -> int:
    """Return how many tokens a prompt of the run's root model may have, as known or as is usual."""
    backend = next((each for each in backends(settings) if each.name == spec.backend), None)
    if backend is None:  # a log of another program is gone through again without its backend
        return window(ModelInfo(spec.root_model))
    given = spec.options.get("base_url") or settings.addresses.get(backend.name)
    return window(look_up(backend, spec.root_model, given, own))


def make_environment(name: str, options: Mapping[str, Any] | None = None) -> Environment:
    """Build an environment by name with its own options; raise `ConfigError` when it cannot be used here."""
    recipe: Any = find(ENVIRONMENTS, "environment", name)
    known = [field.name for field in dataclasses.fields(recipe)]
    if surplus := sorted(set(options or {}) - set(known)):
        raise ConfigError(f'The environment "{name}" knows {", ".join(known)}; it does not know {", ".join(surplus)}.')
    environment: Environment = recipe(**(options or {}))
    return environment


def environment_of_library(backend: str, name: str, options: Mapping[str, Any] | None) -> Environment:
    """Build an environment for a program of its owner; raise `ConsentNeeded` as `environment_for` does.

    A program that gives a plan of its own has said what it wants.
    """
    given = dict(options or {})
    if "plan" in given:
        return _usable(make_environment(name, given))
    asked = options_for(Settings.from_environment(), name, ours=_brings_code(backend), consented=False)
    return _usable(make_environment(name, {**asked, **given}))


def _brings_code(backend: str) -> bool:
    return backend in {known.name for known in (*BACKENDS, SCRIPTED) if known.brings_code}


def environment_for(settings: Settings, store: RunStore, spec: RunSpec, owner: str) -> Environment:
    """Build a run's environment; raise `ConfigError`, or `ConsentNeeded`, when its code may not run there."""
    if spec.mode == "direct":  # runs no code
        return make_environment(spec.environment)
    consented = bool(store.preference(owner, CONSENT))
    options = options_for(settings, spec.environment, ours=_brings_code(spec.backend), consented=consented)
    return _usable(make_environment(spec.environment, {**options, "restricted_builtins": settings.restricted_builtins}))


def _usable(environment: Environment) -> Environment:
    """Return the environment; raise `ConfigError` with what is missing before anything is sent to a model."""
    if reason := missing_for(environment):
        raise ConfigError(reason)
    return environment


def missing_for(environment: Environment) -> str:
    """Return what is missing before an environment can be used here, with the command that fixes it; empty if nothing is.

    May ask an engine or a service, and so take a second or two.
    """
    if environment.name not in MISSING:
        return ""
    missing: Callable[[Environment], str] = find(MISSING, "environment", environment.name)
    return missing(environment)


class Executor:
    """Carries out runs for the manager.

    `document` finds a document for an owner or raises `DocumentError`; `entered` is what an owner says of models.
    """

    def __init__(
        self,
        settings: Settings,
        store: RunStore,
        document: Callable[[str, str], Document],
        entered: Callable[[str], Own],
    ) -> None:
        self._settings = settings
        self._store = store
        self._document = document
        self._entered = entered

    def __call__(self, context: RunContext) -> None:
        """Carry out one run; its last event says how it ended."""
        spec = context.spec
        pools, own = Pools(spec.limits.concurrency), self._entered(context.owner)
        models = (spec.root_model, spec.sub_model, *spec.depth_models)
        clients = [make_client(self._settings, spec, model, context.keys, pools, own) for model in models]
        root, sub, *deeper = clients
        try:
            self._run(context, Models(root, sub, dict(enumerate(deeper, start=2))), self._store.journal(context.run_id))
        except (Cancelled, ClientError, REPLError, ReplayDiverged):
            pass  # the last event tells it already, with the draft as it stood
        finally:
            for client in clients:
                client.close()
            pools.close()

    def replay(self, record: RunRecord, sink: EventSink, cancel: CancelToken) -> Completion:
        """Go through a recorded run again with no way to reach a model; `sink` gets every event anew.

        Raises `ReplayDiverged` when a cell prints something else than it did, `ClientError` where the record ends.
        """
        refusing: Any = find(CLIENTS, "client", "refusing")
        spec = dataclasses.replace(record.spec, parent=record.id, until=sys.maxsize)
        context = RunContext(record.id, record.owner, spec, {}, sink, ignore_signal, cancel)
        models = Models(refusing(spec.root_model), refusing(spec.sub_model))
        return self._run(context, models, MemoryJournal())

    def _run(self, context: RunContext, models: Models, journal: Journal) -> Completion:
        spec = context.spec
        parent = self._store.run(spec.parent, context.owner) if spec.parent else None
        replay = self._replay(context, parent)
        limits = dataclasses.replace(spec.limits, iterations=_turns(spec, replay))
        job, verifier = self._job(context, parent)
        runtime = Runtime(
            LMHandler(models, Budget(limits, seconds_used=context.seconds_used), journal, context.cancel),
            Recorder(context.run_id, context.sink, replay=replay),
            environment_for(self._settings, self._store, spec, context.owner),
            signals=context.signals,
            steering=context.steering,
            system_prompt=spec.system_prompt,
            citer=Citer(verifier) if spec.documents else None,
            compact_at=int(FULL * window_of(self._settings, spec, self._entered(context.owner))),
        )
        return run_job(runtime, job, Direct(runtime) if spec.mode == "direct" else RLM(runtime))

    def _job(self, context: RunContext, parent: RunRecord | None) -> tuple[Job, QuoteJudge]:
        """Return what the run is about, and who judges what its cells cite."""
        from rlm_app.documents.library import repl_view
        from rlm_app.evidence.answer import AnswerVerifier
        from rlm_app.evidence.claims import claims_of

        spec = context.spec
        documents = [self._document(sha256, context.owner) for sha256 in spec.documents]
        value, view = repl_view(documents)
        follows = parent is not None and spec.until is None
        verifier = AnswerVerifier(documents)
        job = Job(
            value,
            parent.spec.question if follows and parent else spec.question,
            documents=tuple(document.info for document in documents),
            view=view,
            backend=spec.backend,
            verifier=verifier,
            follow_up=spec.question if follows else None,
            claims=claims_of if spec.support else None,
        )
        return job, verifier

    def _replay(self, context: RunContext, parent: RunRecord | None) -> Replay:
        """Return what is known already: this run's own events when it is resumed, its parent's when it goes on from one."""
        spec = context.spec
        own = self._store.events(context.run_id, context.owner) if context.resumed else []
        inherited = self._store.events(parent.id, parent.owner) if parent else []
        return Replay(own, inherited, until=spec.until, strict=context.strict)


def _turns(spec: RunSpec, replay: Replay) -> int:
    """Return the turn limit; turns that another run took do not count against a follow-up, nor recorded ones against it."""
    before = replay.inherited_turns if spec.parent and spec.until is None else 0
    return max(spec.limits.iterations + before, replay.last_turn)
