"""Writes events and journal rows without end and prints what is acknowledged, until somebody kills it."""

import os
import sys
import threading
import time

from rlm_app.events import Noticed
from rlm_app.records import RunRecord, RunSpec
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.types import Completion, RunState, Usage

store = DuckDBStore(sys.argv[1])
if store.run("r1", "ann") is None:
    store.add_run(RunRecord("r1", "ann", RunSpec("q", (), "b", "m", "m"), RunState.RUNNING, "boot", time.time()))


def say(word: str, number: int) -> None:
    os.write(1, f"{word} {number}\n".encode())


def write_events() -> None:
    seq = max((event.seq for event in store.events("r1", "ann")), default=0)
    while True:
        for _ in range(7):
            seq += 1
            text = f"{seq} " * (2_000 if seq % 3 == 0 else 5)
            store.append_event(
                Noticed(
                    run_id="r1",
                    seq=seq,
                    at=0.0,
                    call_id="0",
                    parent_id=None,
                    depth=0,
                    iteration=1,
                    topic="n",
                    text=text,
                )
            )
        store.flush()
        say("event", seq)


def write_calls() -> None:
    journal = store.journal("r1")
    number = journal.counts()[0]
    while True:
        journal.started("key", number, "0.1")
        journal.finished("key", number, Completion(f"reply {number} " * 400, "m", Usage()))
        say("call", number)
        number += 1


threading.Thread(target=write_calls, daemon=True).start()
write_events()
