"""The Recursive Language Model (arXiv 2512.24601): a model reads its context through a REPL and may call itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rlm_app.cancel import CancelToken
from rlm_app.engine import prompts
from rlm_app.engine.cells import CellRunner, Outcome
from rlm_app.engine.history import History
from rlm_app.engine.recorder import Place
from rlm_app.engine.replay import completion_of
from rlm_app.engine.runtime import Runtime
from rlm_app.engine.subcalls import Subcalls
from rlm_app.errors import ClientError, LimitReached
from rlm_app.events import ModelReplied
from rlm_app.protocols import Client, OnText, ignore_text
from rlm_app.types import NO_USAGE, Completion, Request, Stop


class RLM:
    """Answers a question about a context that is too long for a prompt. One object serves one completion.

    It is itself a `Client`: `completion` takes a request whose text is the context, as a child RLM is called.
    """

    def __init__(self, runtime: Runtime, *, client: Client | None = None, place: Place | None = None) -> None:
        self._runtime = runtime
        self._place = place or Place()
        self._client = client or runtime.handler.models.at(self._place.depth)
        self.model = self._client.model
        self._usage = NO_USAGE
        self._cells: CellRunner | None = None
        self._subcalls = Subcalls(runtime.handler, runtime.recorder, self._place, self._spawn)

    def completion(self, request: Request, cancel: CancelToken, on_text: OnText = ignore_text) -> Completion:
        """Answer the request with its text as the context; `cancel` is the run's own token."""
        context = "\n\n".join(message.content for message in request.messages)
        completion = self.run(context)
        on_text(completion.text)
        return completion

    @property
    def draft(self) -> str:
        """The answer as it stands in the REPL, submitted or not; empty before anything was written there."""
        return self._cells.draft if self._cells else ""

    def close(self) -> None:
        """Nothing is held between completions."""

    def run(
        self, context: object, question: str | None = None, documents: Sequence[Mapping[str, Any]] = ()
    ) -> Completion:
        """Answer `question` about `context`; `documents` describes its texts (names, pages, offsets).

        Always returns an answer with its `stop`, at a limit too; raises only when it cannot run: `Cancelled`,
        `ClientError` of the root model, `REPLStartError`.
        """
        limits = self._runtime.handler.budget.limits
        history = History(self._system_prompt(), prompts.opening(question, context, documents, limits))
        variables = {"context": context, **({"documents": list(documents)} if documents else {})}
        with CellRunner(self._runtime, self._place, self._subcalls, variables) as cells:
            self._cells = cells
            try:
                for turn in range(1, limits.iterations + 1):
                    reply = self._ask(history, turn)
                    outcome = cells.run_reply(turn, reply)
                    if outcome.answer is not None:
                        return self._finish(outcome.answer, Stop.ANSWERED)
                    history.add_turn(reply.text, self._next_message(turn + 1, question, outcome))
                    if outcome.limit is not None:
                        raise outcome.limit
            except LimitReached as limit:
                return self._close(history, Stop(limit.limit))
            return self._close(history, Stop.ITERATIONS)

    def _ask(self, history: History, turn: int, *, closing: bool = False) -> Completion:
        """Ask the root model for its next reply and record it."""
        recorded = None if closing else self._runtime.recorder.replay.reply(self._place.call_id, turn)
        if recorded is not None:
            history.adopt(recorded.messages)
            completion = completion_of(recorded)
            self._runtime.handler.budget.charge(completion.usage)
        else:
            completion = self._send(history, closing)
        self._usage = self._usage + completion.usage
        self._runtime.recorder.emit(
            ModelReplied,
            self._place,
            iteration=turn,
            messages=history.take_new(),
            reply=completion.text,
            model=completion.model,
            usage=completion.usage,
            finish=completion.finish,
            seconds=completion.seconds,
            reasoning=completion.reasoning,
            replayed=completion.replayed,
            closing=closing,
        )
        return completion

    def _send(self, history: History, closing: bool) -> Completion:
        call_id, signals = self._place.call_id, self._runtime.signals
        signals(call_id, "thinking", "")
        return self._runtime.handler.call(
            self._client,
            Request(history.messages),
            role="root",
            call_id=call_id,
            closing=closing,
            on_text=lambda text: signals(call_id, "reply", text),
        )

    def _next_message(self, turn: int, question: str | None, outcome: Outcome) -> str:
        budget = self._runtime.handler.budget
        return prompts.next_turn(turn, question, budget.limits, budget.left(), outcome.shown, outcome.variables)

    def _close(self, history: History, stop: Stop) -> Completion:
        """Answer at a limit: with the draft in the REPL, or else with one more call from what was kept back."""
        if self.draft.strip():
            return self._finish(self.draft, stop)
        history.add_to_last(prompts.CLOSING)
        try:
            reply = self._ask(history, self._runtime.handler.budget.limits.iterations + 1, closing=True)
        except (LimitReached, ClientError):
            return self._finish("", stop)
        return self._finish(reply.text, stop)

    def _finish(self, answer: str, stop: Stop) -> Completion:
        return Completion(answer, self.model, self._usage + self._subcalls.usage, stop=stop)

    def _spawn(self, place: Place, client: Client, context: str) -> Completion:
        return RLM(self._runtime, client=client, place=place).run(context)

    def _system_prompt(self) -> str:
        return prompts.system_prompt(self._runtime.system_prompt, self._runtime.describe)
