"""The Recursive Language Model (arXiv 2512.24601): a model reads its context through a REPL and may call itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from rlm_app.cancel import CancelToken
from rlm_app.engine import prompts
from rlm_app.engine.cells import CellRunner, Outcome
from rlm_app.engine.closing import answer_in
from rlm_app.engine.dialogue import Dialogue
from rlm_app.engine.recorder import Place
from rlm_app.engine.runtime import Runtime
from rlm_app.engine.subcalls import Subcalls
from rlm_app.errors import ClientError, LimitReached
from rlm_app.protocols import Client, OnText, OnWait, ignore_text, ignore_wait
from rlm_app.types import Completion, Request, Stop

UNFINISHED = "unfinished"
"""The `finish` of a text that stands in for an answer, as no model wrote one."""


@dataclasses.dataclass(frozen=True)
class Task:
    """What an RLM is to do: answer `question` about `context`.

    `documents` describes the texts of the context (names, pages, offsets). `variables` are further names to bind in the
    REPL. `follow_up` is asked when the recorded turns of an earlier run have been gone through again.
    """

    context: object
    question: str | None = None
    documents: Sequence[Mapping[str, Any]] = ()
    variables: Mapping[str, object] = dataclasses.field(default_factory=dict)
    follow_up: str | None = None


class RLM:
    """Answers a question about a context that is too long for a prompt. One object serves one completion.

    It is itself a `Client`: `completion` takes a request whose text is the context, as a child RLM is called. With
    `keep_open` its REPL stays open, as `cells`, for the next completion to be handed in.
    """

    def __init__(
        self,
        runtime: Runtime,
        *,
        client: Client | None = None,
        place: Place | None = None,
        cells: CellRunner | None = None,
        keep_open: bool = False,
    ) -> None:
        self._runtime = runtime
        self._place = place or Place()
        self._client = client or runtime.handler.models.at(self._place.depth)
        self.model = self._client.model
        self._subcalls = Subcalls(runtime, self._place, self._spawn)
        self.cells = cells
        self._keep_open = keep_open

    def completion(
        self,
        request: Request,
        cancel: CancelToken,
        on_text: OnText = ignore_text,
        on_wait: OnWait = ignore_wait,
    ) -> Completion:
        """Answer the request with its text as the context; `cancel` is the run's own token."""
        completion = self.run(Task("\n\n".join(message.content for message in request.messages)))
        on_text(completion.text)
        return completion

    @property
    def draft(self) -> str:
        """The answer as it stands in the REPL, submitted or not; empty before anything was written there."""
        return self.cells.draft if self.cells else ""

    def close(self) -> None:
        """Nothing is held between completions."""

    def run(self, task: Task) -> Completion:
        """Carry out the task; return an answer with its `stop`, at a limit too.

        Raises only when it cannot run: `Cancelled`, `ClientError` of the root model, `REPLStartError`, `ReplayDiverged`.
        """
        if self.cells is None:
            self.cells = CellRunner(self._runtime, self._place, self._subcalls, _variables(task))
        else:
            self.cells.adopt(self._runtime, self._subcalls, _variables(task))
        try:
            return self._turns(task, self.cells)
        finally:
            if not self._keep_open:
                self.cells.close()

    def _turns(self, task: Task, cells: CellRunner) -> Completion:
        limits = self._runtime.handler.budget.limits
        first = prompts.opening(task.question, task.context, task.documents, limits, [*task.variables])
        dialogue = Dialogue(self._runtime, self._place, self._client, first, cells.keep_history)
        follow_after = self._runtime.recorder.replay.last_turn if task.follow_up else None
        question = task.question
        turn = 0
        try:
            for turn in range(1, limits.iterations + 1):
                reply = dialogue.ask(turn)
                outcome = cells.run_reply(turn, reply)
                if turn == follow_after:
                    question = task.follow_up
                    outcome = outcome.go_on(prompts.FOLLOW_UP)
                if outcome.answer is not None:
                    return self._finish(dialogue, outcome.answer, Stop.ANSWERED)
                dialogue.go_on(reply.text, self._next_message(turn + 1, question, outcome))
                if outcome.limit is not None:
                    raise outcome.limit
        except LimitReached as limit:
            return self._close(dialogue, turn + 1, Stop(limit.limit))
        return self._close(dialogue, turn + 1, Stop.ITERATIONS)

    def _next_message(self, turn: int, question: str | None, outcome: Outcome) -> str:
        budget = self._runtime.handler.budget
        return prompts.next_turn(turn, question, budget.limits, budget.left(), outcome.shown, outcome.variables)

    def _close(self, dialogue: Dialogue, turn: int, stop: Stop) -> Completion:
        """Answer at a limit: with the draft in the REPL, or else with one more call from what was kept back."""
        if self.draft.strip():
            return self._finish(dialogue, self.draft, stop)
        try:
            reply = dialogue.close(turn)
        except (LimitReached, ClientError):
            return self._stand_in(dialogue, prompts.UNFINISHED, stop)
        answer = answer_in(reply.text, reply.finish)
        return self._finish(dialogue, answer, stop) if answer else self._stand_in(dialogue, prompts.UNANSWERED, stop)

    def _stand_in(self, dialogue: Dialogue, form: str, stop: Stop) -> Completion:
        text = prompts.unfinished(form, stop, self.cells.printed if self.cells else "")
        return dataclasses.replace(self._finish(dialogue, text, stop), finish=UNFINISHED)

    def _finish(self, dialogue: Dialogue, answer: str, stop: Stop) -> Completion:
        return Completion(answer, self.model, dialogue.usage + self._subcalls.usage, stop=stop)

    def _spawn(self, place: Place, client: Client, context: str) -> Completion:
        runtime = dataclasses.replace(self._runtime, toolbox=self._runtime.child_tools)
        return RLM(runtime, client=client, place=place).run(Task(context))


def _variables(task: Task) -> Mapping[str, object]:
    documents = {"documents": list(task.documents)} if task.documents else {}
    return {"context": task.context, **documents, **task.variables}
