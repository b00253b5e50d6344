import dataclasses
import time
from collections.abc import Callable
from typing import Any

import pytest

from rlm_app.events import Event, Noticed, RunFinished
from rlm_app.protocols import EventSink
from rlm_app.records import RunContext, RunSpec
from rlm_app.runs.manager import RunManager
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.types import RunState

LONG = 20.0
Talk = Callable[[RunContext], Any]


def spoilt(sink: EventSink, kind: type[Event]) -> EventSink:
    def pass_on(event: Event, /) -> None:
        sink(dataclasses.replace(event, depth=2**40) if isinstance(event, kind) else event)

    return pass_on


@pytest.mark.parametrize("kind", [Noticed, RunFinished])
def test_a_run_of_which_an_event_cannot_be_kept_fails_with_a_sentence_and_can_be_resumed(
    store: DuckDBStore, spec: RunSpec, talk: Talk, kind: type[Event]
) -> None:
    def execute(context: RunContext) -> None:
        bad = context.owner == "ann" and not context.resumed
        speaker = talk(dataclasses.replace(context, sink=spoilt(context.sink, kind)) if bad else context)
        speaker.start()
        speaker.emit(Noticed, iteration=1, topic="note", text="It snowed.")
        speaker.finish()

    manager = RunManager(store, execute, "boot-1")
    run_id = manager.start(spec, "ann", {})
    record = manager.wait(run_id, LONG)
    assert (record.state, record.answer) == (RunState.FAILED, "")
    assert record.error.startswith("A step of this run could not be kept: Conversion Error")
    kept = store.events(run_id, "ann")
    assert [event.seq for event in kept] == list(range(1, len(kept) + 1))
    end = kept[-1]
    assert isinstance(end, RunFinished)
    assert end.error == record.error
    assert end.usage == manager.trajectory(run_id, "ann").usage
    others = manager.wait(manager.start(spec, "bob", {}), LONG)
    assert others.state is RunState.DONE
    manager.resume(run_id, "ann", {})
    assert manager.wait(run_id, LONG).state is RunState.DONE


def test_a_run_of_which_no_event_can_be_kept_still_ends_and_is_resumed(
    store: DuckDBStore, spec: RunSpec, talk: Talk
) -> None:
    def execute(context: RunContext) -> None:
        speaker = talk(context)
        speaker.start()
        speaker.finish()

    class Odd(DuckDBStore):
        odd = True

        def append_event(self, event: Event) -> None:
            super().append_event(dataclasses.replace(event, depth=2**40) if self.odd else event)

    opened = Odd(":memory:")
    manager = RunManager(opened, execute, "boot-1")
    run_id = manager.start(spec, "ann", {})
    assert "could not be kept" in manager.wait(run_id, LONG).error
    opened.odd = False
    while (record := opened.run(run_id, "ann")) is None or record.state.is_live:  # it is saved beside the run
        time.sleep(0.005)
    manager.resume(run_id, "ann", {})
    assert manager.wait(run_id, LONG).state is RunState.DONE
    opened.close()
