"""Makes the clients and the environment of a run. Knows the concrete classes by name only."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from rlm_app import lending
from rlm_app.backends import BACKENDS, SCRIPTED, Backend
from rlm_app.clients.addresses import checked_address
from rlm_app.clients.guard import Guard, guard_of
from rlm_app.clients.hosted import Terms
from rlm_app.clients.metered import MeteredClient
from rlm_app.clients.pool import Pool, Pools
from rlm_app.clients.presets import resolve
from rlm_app.errors import ConfigError
from rlm_app.meter import Meter
from rlm_app.models import MOST_OUTPUT, NOTHING_ENTERED, Own, look_up, output_limit, window
from rlm_app.prices import ModelInfo
from rlm_app.protocols import Client, Environment
from rlm_app.records import RunSpec, RunStore
from rlm_app.registry import CLIENTS, ENVIRONMENTS, MISSING, find
from rlm_app.settings import Settings
from rlm_app.trust import CONSENT, options_for


def backends(settings: Settings) -> tuple[Backend, ...]:
    """Return the backends that can be picked here."""
    return BACKENDS + ((SCRIPTED,) if settings.script and not settings.shared else ())


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
    meter: Meter | None = None,
) -> Client:
    """Build the client of a run's backend for one model; raise `ConfigError` when a key or a script is missing.

    Clients of a run are given its `pools`, and share connections and slots; whoever made them closes them. `own` is what the
    run's owner entered of models' prices and windows. A `meter` counts what calls to others' servers cost.
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
    lending.check(settings, spec, keys)
    key = _key_for(settings, spec, backend, model, keys)
    if settings.shared and lending.host_pays(settings, spec, keys):
        own = NOTHING_ENTERED  # whoever spends another's money does not say what it costs
    given = spec.options.get("base_url") or settings.addresses.get(backend.name)
    known, address = look_up(backend, model, given, own), given or backend.base_url
    pool = pools.of((backend.name, address, key)) if pools else None
    terms = _terms(spec, known, pool, _guard(settings, spec, backend))
    hosted: Client = factory(model, key or None, address, terms)
    return hosted if meter is None else MeteredClient(hosted, known.cost, output_limit(known) or MOST_OUTPUT, meter)


def _terms(spec: RunSpec, known: ModelInfo, pool: Pool | None, guard: Guard | None) -> Terms:
    return Terms(
        concurrency=spec.limits.concurrency,
        price=known.cost,
        max_output_tokens=output_limit(known),
        context_window=known.context_window,
        options={name: value for name, value in spec.options.items() if name != "base_url"},
        pool=pool,
        guard=guard,
    )


def _guard(settings: Settings, spec: RunSpec, backend: Backend) -> Guard | None:
    """Return what keeps a shared app from being led into its own network: by an address, or by a model's name."""
    if not settings.shared:
        return None
    guard, typed = guard_of(settings.said.get("allow_addresses", "")), str(spec.options.get("base_url") or "")
    if typed:
        guard.check(checked_address(typed))
    elif backend.name in settings.addresses:
        return None
    elif backend.is_server:
        guard.check(resolve(backend.base_url).base_url)
    return guard if typed or backend.routes or backend.is_server else None


def _key_for(settings: Settings, spec: RunSpec, backend: Backend, model: str, keys: Mapping[str, str]) -> str:
    """Return the key to send, "" where none is needed.

    Raises `ConfigError` where one is missing, or a stranger names the address that our own key would go to.
    """
    if typed := keys.get(backend.name):
        return typed
    if settings.shared and spec.options.get("base_url"):
        if backend.needs_key or backend.routes:
            raise ConfigError(
                f"{backend.title} at an address of your own needs a key of your own; enter one in Settings."
            )
        return ""
    key = lending.key_for(settings, backend, model)
    if backend.needs_key and not key:
        raise ConfigError(lending.no_key(settings, backend))
    return key


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
    place = lending.lent_place(settings, spec.environment)
    consented = bool(store.preference(owner, CONSENT))
    options = options_for(settings, place, ours=_brings_code(spec.backend), consented=consented)
    return _usable(make_environment(place, {**options, "restricted_builtins": settings.restricted_builtins}))


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
