"""The library's door: `RLM(...)` with the arguments the field knows."""

from __future__ import annotations

import dataclasses
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rlm_app.api_evidence import TextVerifier
from rlm_app.api_kept import Kept
from rlm_app.api_parts import (
    RLMCompletion,
    UsageSummary,
    make_clients,
    make_sinks,
    make_toolbox,
    root_window,
    to_all,
)
from rlm_app.arguments import check_mappings, check_others, check_prompt, check_samplings, check_share, harmless
from rlm_app.assemble import environment_of_library
from rlm_app.cancel import CancelToken
from rlm_app.checks import check_limits
from rlm_app.engine import rlm as loop
from rlm_app.engine.budget import Budget
from rlm_app.engine.callbacks import Callbacks
from rlm_app.engine.citing import Citer
from rlm_app.engine.handler import LMHandler, Models
from rlm_app.engine.journal import MemoryJournal
from rlm_app.engine.logger import RLMLogger
from rlm_app.engine.recorder import Recorder
from rlm_app.engine.runtime import Runtime
from rlm_app.engine.session import Job, no_verifier, run_job
from rlm_app.engine.trajectory import Trajectory
from rlm_app.errors import ConfigError
from rlm_app.protocols import EventSink, Signals
from rlm_app.types import Limits, Stop


@dataclass(eq=False, repr=False)
class RLM:
    """A Recursive Language Model over any backend and environment.

    `backend_kwargs` holds `model_name` and, where needed, `api_key` and `base_url`; `other_backends` names at most one
    backend for sub-calls, with `other_backend_kwargs`. `max_budget` is USD, `max_timeout` seconds, `max_tokens` input and
    output together, `max_errors` cells in a row that ended in an error. `custom_tools` maps names to functions of the host
    or data, each alone or as {"tool": …, "description": …}; `custom_sub_tools` is what children get (None: the same).
    `persistent` keeps the REPL for the next completion; `compaction` lets the model sum up when its prompt fills
    `compaction_threshold_pct` of its window. With `evidence` cells can `cite()`, the system prompt says so, and the answer's
    quotations are judged. `logger` and `on_event` get every event; `verbose` prints the run as it goes.
    Raises `ConfigError` at once when something cannot be used as asked.
    """

    backend: str = "openai"
    backend_kwargs: Mapping[str, Any] | None = None
    environment: str = "local"
    environment_kwargs: Mapping[str, Any] | None = None
    max_depth: int = 1
    max_iterations: int = 30
    max_budget: float | None = None
    max_timeout: float | None = None
    max_tokens: int | None = None
    max_errors: int | None = None
    custom_system_prompt: str | None = None
    other_backends: Sequence[str] | None = None
    other_backend_kwargs: Sequence[Mapping[str, Any]] | None = None
    logger: RLMLogger | None = None
    verbose: bool = False
    persistent: bool = False
    custom_tools: Mapping[str, Any] | None = None
    custom_sub_tools: Mapping[str, Any] | None = None
    compaction: bool = False
    compaction_threshold_pct: float = 0.85
    max_concurrent_subcalls: int = 64
    on_subcall_start: Callable[[int, str, str], object] | None = None
    on_subcall_complete: Callable[[int, str, float, str | None], object] | None = None
    on_iteration_start: Callable[[int, int], object] | None = None
    on_iteration_complete: Callable[[int, int, float], object] | None = None
    sampling_args: Mapping[str, Any] | None = None
    sub_sampling_args: Mapping[str, Any] | None = None
    on_event: EventSink | None = None
    evidence: bool = True

    def __post_init__(self) -> None:
        self._check()
        self.limits = self._limits()
        check_limits(self.limits)
        others, other_options = self.other_backends, self.other_backend_kwargs
        self._environment = environment_of_library(self.backend, self.environment, self.environment_kwargs)
        self._clients = make_clients(self.backend, self.backend_kwargs, others, other_options, self.limits)
        self._tools = make_toolbox(self.custom_tools or {})
        self._sub_tools = self._tools if self.custom_sub_tools is None else make_toolbox(self.custom_sub_tools)
        self._params = (dict(self.sampling_args or {}), dict(self.sub_sampling_args or {}))
        window = root_window(self.backend, self.backend_kwargs or {}) if self.compaction else 0
        self._compact_at = int(window * self.compaction_threshold_pct) or None
        self._callbacks = Callbacks(
            harmless("on_subcall_start", self.on_subcall_start),
            harmless("on_subcall_complete", self.on_subcall_complete),
            harmless("on_iteration_start", self.on_iteration_start),
            harmless("on_iteration_complete", self.on_iteration_complete),
        )
        self._sinks = make_sinks(self.logger, self.on_event, verbose=self.verbose)
        self._kept = Kept(self.persistent)
        self._cancel = CancelToken()
        self._at_work = threading.Lock()

    def _check(self) -> None:
        check_others(self.other_backends, self.other_backend_kwargs)
        check_prompt(self.custom_system_prompt)
        check_share("compaction_threshold_pct", self.compaction_threshold_pct)
        check_samplings(sampling_args=self.sampling_args, sub_sampling_args=self.sub_sampling_args)
        check_mappings(backend_kwargs=self.backend_kwargs, environment_kwargs=self.environment_kwargs)
        check_mappings(custom_tools=self.custom_tools, custom_sub_tools=self.custom_sub_tools)

    def _limits(self) -> Limits:
        return Limits(
            iterations=self.max_iterations,
            cost=self.max_budget,
            seconds=self.max_timeout,
            tokens=self.max_tokens,
            errors=self.max_errors,
            concurrency=self.max_concurrent_subcalls,
            depth=self.max_depth,
        )

    def completion(self, prompt: Any, root_prompt: str | None = None) -> RLMCompletion:
        """Answer `root_prompt` about `prompt`, the context; without it the context itself says what is wanted.

        `prompt` is a str, a list of str, a dict or a list of messages. Returns an answer at a limit too, labelled by `stop`.
        Raises `ClientError` when the root model cannot be asked and `REPLStartError` when no cell can run. Threads may ask
        at the same time, each in a REPL of its own; a kept REPL takes one question at a time and refuses a second one.
        """
        if not self._kept.persistent:
            return self._complete(prompt, root_prompt, Kept())
        if not self._at_work.acquire(blocking=False):
            raise ConfigError("This RLM is persistent and at work: wait for its answer, or ask another RLM meanwhile.")
        try:
            return self._complete(prompt, root_prompt, self._kept)
        finally:
            self._at_work.release()

    def _complete(self, prompt: Any, root_prompt: str | None, kept: Kept) -> RLMCompletion:
        trajectory, callbacks, budget = Trajectory(), dataclasses.replace(self._callbacks), Budget(self.limits)
        sink = to_all([trajectory.add, *self._sinks, callbacks])
        verifier = TextVerifier(kept.quotable(prompt)) if self.evidence else None
        citer = Citer(verifier, kept.marks) if verifier else None
        runtime = self._runtime(budget, sink, callbacks.signal, citer)
        rlm = loop.RLM(runtime, cells=kept.cells, keep_open=kept.persistent)
        context, variables = kept.take(prompt)
        judge = verifier or no_verifier
        job = Job(context, root_prompt, variables=variables, backend=self.backend, verifier=judge)
        try:
            completion = run_job(runtime, job, rlm)
        finally:
            kept.cells = rlm.cells if kept.persistent else None
        if kept.persistent:
            kept.note(trajectory, completion.text, citer)
        return RLMCompletion(
            root_model=self._clients.root.model,
            prompt=prompt,
            response=completion.text,
            usage_summary=UsageSummary(dict(trajectory.usage_by_model)),
            execution_time=budget.seconds,
            stop=completion.stop or Stop.ANSWERED,
            citations=tuple(trajectory.citations),
            metadata={"trajectory": trajectory},
        )

    def cancel(self) -> None:
        """Stop what is under way, from any thread: `completion` raises `Cancelled`, and this object is done with."""
        self._cancel.cancel()

    def close(self) -> None:
        """End a kept REPL and let go of connections."""
        self._kept.close()
        self._clients.close()

    def __enter__(self) -> RLM:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def _runtime(self, budget: Budget, sink: EventSink, signals: Signals, citer: Citer | None) -> Runtime:
        handler = LMHandler(Models(self._clients.root, self._clients.sub), budget, MemoryJournal(), self._cancel)
        return Runtime(
            handler,
            Recorder(uuid.uuid4().hex, sink),
            self._environment,
            signals=signals,
            system_prompt=self.custom_system_prompt or None,
            toolbox=self._tools,
            child_tools=self._sub_tools,
            params=self._params[0],
            sub_params=self._params[1],
            compact_at=self._compact_at,
            citer=citer,
        )
