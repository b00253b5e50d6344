"""What commands that carry out a run have in common: watching it, printing its answer, finding it by its id."""

from __future__ import annotations

import dataclasses
import json
import sys
import time

from rlm_app.build import App
from rlm_app.counting import sub_calls
from rlm_app.engine.trajectory import Trajectory
from rlm_app.engine.tree import Turn
from rlm_app.errors import ConfigError
from rlm_app.records import RunRecord
from rlm_app.types import RunState

OWNER = "local"
"""Who the runs and documents of a one-person installation belong to."""

ANSWERED, FAILED, UNUSABLE, STOPPED = 0, 1, 2, 130
"""Exit codes: an answer was given; the run failed or ended without one; the command cannot be carried out; stopped."""

_MANY = 100_000


def watch(app: App, run_id: str, told: int = 0) -> RunRecord:
    """Wait for the run to end and tell each turn after the first `told`; Ctrl-C stops the run, not the wait."""
    while True:
        try:
            record = app.run(run_id, OWNER)
            trajectory = app.trajectory(run_id, OWNER)
            turns = trajectory.turns if trajectory else []
            finished = record is not None and not record.state.is_live
            for turn in turns[told : len(turns) if finished else max(told, len(turns) - 1)]:
                say(turn_line(turn))
                told += 1
            if record is not None and finished:
                return record
            time.sleep(0.1)
        except KeyboardInterrupt:
            say("Stopping …")
            app.manager.stop(run_id, OWNER)


def turn_line(turn: Turn) -> str:
    """Return the line that tells a turn: its number, time, sub-calls and what the model says it does."""
    intent = next((line.strip() for line in turn.reply.reply.splitlines() if line.strip(" `#*\t")), "")
    calls = f" · {sub_calls(len(turn.subcalls), turn.within)}" if turn.subcalls else ""
    failed = " · with an error" if turn.failed_below else ""
    name = "Closing reply" if turn.reply.purpose == "closing" else f"Turn {turn.reply.iteration}"
    return f"{name} · {turn.seconds:.1f} s{calls}{failed} · {intent[:100]}"


def print_result(app: App, record: RunRecord, *, as_json: bool) -> None:
    """Print the answer, or all of it as JSON; say on standard error what became of each quotation."""
    trajectory = app.trajectory(record.id, OWNER) or Trajectory()
    if as_json:
        print(json.dumps(_as_json(record, trajectory), ensure_ascii=False, indent=2))
        return
    if record.answer:
        print(record.answer)
    for citation in trajectory.citations:
        page = f"page {citation.page}" if citation.page.isdecimal() else citation.page
        place = f"{citation.document}, {page}" if citation.document else "no place"
        say(f"{citation.verdict}: “{citation.quote[:70]}” ({place})")
    if record.state is not RunState.DONE:
        say(f"The run ended early: {record.state}{' · ' + record.error if record.error else ''}")


def _as_json(record: RunRecord, trajectory: Trajectory) -> dict[str, object]:
    return {
        "run": record.id,
        "question": record.spec.question,
        "state": record.state,
        "stop": record.stop,
        "answer": record.answer,
        "error": record.error or None,
        "citations": [dataclasses.asdict(citation) for citation in trajectory.citations],
        "usage": dataclasses.asdict(record.usage),
        "seconds": round(record.seconds, 3),
    }


def exit_code(record: RunRecord) -> int:
    """Return the exit code that a finished run stands for."""
    if record.state is RunState.CANCELLED:
        return STOPPED
    answered = record.state is RunState.DONE or (record.state is RunState.LIMIT and record.answer and not record.error)
    return ANSWERED if answered else FAILED


def find_run(app: App, given: str) -> str:
    """Return the id of the one run that begins so; raise `ConfigError` when there is none or more than one."""
    if app.run(given, OWNER) is not None:
        return given
    found = [record.id for record in app.store.runs(OWNER, _MANY) if record.id.startswith(given)]
    if len(found) != 1:
        many = f"{len(found)} runs begin" if found else "No run begins"
        raise ConfigError(f"{many} with {given!r}. List them with: python -m rlm_app runs")
    return found[0]


def say(text: str) -> None:
    """Print a line to standard error."""
    print(text, file=sys.stderr, flush=True)
