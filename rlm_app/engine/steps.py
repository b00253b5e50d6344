"""Where a person may step between the turns of a run: each thing they do there is an event, and honoured on resuming."""

from __future__ import annotations

from rlm_app.engine import prompts
from rlm_app.engine.recorder import Place
from rlm_app.engine.runtime import Runtime
from rlm_app.errors import Cancelled
from rlm_app.events import Noticed
from rlm_app.steering import Halt, Orders

NOTE, EDITED, PAUSED = "note added", "cell edited", "paused"
"""Topics of the notices of what a person did."""


def before_prompt(runtime: Runtime, place: Place, turn: int) -> tuple[str, ...]:
    """Stand still before that turn's prompt if asked to; return what a person adds to it, from the record or now."""
    if place.depth:
        return ()
    _halt(runtime, place, Halt(turn))
    recorded = runtime.recorder.replay.notes(place.call_id, turn)
    given = tuple(prompts.NOTE.format(note=note) for note in runtime.steering.take_notes())
    for text in given:
        runtime.recorder.emit(Noticed, place, iteration=turn, topic=NOTE, text=text)
    return recorded + given


def cells_to_run(runtime: Runtime, place: Place, turn: int, cells: tuple[str, ...]) -> tuple[str, ...]:
    """Stand still before these cells run if asked to; return those that a person, or the record, has in their place."""
    if place.depth or not cells:
        return cells
    replay = runtime.recorder.replay
    recorded = tuple(replay.code(place.call_id, turn, number) or code for number, code in enumerate(cells, 1))
    if replay.code(place.call_id, turn, 1) is not None:
        return recorded
    return _halt(runtime, place, Halt(turn, recorded)).cells


def _halt(runtime: Runtime, place: Place, halt: Halt) -> Orders:
    orders = runtime.steering.halt(halt, runtime.handler.cancel)
    if runtime.handler.cancel.cancelled:
        raise Cancelled("The run was stopped.")
    if orders.seconds:
        runtime.handler.budget.leave_out(orders.seconds)
        text = prompts.PAUSED.format(seconds=round(orders.seconds))
        runtime.recorder.emit(Noticed, place, iteration=halt.turn, topic=PAUSED, text=text, seconds=orders.seconds)
    return orders
