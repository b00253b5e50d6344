"""The functions by which a cell asks models: llm_query, rlm_query and their batched forms."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rlm_app.engine.left import TOPIC, written
from rlm_app.engine.parallel import parallel_map
from rlm_app.engine.recorder import Place
from rlm_app.engine.runtime import Runtime
from rlm_app.engine.tree import STOPPED
from rlm_app.engine.unpriced import tell_unpriced
from rlm_app.engine.waits import teller
from rlm_app.engine.watch import Watch
from rlm_app.errors import Cancelled, ClientError, LimitReached, REPLError
from rlm_app.events import Noticed, SubcallFinished, SubcallStarted
from rlm_app.protocols import Client, HostFunction
from rlm_app.types import NO_USAGE, Completion, Message, Request

FAILED = "Error: "
"""How the text of a failed sub-call begins in the REPL, as the field's programs expect it."""

Spawn = Callable[[Place, Client, str], Completion]
"""Runs a child RLM at a place, with this root client, on this context."""


class Subcalls:
    """Sub-calls of one RLM. A failure is one marked slot and an event; a limit that is reached is kept in `limit`."""

    def __init__(self, runtime: Runtime, place: Place, spawn: Spawn) -> None:
        self._runtime = runtime
        self._handler = runtime.handler
        self._recorder = runtime.recorder
        self._params = runtime.sub_params
        self._place = place
        self._spawn = spawn
        self._numbers = itertools.count(runtime.recorder.replay.calls_below(place.call_id) + 1)
        self._lock = threading.Lock()
        self._told: set[str] = set()
        self.watch = Watch(0, lambda topic, text: None)
        self.iteration = 0
        self.cell = 0
        self.limit: LimitReached | None = None
        self.usage = NO_USAGE

    def tools(self) -> dict[str, HostFunction]:
        """Return the functions under the names cells know them by."""
        return {
            "llm_query": self.llm_query,
            "llm_query_batched": self.llm_query_batched,
            "rlm_query": self.rlm_query,
            "rlm_query_batched": self.rlm_query_batched,
            "budget": self.budget,
        }

    def llm_query(self, prompt: Any, model: str | None = None) -> str:
        """Ask the sub-model; return its reply, or a string that begins with "Error:"."""
        return self._ask("llm", prompt, model, "")

    def llm_query_batched(self, prompts: Sequence[Any], model: str | None = None) -> list[str]:
        """Ask the sub-model many things at once; return the replies in order, each failed one marked with "Error:"."""
        return self._batch("llm", prompts, model)

    def rlm_query(self, prompt: Any, model: str | None = None) -> str:
        """Hand the prompt to a child RLM as its context, or to the sub-model where the depth limit allows no child."""
        return self._ask("rlm", prompt, model, "")

    def rlm_query_batched(self, prompts: Sequence[Any], model: str | None = None) -> list[str]:
        """Start many child RLMs at once; return their answers in order."""
        return self._batch("rlm", prompts, model)

    def budget(self) -> Mapping[str, float]:
        """Return what is left of each limit that is set: cost (USD), tokens, subcalls, seconds."""
        recorded = self._recorder.replay.left(self._place.call_id, self.iteration)
        now = {name: round(value, 6) for name, value in self._handler.budget.left().items()}
        left = now if recorded is None else recorded
        self._recorder.emit(Noticed, self._place, iteration=self.iteration, topic=TOPIC, text=written(left))
        return left

    def _place_of(self, role: str, messages: tuple[Message, ...]) -> Place:
        """Return the place of the next sub-call: the recorded one when a run is gone through again, else a new one."""
        recorded = self._recorder.replay.claim(self._place.call_id, role, _text(messages))
        if recorded is not None:
            return Place(recorded, self._place.call_id, self._place.depth + 1)
        with self._lock:
            return self._place.below(next(self._numbers))

    def _batch(self, role: str, prompts: Sequence[Any], model: str | None) -> list[str]:
        if not isinstance(prompts, (list, tuple)):
            raise TypeError(f"{role}_query_batched takes a list of prompts; for one prompt use {role}_query")
        group = f"{self.iteration}.{self.cell}.{len(prompts)}" if len(prompts) > 1 else ""
        at_once = self._handler.budget.limits.concurrency
        return parallel_map(lambda prompt: self._ask(role, prompt, model, group), list(prompts), at_once)

    def _ask(self, role: str, prompt: Any, model: str | None, group: str) -> str:
        limits = self._handler.budget.limits
        if limits.depth < 1:
            return FAILED + "this run allows no sub-calls (depth 0); read the context with code."
        if self.limit is not None:
            return FAILED + f"not sent, {self.limit}"
        messages = _messages(prompt)
        if not any(message.content.strip() for message in messages):
            return FAILED + "the prompt is empty."
        for message in messages:
            self.watch.prompt(message.content)
        child = role == "rlm" and self._place.depth + 1 < limits.depth
        client = self._client(model)
        place = self._place_of("rlm" if child else "llm", messages)
        self._recorder.emit(
            SubcallStarted,
            place,
            iteration=self.iteration,
            cell=self.cell,
            role="rlm" if child else "llm",
            model=client.model,
            prompt=_text(messages),
            group=group,
        )
        end = self._recorder.replay.end_of(place.call_id)
        if end is not None and (not child or self._recorder.replay.is_own(end)):
            return self._repeat(place, client, messages, end)
        return self._finish(place, client, messages, child)

    def _repeat(self, place: Place, client: Client, messages: tuple[Message, ...], end: SubcallFinished) -> str:
        """End a sub-call as it ended the first time; it was paid for then."""
        self._handler.pass_over(client, Request(messages, params=self._params), "sub")
        usage = self._recorder.replay.usage_of(end)
        self._handler.budget.charge(usage)
        known = Completion(end.reply, end.model, usage, end.finish, end.seconds, replayed=True)
        self._emit_finished(place, end.model, self._handler.budget.seconds - end.seconds, known, end.error)
        return FAILED + end.error if end.error is not None else end.reply

    def _finish(self, place: Place, client: Client, messages: tuple[Message, ...], child: bool) -> str:
        began = self._handler.budget.seconds
        try:
            if child:
                completion = self._spawn(place, client, _text(messages))
            else:
                request = Request(messages, params=self._params)
                told = teller(self._runtime, self._place, self.iteration, client.model)
                completion = self._handler.call(client, request, role="sub", call_id=place.call_id, on_wait=told)
        except LimitReached as limit:
            self.limit = limit
            return self._fail(place, client, began, f"not sent, {limit}")
        except Cancelled as cancelled:
            self._fail(place, client, began, str(cancelled) or "stopped", STOPPED)
            raise
        except (ClientError, REPLError) as error:
            return self._fail(place, client, began, str(error))
        self._emit_finished(place, completion.model, began, completion, None)
        if not child:
            tell_unpriced(self._runtime, self._place, self.iteration, completion)
        return completion.text

    def _fail(self, place: Place, client: Client, began: float, reason: str, finish: str = "stop") -> str:
        empty = Completion("", client.model, NO_USAGE, finish)
        self._emit_finished(place, client.model, began, empty, reason)
        self.watch.failure(FAILED + reason)
        return FAILED + reason

    def _emit_finished(self, place: Place, model: str, began: float, completion: Completion, error: str | None) -> None:
        with self._lock:
            self.usage = self.usage + completion.usage
        self._recorder.emit(
            SubcallFinished,
            place,
            iteration=self.iteration,
            cell=self.cell,
            reply=completion.text,
            model=model,
            usage=completion.usage,
            error=error,
            finish=completion.finish,
            seconds=self._handler.budget.seconds - began,
            replayed=completion.replayed,
        )

    def _client(self, model: str | None) -> Client:
        models = self._handler.models
        usual = models.at(self._place.depth + 1)
        if model is None or model == usual.model:
            return usual
        if model in models.named:
            return models.named[model]
        with self._lock:
            new = model not in self._told
            self._told.add(model)
        if new:
            text = (
                f"A cell asked for the model {model!r}, which this run does not have; {usual.model} was asked instead."
            )
            self._recorder.emit(Noticed, self._place, iteration=self.iteration, topic="unknown model", text=text)
        return usual


def _messages(prompt: Any) -> tuple[Message, ...]:
    """Take a prompt as cells write it: a string, a list of {role, content}, or what has a text form; None is empty."""
    if isinstance(prompt, (list, tuple)) and prompt and all(isinstance(m, Mapping) and "content" in m for m in prompt):
        return tuple(Message(m.get("role", "user"), _written(m["content"])) for m in prompt)
    return (Message("user", _written(prompt)),)


def _written(value: object) -> str:
    return "" if value is None else str(value)


def _text(messages: tuple[Message, ...]) -> str:
    return "\n\n".join(message.content for message in messages)
