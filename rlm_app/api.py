"""The library's door: `RLM(...)` with the arguments the field knows."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rlm_app.build import make_client, make_environment
from rlm_app.cancel import CancelToken
from rlm_app.engine.budget import Budget
from rlm_app.engine.handler import LMHandler, Models
from rlm_app.engine.journal import MemoryJournal
from rlm_app.engine.logger import RLMLogger
from rlm_app.engine.recorder import Recorder
from rlm_app.engine.runtime import Runtime
from rlm_app.engine.session import Job, run_job
from rlm_app.engine.trajectory import Trajectory
from rlm_app.engine.upstream import usage_summary
from rlm_app.errors import ConfigError
from rlm_app.events import Event
from rlm_app.protocols import Client, EventSink
from rlm_app.records import RunSpec
from rlm_app.settings import Settings
from rlm_app.types import Limits, Stop, Usage


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
    """An answer: `response` is its text, `stop` why the run ended, `execution_time` in seconds."""

    root_model: str
    prompt: Any
    response: str
    usage_summary: UsageSummary
    execution_time: float
    stop: Stop
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)


class RLM:
    """A Recursive Language Model over any backend and environment.

    `backend_kwargs` holds `model_name` and, where needed, `api_key` and `base_url`; `other_backends` names at most one
    backend for sub-calls, with `other_backend_kwargs`. `max_budget` is USD, `max_timeout` seconds, `max_tokens` input and
    output together, `max_errors` cells in a row that ended in an error. `logger` and `on_event` get every event; `verbose`
    prints the run as it goes. Raises `ConfigError` at once when something cannot be used as asked.
    """

    def __init__(
        self,
        backend: str = "openai",
        backend_kwargs: Mapping[str, Any] | None = None,
        environment: str = "local",
        environment_kwargs: Mapping[str, Any] | None = None,
        max_depth: int = 1,
        max_iterations: int = 30,
        max_budget: float | None = None,
        max_timeout: float | None = None,
        max_tokens: int | None = None,
        max_errors: int | None = None,
        custom_system_prompt: str | None = None,
        other_backends: Sequence[str] | None = None,
        other_backend_kwargs: Sequence[Mapping[str, Any]] | None = None,
        logger: RLMLogger | None = None,
        verbose: bool = False,
        max_concurrent_subcalls: int = 64,
        on_event: EventSink | None = None,
    ) -> None:
        if other_backends and len(other_backends) > 1:
            raise ConfigError(f"other_backends takes one backend, for sub-calls; {len(other_backends)} were given.")
        self.limits = Limits(
            iterations=max_iterations,
            cost=max_budget,
            seconds=max_timeout,
            tokens=max_tokens,
            errors=max_errors,
            concurrency=max_concurrent_subcalls,
            depth=max_depth,
        )
        self.backend = backend
        self._root = self._client(backend, backend_kwargs or {})
        self._sub = self._root
        if other_backends:
            self._sub = self._client(other_backends[0], (other_backend_kwargs or [{}])[0])
        self._environment = make_environment(environment, environment_kwargs)
        self._system_prompt = custom_system_prompt
        sinks: list[EventSink | None] = [logger, on_event, _printer() if verbose else None]
        self._sinks = [sink for sink in sinks if sink is not None]

    def completion(self, prompt: Any, root_prompt: str | None = None) -> RLMCompletion:
        """Answer `root_prompt` about `prompt`, the context; without it the context itself says what is wanted.

        `prompt` is a str, a list of str, a dict or a list of messages. Returns an answer at a limit too, labelled by `stop`.
        Raises `ClientError` when the root model cannot be asked and `REPLStartError` when no cell can run.
        """
        trajectory = Trajectory()

        def sink(event: Event) -> None:
            trajectory.add(event)
            for each in self._sinks:
                each(event)

        budget = Budget(self.limits)
        handler = LMHandler(Models(self._root, self._sub), budget, MemoryJournal(), CancelToken())
        runtime = Runtime(
            handler, Recorder(uuid.uuid4().hex, sink), self._environment, system_prompt=self._system_prompt
        )
        completion = run_job(runtime, Job(prompt, root_prompt, backend=self.backend))
        return RLMCompletion(
            root_model=self._root.model,
            prompt=prompt,
            response=completion.text,
            usage_summary=UsageSummary(dict(trajectory.usage_by_model)),
            execution_time=budget.seconds,
            stop=completion.stop or Stop.ANSWERED,
            metadata={"trajectory": trajectory},
        )

    def close(self) -> None:
        """Let go of connections."""
        self._root.close()
        self._sub.close()

    def __enter__(self) -> RLM:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def _client(self, backend: str, options: Mapping[str, Any]) -> Client:
        known = {"model_name", "api_key", "base_url"}
        if set(options) - known:
            surplus = ", ".join(sorted(set(options) - known))
            raise ConfigError(f"backend_kwargs knows {', '.join(sorted(known))}; it does not know {surplus}.")
        settings = Settings.from_environment()
        model = options.get("model_name")
        if not model:
            raise ConfigError(f'The backend "{backend}" needs backend_kwargs={{"model_name": "…"}}.')
        base_url = options.get("base_url")
        spec = RunSpec(
            "", (), backend, model, model, limits=self.limits, options={"base_url": base_url} if base_url else {}
        )
        return make_client(settings, spec, model, {backend: options["api_key"]} if options.get("api_key") else {})


def _printer() -> EventSink:
    from rlm_app.verbose import Printer

    return Printer()
