"""What the library's door is made of: clients, tools and variables from the arguments the field knows."""

from __future__ import annotations

import keyword
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rlm_app.arguments import harmless
from rlm_app.assemble import make_client, window_of
from rlm_app.backends import BACKENDS
from rlm_app.citations import Citation
from rlm_app.clients.pool import Pools
from rlm_app.engine.runtime import Toolbox
from rlm_app.engine.trajectory import Trajectory
from rlm_app.engine.upstream import usage_summary
from rlm_app.errors import ConfigError
from rlm_app.events import Event
from rlm_app.protocols import Client, EventSink
from rlm_app.records import RunSpec
from rlm_app.settings import Settings
from rlm_app.types import Limits, Stop, Usage

RESERVED = frozenset(
    (
        *("llm_query", "llm_query_batched", "rlm_query", "rlm_query_batched", "budget"),
        *("context", "documents", "answer", "history", "FINAL", "FINAL_VAR", "SHOW_VARS"),
    )
)
"""Names of the REPL that a custom tool may not take."""

_CLIENT_ARGUMENTS = ("api_key", "base_url", "model_name")
_SAME = {"azure_endpoint": "base_url", "azure_deployment": "model_name"}
"""What the reference calls these for Azure."""


@dataclass(frozen=True)
class UsageSummary:
    """What a completion used, by model name."""

    by_model: Mapping[str, Usage]

    @property
    def total_cost(self) -> float | None:
        """USD over all models, as far as it is known; None when no call has a known cost."""
        costs = [usage.cost for usage in self.by_model.values() if usage.cost is not None]
        return sum(costs) if costs else None

    def to_dict(self) -> dict[str, Any]:
        """Return the reference's shape: {"model_usage_summaries": {model: {...}}, "total_cost": USD}."""
        return usage_summary(self.by_model)


@dataclass(frozen=True)
class RLMCompletion:
    """An answer: `response` is its text, `stop` why the run ended, `execution_time` in seconds.

    `citations` are its quotations, each with its verdict and its place in the text of the prompt.
    """

    root_model: str
    prompt: Any
    response: str
    usage_summary: UsageSummary
    execution_time: float
    stop: Stop
    citations: tuple[Citation, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Clients:
    """Who answers: the root model and the model of sub-calls, with the connections that they share."""

    root: Client
    sub: Client
    pools: Pools

    def close(self) -> None:
        """Let go of the connections."""
        self.root.close()
        self.sub.close()
        self.pools.close()


def make_clients(
    backend: str,
    options: Mapping[str, Any] | None,
    others: Sequence[str] | None,
    other_options: Sequence[Mapping[str, Any]] | None,
    limits: Limits,
) -> Clients:
    """Build the clients of root and sub-calls, which are the same where no other backend is named."""
    pools = Pools(limits.concurrency)
    root = make_api_client(backend, options or {}, limits, pools)
    if not others:
        return Clients(root, root, pools)
    return Clients(root, make_api_client(others[0], (other_options or [{}])[0], limits, pools), pools)


def make_sinks(logger: EventSink | None, on_event: EventSink | None, *, verbose: bool) -> list[EventSink]:
    """Return who is told of each event; what one of them raises harms no run."""
    listening = {"logger": logger, "on_event": on_event, "verbose": _printer() if verbose else None}
    sinks = (harmless(name, sink) for name, sink in listening.items())
    return [sink for sink in sinks if sink is not None]


def to_all(sinks: Sequence[EventSink]) -> EventSink:
    """Return what hands each event to all of them, in their order."""

    def sink(event: Event) -> None:
        for each in sinks:
            each(event)

    return sink


def _printer() -> EventSink:
    from rlm_app.verbose import Printer

    return Printer()


def make_api_client(backend: str, options: Mapping[str, Any], limits: Limits, pools: Pools) -> Client:
    """Build a client from the reference's `backend_kwargs`; raise `ConfigError` for one that is missing or unknown.

    Clients of the same place share what `pools` has for it.
    """
    spec = _order(backend, options, limits)
    keys = {backend: options["api_key"]} if options.get("api_key") else {}
    return make_client(Settings.from_environment(), spec, spec.root_model, keys, pools)


def root_window(backend: str, options: Mapping[str, Any]) -> int:
    """Return how many tokens a prompt of the root model may have, as known or as is usual."""
    return window_of(Settings.from_environment(), _order(backend, options, Limits()))


def _order(backend: str, options: Mapping[str, Any], limits: Limits) -> RunSpec:
    ours = {_SAME[name]: value for name, value in options.items() if name in _SAME}
    given = {**{name: value for name, value in options.items() if name not in _SAME}, **ours}
    own = next((each.options for each in BACKENDS if each.name == backend), ())
    surplus = sorted(set(given) - {*_CLIENT_ARGUMENTS, *own})
    if surplus:
        known = ", ".join((*_CLIENT_ARGUMENTS, *own))
        raise ConfigError(f"backend_kwargs knows {known}; it does not know {', '.join(surplus)}.")
    model = given.get("model_name")
    if not model:
        raise ConfigError(f'The backend "{backend}" needs backend_kwargs={{"model_name": "…"}}.')
    settings = {name: value for name, value in given.items() if value and name not in {"api_key", "model_name"}}
    return RunSpec("", (), backend, model, model, limits=limits, options=settings)


def make_toolbox(tools: Mapping[str, Any]) -> Toolbox:
    """Sort custom tools into functions and data; raise `ConfigError` for a name that cannot be used."""
    functions, data, describe = {}, {}, {}
    for name, given in tools.items():
        if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name) or name in RESERVED:
            raise ConfigError(
                f"A custom tool cannot be called {name!r}; choose a Python name that the REPL does not use."
            )
        described = isinstance(given, Mapping) and "tool" in given
        tool = given["tool"] if described else given
        if callable(tool):
            functions[name] = tool
        else:
            data[name] = tool
        describe[name] = str(given.get("description") or "") if described else (getattr(tool, "__doc__", None) or "")
        if not describe[name] or (not callable(tool) and not described):
            describe[name] = "a function" if callable(tool) else f"a {type(tool).__name__}"
    return Toolbox(functions, data, describe)


def make_variables(contexts: Sequence[Any], earlier: Sequence[Sequence[Mapping[str, str]]]) -> dict[str, object]:
    """Name the contexts and the messages of earlier completions as the reference does: `context_0`, `history_0`, …"""
    named: dict[str, object] = {f"context_{number}": context for number, context in enumerate(contexts)}
    named |= {f"history_{number}": list(messages) for number, messages in enumerate(earlier)}
    if earlier:
        named["history"] = list(earlier[0])
    return named


def messages_of(trajectory: Trajectory, answer: str) -> list[dict[str, str]]:
    """Return all messages of a completion, its last reply and its answer included."""
    said = []
    for turn in trajectory.turns:
        said += [{"role": message.role, "content": message.content} for message in turn.reply.messages]
        said.append({"role": "assistant", "content": turn.reply.reply})
    return [*said, {"role": "assistant", "content": answer}]
