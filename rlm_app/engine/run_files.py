"""A run as a file of ours: a header line that is its record, then one event a line. Everything survives it."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rlm_app.building import build
from rlm_app.engine.trajectory import Trajectory
from rlm_app.events import Event, ModelReplied, SubcallStarted, from_dict, to_dict
from rlm_app.records import RunRecord

_LARGEST = 2**31 - 1
_DEEPEST = 50
"""Levels of runs below runs; a page that draws far more of them in one another comes to Python's end."""
_RUN = re.compile(r"[0-9a-f]{32}")
NO_EVENT = (KeyError, IndexError, TypeError, ValueError, AttributeError)
LATEST = 253_402_128_000.0
"""Seconds since 1970 past which no date is shown: two days before the year 10000, in every time zone."""


def run_lines(record: RunRecord, events: Iterable[Event]) -> Iterator[str]:
    """Yield the lines of a run's file, each with its line end."""
    for line in (header_of(record), *(to_dict(event) for event in events)):
        yield json.dumps(line, ensure_ascii=False) + "\n"


def header_of(record: RunRecord) -> dict[str, object]:
    """Return the header line that `record_from` reads, without the owner."""
    header = dataclasses.asdict(record)
    del header["owner"]
    return header


def record_from(header: Mapping[str, Any], owner: str) -> RunRecord:
    """Build the record of a run from the header line of its file; raise KeyError, TypeError or ValueError if it is none."""
    record: RunRecord = build(RunRecord, {**header, "owner": owner})
    _check_time(record.created)
    _check_time(record.finished or 0.0)
    if not all(0 <= number <= _LARGEST for number in (record.quotes_found, record.quotes_total)):
        raise ValueError("so many quotations are in no answer")
    if record.spec.parent and not _RUN.fullmatch(record.spec.parent):
        raise ValueError("no run is called as the one it goes on from")
    return record


def event_from(line: Mapping[str, Any], run_id: str, seq: int) -> Event:
    """Build an event from its line, as event `seq` of the run; raise KeyError, TypeError or ValueError if it is none."""
    event = from_dict({**line, "run_id": run_id, "seq": seq})
    _check_time(event.at)
    if not 0 <= event.depth <= _DEEPEST or not f"{event.call_id}{event.parent_id}".isprintable():
        raise ValueError("its place in the run is none")
    return event


def _check_time(at: float) -> None:
    if not 0 <= at <= LATEST:
        raise ValueError(f"{at:g} is no time that can be shown")


class Gathering:
    """Gathers the events of one run's file, told line by line: those that pages, exports and a resumption can go by."""

    def __init__(self, run_id: str) -> None:
        self.events: list[Event] = []
        self._run_id = run_id
        self._lines = 0
        self._trajectory = Trajectory()
        self._turns: set[tuple[str, int, bool]] = set()
        self._levels: dict[str, int] = {}

    def take(self, line: Mapping[str, Any]) -> None:
        """Take the next event in; raise one of `NO_EVENT` for a line that is none, or has no place behind those before it."""
        self._lines += 1
        event = event_from(line, self._run_id, self._lines)
        turn = _turn_of(event)
        if turn in self._turns:
            raise ValueError("a turn of its number is there already")  # pages know turns by their numbers
        if isinstance(event, SubcallStarted):
            self._descend(event)
        self._trajectory.add(event)
        if turn:
            self._turns.add(turn)
        self.events.append(dataclasses.replace(event, seq=len(self.events) + 1))

    def _descend(self, call: SubcallStarted) -> None:
        """Note how far below the root a call is, whatever it says itself."""
        level = self._levels.get(call.parent_id or "", 0) + 1
        if level > _DEEPEST:
            raise ValueError(f"it is more than {_DEEPEST} runs below the first")
        self._levels[call.call_id] = level


def _turn_of(event: Event) -> tuple[str, int, bool] | None:
    """Return what no other turn of its run has, of an event that begins a turn."""
    if isinstance(event, ModelReplied) and event.purpose != "summary":
        return event.call_id, event.iteration, event.purpose == "closing"
    return None
