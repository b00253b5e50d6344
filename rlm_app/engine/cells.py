"""Runs the cells of each reply in a REPL, and says what the model is shown of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from rlm_app.cell_results import CellError, CellResult
from rlm_app.engine import prompts, steps
from rlm_app.engine.parsing import parse_reply
from rlm_app.engine.recorder import Place
from rlm_app.engine.repl import REPL
from rlm_app.engine.runtime import Runtime
from rlm_app.engine.subcalls import Subcalls
from rlm_app.engine.watch import Watch
from rlm_app.errors import LimitReached, REPLLost
from rlm_app.events import CellFinished, CellStarted, Noticed
from rlm_app.protocols import HostFunction
from rlm_app.types import Completion, Limits, Message


@dataclass(frozen=True)
class Outcome:
    """What became of a reply: an answer, or a limit, or what the model is shown next."""

    shown: tuple[str, ...] = ()
    variables: str = ""
    answer: str | None = None
    limit: LimitReached | None = None

    def go_on(self, sentence: str) -> Outcome:
        """Return what the model is shown when its answer was read and it is asked further."""
        return Outcome((*self.shown, sentence), self.variables)


class CellRunner:
    """The REPL of one RLM over all its turns; a lost one is replaced.

    `draft` is the answer as it stands in the REPL, `printed` what the last cell that printed anything printed.
    """

    def __init__(self, runtime: Runtime, place: Place, subcalls: Subcalls, variables: Mapping[str, object]) -> None:
        self._runtime = runtime
        self._place = place
        self._subcalls = subcalls
        self._variables = variables
        self._errors = 0
        self._turn = 0
        self.draft = ""
        self.printed = ""
        self._watch = subcalls.watch = Watch(_characters(variables.get("context")), self._notice)
        self._repl = self._open()

    def adopt(self, runtime: Runtime, subcalls: Subcalls, variables: Mapping[str, object]) -> None:
        """Go on in the same REPL with another completion: further variables, and an answer that is not handed in yet."""
        self._runtime, self._subcalls = runtime, subcalls
        self._variables = {**self._variables, **variables}
        self._watch = subcalls.watch = Watch(_characters(variables.get("context")), self._notice)
        self._errors, self.draft, self.printed = 0, "", ""
        for name, value in {**variables, "answer": {"content": "", "ready": False}}.items():
            self._repl.load(name, value)

    def keep_history(self, messages: Sequence[Message]) -> None:
        """Bind all messages so far to `history`, for a model whose prompt was summed up."""
        self._variables = {**self._variables, "history": [{"role": m.role, "content": m.content} for m in messages]}
        self._repl.load("history", self._variables["history"])

    def close(self) -> None:
        """End the REPL."""
        self._repl.close()

    def run_reply(self, turn: int, reply: Completion) -> Outcome:
        """Run the cells of a reply, one by one; raise `Cancelled` when the run is stopped."""
        self._turn = self._subcalls.iteration = turn
        parsed = parse_reply(reply.text, reply.finish)
        to_run = steps.cells_to_run(self._runtime, self._place, turn, parsed.cells)
        results: list[CellResult] = []
        shown: list[str] = []
        for number, code in enumerate(to_run, start=1):
            unseen = any(earlier.output_chars or earlier.error for earlier in results)
            result = self._run_cell(number, code)
            results.append(result)
            if code != parsed.cells[number - 1]:
                shown.append(self._notice(steps.EDITED, prompts.EDITED.format(number=number, code=code)))
            shown.append(prompts.show_cell(number, len(parsed.cells), result, self._limits.output_chars))
            shown += self._after_cell(result)
            if result.answer is not None and result.answer.strip() and not unseen:
                self._watch.answer(result.answer)
                return Outcome(answer=result.answer)
            if result.answer is not None:
                shown.append(self._notice("answer held", prompts.HELD_ANSWER) if unseen else self._refuse())
            if self._limit_reached is not None:
                break
        shown += self._missing_code(reply, parsed.cells, parsed.cut_off)
        shown += self._watch.take()
        variables = ", ".join(f"{name} ({what})" for name, what in (results[-1].variables if results else {}).items())
        return Outcome(tuple(shown), prompts.cut(variables, 2_000), None, self._limit_reached)

    @property
    def _limits(self) -> Limits:
        return self._runtime.handler.budget.limits

    @property
    def _limit_reached(self) -> LimitReached | None:
        allowed = self._limits.errors
        if allowed is not None and self._errors >= allowed:
            return LimitReached("errors", self._errors, allowed)
        return self._subcalls.limit

    def _open(self) -> REPL:
        signals, call_id = self._runtime.signals, self._place.call_id
        tools = self._tools()
        repl = REPL(
            self._runtime.environment,
            {name: partial(self._call, name) for name in tools},
            cancel=self._runtime.handler.cancel,
            on_output=lambda text: signals(call_id, "output", text),
        )
        for name, value in {**self._runtime.toolbox.data, **self._variables}.items():
            repl.load(name, value)
        return repl

    def _call(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """Call a host function of the completion that is under way; a kept REPL outlives the one it was made for."""
        self._runtime.handler.settle()
        return self._tools()[name](*args, **kwargs)

    def _tools(self) -> Mapping[str, HostFunction]:
        """Return the functions that cells may call; a person's own go before ours."""
        citer = self._runtime.citer
        cite = citer.tool(self._runtime.recorder, self._place, lambda: self._turn) if citer else {}
        return {**self._subcalls.tools(), **cite, **self._runtime.toolbox.functions}

    def _run_cell(self, number: int, code: str) -> CellResult:
        self._subcalls.cell = number
        self._watch.cell(code)
        self._runtime.signals(self._place.call_id, "running", "")
        self._runtime.recorder.emit(CellStarted, self._place, iteration=self._turn, cell=number, code=code)
        try:
            result = self._repl.run(code, seconds=self._runtime.handler.budget.cell_seconds())
        except REPLLost as lost:
            result = self._replace(lost)
        self.draft = result.draft
        self.printed = result.stdout or self.printed
        self._errors = self._errors + 1 if result.error is not None or result.interrupted else 0
        self._runtime.recorder.emit(
            CellFinished,
            self._place,
            iteration=self._turn,
            cell=number,
            stdout=result.stdout,
            error=result.error,
            answer=result.answer,
            draft=result.draft,
            variables=dict(result.variables),
            seconds=result.seconds,
            output_chars=result.output_chars,
            interrupted=result.interrupted,
            pictures=result.pictures,
        )
        return result

    def _replace(self, lost: REPLLost) -> CellResult:
        """Open a fresh REPL with the context in it, and tell the model what is gone."""
        self._repl.close()
        self._repl = self._open()
        text = self._notice("REPL restarted", prompts.REPL_LOST.format(reason=str(lost).rstrip(".")))
        return CellResult(error=CellError("REPLLost", str(lost), text), draft=self.draft)

    def _after_cell(self, result: CellResult) -> list[str]:
        if not result.interrupted:
            return []
        return [self._notice("cell stopped", prompts.INTERRUPTED.format(seconds=round(result.seconds, 1)))]

    def _refuse(self) -> str:
        return self._notice("answer refused", prompts.EMPTY_ANSWER)

    def _missing_code(self, reply: Completion, cells: tuple[str, ...], cut_off: bool) -> list[str]:
        if cut_off:
            return [self._notice("reply cut off", prompts.CUT_OFF)]
        if cells:
            return []
        if not reply.text.strip():
            return [self._notice("empty reply", prompts.EMPTY_REPLY)]
        return [self._notice("no code", prompts.NO_CODE)]

    def _notice(self, topic: str, text: str) -> str:
        self._runtime.recorder.emit(Noticed, self._place, iteration=self._turn, topic=topic, text=text)
        return text


def _characters(context: object) -> int:
    """Return how many characters of text a context holds, as far as its shape tells."""
    if isinstance(context, str):
        return len(context)
    if isinstance(context, Mapping):
        return sum(_characters(item) for item in context.values())
    if isinstance(context, (list, tuple)):
        return sum(_characters(item) for item in context)
    return 0
