"""One completion of a reference file told as our events. What the file does not say stays None."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rlm_app.engine import import_facts as facts
from rlm_app.engine import import_text as text
from rlm_app.engine.import_lines import Completion, Line
from rlm_app.engine.import_prompts import News, news
from rlm_app.engine.recorder import Place
from rlm_app.events import (
    CellFinished,
    CellStarted,
    Event,
    ModelReplied,
    Noticed,
    RunFinished,
    RunStarted,
    SubcallFinished,
    SubcallStarted,
)
from rlm_app.types import Usage

NO_END = "The file ends without an answer."
_PREVIEW = 120


class Teller:
    """Tells the events of one completion; `events` holds them in order, `extras` is filled in by `import_extras`."""

    def __init__(self, run_id: str, began: float) -> None:
        self.events: list[Event] = []
        self._run_id = run_id
        self._now = began

    def emit(self, kind: type[Event], place: Place, at: float | None = None, **fields: Any) -> None:
        """Add an event, not before the last one."""
        self._now = max(self._now, at or self._now)
        where: dict[str, Any] = {"call_id": place.call_id, "parent_id": place.parent_id, "depth": place.depth}
        self.events.append(kind(run_id=self._run_id, seq=len(self.events) + 1, at=self._now, **where, **fields))

    def tell(self, completion: Completion) -> None:
        """Tell the whole completion."""
        meta, turns = completion.metadata, completion.turns
        first = news(turns)[0].messages
        model = text.text_of(meta.get("root_model"))
        place = Place()
        self.emit(
            RunStarted,
            place,
            question=text.question_in(first) or facts.asked_elsewhere(completion),
            backend=text.text_of(meta.get("backend")),
            root_model=model,
            sub_model=facts.sub_model(meta, turns, model),
            environment=text.text_of(meta.get("environment_type")),
            limits=facts.limits(meta),
        )
        first_at = self._now
        self.node(place, model, turns, completion)
        answer, stop = facts.ending(completion)
        known = [seconds for turn in turns if (seconds := text.seconds_of(turn.get("iteration_time"))) is not None]
        self.emit(
            RunFinished,
            place,
            answer=answer or "",
            stop=stop,
            usage=facts.total(self.events),
            seconds=max(self._now - first_at, sum(known)),
            error=NO_END if answer is None else None,
        )

    def node(self, place: Place, model: str, turns: Sequence[Line], completion: Completion) -> None:
        """Tell the turns of one RLM."""
        calls = 0
        for index, (turn, new) in enumerate(zip(turns, news(turns), strict=True)):
            number = completion.number(index)
            closing = index == len(turns) - 1 and facts.is_forced(completion)
            self._reply(place, model, turn, new, number, closing=closing)
            for cell, block in enumerate(turn.get("code_blocks") or [], 1):
                self._cell(place, number, cell, block, calls)
                calls += len((block.get("result") or {}).get("rlm_calls") or [])

    def _reply(self, place: Place, model: str, turn: Line, new: News, number: int, *, closing: bool) -> None:
        results = [block.get("result") or {} for block in turn.get("code_blocks") or []]
        in_cells = sum(text.seconds_of(result.get("execution_time")) or 0.0 for result in results)
        whole = text.seconds_of(turn.get("iteration_time")) or 0.0
        ended = text.time_of(turn.get("timestamp"))
        self.emit(
            ModelReplied,
            place,
            (self._now + whole if ended is None else ended) - in_cells,
            iteration=number,
            messages=new.messages,
            reply=text.text_of(turn.get("response")),
            model=model,
            usage=Usage(),
            seconds=max(whole - in_cells, 0.0),
            purpose="closing" if closing else "turn",
            restart=new.restart,
        )

    def _cell(self, place: Place, number: int, cell: int, block: Line, calls: int) -> None:
        result = block.get("result") or {}
        where = {"iteration": number, "cell": cell}
        self.emit(CellStarted, place, code=block["code"], **where)
        seconds = text.seconds_of(result.get("execution_time")) or 0.0
        end = self._now + seconds
        for index, call in enumerate(result.get("rlm_calls") or [], calls + 1):
            self._call(place.below(index), where, call, end)
        stdout, stderr = text.text_of(result.get("stdout")), text.text_of(result.get("stderr"))
        error = text.cell_error(stderr)
        variables = facts.locals_of(block)
        self.emit(
            CellFinished,
            place,
            end,
            stdout=stdout,
            error=error,
            answer=text.answer_text(result.get("final_answer")),
            draft=_draft(variables),
            variables=_described(variables),
            seconds=seconds,
            output_chars=len(stdout),
            **where,
        )
        if stderr.strip() and error is None:
            told = f"The cell wrote to standard error: {stderr.strip()}"
            self.emit(Noticed, place, iteration=number, topic="standard error", text=told)

    def _call(self, place: Place, where: Mapping[str, int], call: Line, end: float) -> None:
        model = text.text_of(call.get("root_model"))
        turns, setup = facts.child_of(call)
        prompt, role = text.prompt_text(call.get("prompt")), "rlm" if turns else "llm"
        self.emit(SubcallStarted, place, role=role, model=model, prompt=prompt, **where)
        seconds = text.seconds_of(call.get("execution_time")) or 0.0
        ended = min(end, self._now + seconds)
        self.node(place, text.text_of(setup.get("root_model")) or model, turns, Completion(setup, turns))
        error = call.get("error")
        self.emit(
            SubcallFinished,
            place,
            ended,
            reply=text.text_of(call.get("response")),
            model=model,
            usage=facts.usage_of(call),
            error=text.text_of(error) if error else None,
            seconds=seconds,
            **where,
        )


def _draft(variables: Mapping[str, Any]) -> str:
    answer = variables.get("answer")
    return text.text_of(answer.get("content")) if isinstance(answer, dict) else ""


def _described(variables: Mapping[str, Any]) -> dict[str, str]:
    described = {}
    for name, value in variables.items():
        held = text.text_of(value) if value is not None else "None"
        described[name] = held if len(held) <= _PREVIEW else f"{held[:_PREVIEW]} … ({len(held):,} characters)"
    return described
