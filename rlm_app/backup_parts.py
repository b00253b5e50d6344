"""What a part of a backup has to be before it may come in: of the shape, the time and the kind that this app writes."""

from __future__ import annotations

import dataclasses
import json
import re
import time
import typing
from collections.abc import Mapping
from typing import Any

from rlm_app.building import build
from rlm_app.records import JournalRow, RunRecord
from rlm_app.store.codec import pack
from rlm_app.types import Completion, RunState, Stop

KEPT: Mapping[str, Any] = {
    "choice": dict[str, Any],
    "profiles": dict[str, dict[str, Any]],
    "collections": dict[str, list[str]],
    "sql": dict[str, str],
    "models": list[dict[str, Any]],
}
"""The settings of an owner that go into a backup, and their shape. Consent to unconfined code
does not: it is given for one machine."""

_KEY = re.compile(r"[0-9a-f]{64}")
_STATES = frozenset({"started", "finished", "failed"})


def check_shape(shape: Any, value: Any) -> None:
    """Raise TypeError for a value that is not of the shape, as far as the shape says."""
    if shape is Any:
        return
    kind = typing.get_origin(shape) or shape
    if type(value) is not kind:
        raise TypeError(f"{str(value)[:40]!r} is no {kind.__name__}")
    if kind in {dict, list}:
        for item in value.values() if kind is dict else value:
            check_shape(typing.get_args(shape)[-1], item)


def settled(record: RunRecord) -> RunRecord:
    """Return the record as that of a run which nobody is at work on."""
    if record.state.is_live:
        record = dataclasses.replace(record, state=RunState.INTERRUPTED, stop=Stop.INTERRUPTED)
    return dataclasses.replace(record, boot="restored", sample=False)


def journal_row(line: dict[str, Any]) -> JournalRow:
    """Return a row of a run's journal, told as one of a backup; raise ValueError for one that no run of this app has."""
    row: JournalRow = build(JournalRow, line)
    if not _KEY.fullmatch(row.key) or row.state not in _STATES or not 0 <= row.occurrence < 2**31:
        raise ValueError("a row of its journal is none")
    if row.state == "finished":
        paid: Completion = build(Completion, row.value)
        if (paid.usage.cost or 0.0) < 0:
            raise ValueError("a reply of its journal cost less than nothing")
        row = dataclasses.replace(row, value=pack(paid))
    elif len(json.dumps(row.value)) > 20_000:
        raise ValueError("a row of its journal is too long")
    # None of it was paid after this moment, and what is paid later is put to somebody's account.
    return dataclasses.replace(row, moment=min(row.moment, time.time()))
