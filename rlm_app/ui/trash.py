"""Deleting a run with a way back: it leaves the lists at once and the data file a little later."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

import streamlit as st

from rlm_app.build import App
from rlm_app.errors import StoreError
from rlm_app.records import RunRecord

SECONDS = 30.0
"""How long a deleted run can be taken back: time enough to find the button with a screen reader or at high zoom."""
_TRASH = "ui_trash"


@dataclass(frozen=True, slots=True)
class Thrown:
    """A run on its way out; cancelling the timer brings it back."""

    run_id: str
    question: str
    timer: threading.Timer


def throw(app: App, record: RunRecord) -> None:
    """Hide a run and delete it for good in `SECONDS`, also when the tab is closed by then."""
    timer = threading.Timer(SECONDS, _delete, (app, record.id, record.owner))
    timer.daemon = True
    timer.start()
    _thrown()[record.id] = Thrown(record.id, record.name, timer)


def take_back(run_id: str) -> None:
    """Bring a run back into the lists, if it is not gone yet."""
    found = _thrown().pop(run_id, None)
    if found:
        found.timer.cancel()


def holds(run_id: str) -> bool:
    """Whether a run was thrown away in this session."""
    return run_id in _thrown()


def ids() -> tuple[str, ...]:
    """Return the ids of the runs that were thrown away in this session."""
    return tuple(_thrown())


def take_all_back() -> None:
    """Bring back every run that is not gone yet."""
    for thrown in pending():
        take_back(thrown.run_id)


def pending() -> list[Thrown]:
    """Return the runs that can still be brought back."""
    return [thrown for thrown in _thrown().values() if thrown.timer.is_alive()]


def _thrown() -> dict[str, Thrown]:
    found: dict[str, Thrown] = st.session_state.setdefault(_TRASH, {})
    return found


def _delete(app: App, run_id: str, owner: str) -> None:
    try:
        app.manager.delete(run_id, owner)
    except StoreError as error:
        logging.getLogger(__name__).warning("a run could not be deleted: %s", error)
