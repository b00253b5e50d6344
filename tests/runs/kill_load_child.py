"""A process with several runs at work at once, each read as a page reads it, until somebody kills it."""

from __future__ import annotations

import itertools
import os
import threading
import time
from pathlib import Path

from rlm_app.build import App, open_app
from rlm_app.errors import RLMError
from rlm_app.records import RunRecord, RunSpec
from rlm_app.settings import Settings
from rlm_app.types import RunState
from tests.runs.kill_child import DOCUMENT, digest, spec

AT_ONCE = 6
LOOK = 0.01
"""Seconds between two looks of a reader."""
PEOPLE = ("ann", "ben", "cleo")


def work(home: Path, url: str, last: bool) -> None:
    """Keep so many runs at work, those that ended early first; with `last`, bring those to their end and return."""
    app = open_app(Settings(home, parallel_runs=AT_ONCE))
    seen = os.open(home / "seen", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        numbers = itertools.count(sum(len(app.store.runs(owner)) for owner in PEOPLE))
        threads = [_read_on(app, record, seen) for record in _resumed(app)]
        while not last:
            threads = [thread for thread in threads if thread.is_alive()]
            while len(threads) < AT_ONCE:
                threads.append(_read_on(app, _begun(app, url, next(numbers)), seen))
            time.sleep(LOOK)
        for thread in threads:
            thread.join()
    except RLMError as error:
        (home / "trouble").write_text(str(error), encoding="utf-8")
    app.close()


def order(url: str, number: int) -> RunSpec:
    """Return the order of the run of that number; its question says which it is."""
    import dataclasses

    return dataclasses.replace(spec(url), question=f"What is it? run {number} of many")


def _resumed(app: App) -> list[RunRecord]:
    found = [record for owner in PEOPLE for record in app.store.runs(owner) if record.state is not RunState.DONE]
    for record in found:
        app.resume(record.id, record.owner)
    return found


def _begun(app: App, url: str, number: int) -> RunRecord:
    owner = PEOPLE[number % len(PEOPLE)]
    app.store.add_document(DOCUMENT, owner)
    record = app.store.run(app.start(order(url, number), owner), owner)
    assert record is not None
    return record


def _read_on(app: App, record: RunRecord, seen: int) -> threading.Thread:
    thread = threading.Thread(target=_read, args=(app, record, seen), daemon=True)
    thread.start()
    return thread


def _read(app: App, record: RunRecord, seen: int) -> None:
    """Write down each event of a run as soon as it can be read, and its end as soon as its record says so."""
    last = 0
    while True:
        now = app.store.run(record.id, record.owner)
        for event in app.store.events(record.id, record.owner, last):
            os.write(seen, f"{record.owner} {record.id} {event.seq} {digest(event)}\n".encode())
            last = event.seq
        if now is not None and not now.state.is_live:
            os.write(seen, f"{record.owner} {record.id} {now.state} {now.stop}\n".encode())
            return
        time.sleep(LOOK)
