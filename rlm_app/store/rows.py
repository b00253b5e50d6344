"""Vocabulary to rows of the tables and back."""

from __future__ import annotations

import dataclasses
import gc
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rlm_app.errors import StoreError
from rlm_app.events import KINDS, Event
from rlm_app.records import RunRecord, RunSpec
from rlm_app.store.codec import opener, pack, unpack
from rlm_app.store.texts import MARK, encode, put_back, storable, storable_json
from rlm_app.types import RunState, Stop, Usage

RUN_COLUMNS = tuple(field.name for field in dataclasses.fields(RunRecord))
_IN_COLUMNS = frozenset({"run_id", "seq", "at", "call_id", "parent_id", "depth"})


def event_row(event: Event) -> tuple[Sequence[Any], Mapping[str, str]]:
    """Return the row that keeps the event, and the long texts it refers to."""
    body, texts = encode(pack(event, _IN_COLUMNS))
    row = (event.run_id, event.seq, event.kind, event.at, event.call_id, event.parent_id, event.depth, body, [*texts])
    return row, texts


def events_of(run_id: str, rows: Sequence[Sequence[Any]], texts: Mapping[str, str]) -> list[Event]:
    """Return the events that rows keep: seq, kind, moment, call_id, parent_id, depth, body."""
    with _nothing_collected():
        # One call of the parser for all bodies takes half the time of one call each.
        bodies = json.loads(f"[{','.join([row[6] for row in rows])}]")
        return [_event_of(run_id, row, body, texts) for row, body in zip(rows, bodies, strict=True)]


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Keep the collector from looking through thousands of new events, none of which is garbage: a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _event_of(run_id: str, row: Sequence[Any], body: dict[str, Any], texts: Mapping[str, str]) -> Event:
    seq, kind, at, call_id, parent_id, depth, text = row
    columns = {"run_id": run_id, "seq": seq, "at": at, "call_id": call_id, "parent_id": parent_id, "depth": depth}
    body = put_back(body, texts) if MARK in text else body
    event: Event = opener(KINDS[kind])(body, columns)
    return event


def run_values(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields of `RunRecord` as column values; raise `StoreError` for a name that is none."""
    if unknown := set(changes) - set(RUN_COLUMNS):
        raise StoreError(f"A run has no {', '.join(sorted(unknown))}. It has: {', '.join(RUN_COLUMNS)}.")
    return {name: _column(name, value) for name, value in changes.items()}


def run_of(row: Sequence[Any]) -> RunRecord:
    """Return the record that a row of RUN_COLUMNS keeps."""
    values = dict(zip(RUN_COLUMNS, row, strict=True))
    values["spec"] = unpack(RunSpec, json.loads(values["spec"]))
    values["usage"] = unpack(Usage, json.loads(values["usage"]))
    values["state"] = RunState(values["state"])
    values["stop"] = Stop(values["stop"]) if values["stop"] else None
    values["document_names"] = tuple(values["document_names"])
    return RunRecord(**values)


def _column(name: str, value: Any) -> Any:
    if name in {"spec", "usage"}:
        return storable_json(pack(value))
    if name == "document_names":
        return [storable(item) for item in value]
    return storable(str(value)) if isinstance(value, str) else value
