"""Starts a run that talks without end and listens to nobody, prints its id, and waits."""

import signal
import sys
import threading

from rlm_app.events import Noticed
from rlm_app.records import RunContext, RunSpec
from rlm_app.runs.manager import RunManager
from rlm_app.store.duckdb_store import DuckDBStore

signal.signal(signal.SIGINT, signal.default_int_handler)  # what is started behind a shell ignores Ctrl-C
store = DuckDBStore(sys.argv[1])
talking = threading.Event()


def talk_without_end(context: RunContext) -> None:
    seq = 0
    while True:
        seq += 1
        context.sink(
            Noticed(
                run_id=context.run_id,
                seq=seq,
                at=0.0,
                call_id="0",
                parent_id=None,
                depth=0,
                iteration=1,
                topic="note",
                text="x" * 3_000,
            )
        )
        if store.events(context.run_id, "ann", max(seq - 200, 0)):
            talking.set()


manager = RunManager(store, talk_without_end, "boot-1")
run_id = manager.start(RunSpec("q", (), "b", "m", "m"), "ann", {})
talking.wait()
sys.stdout.write(f"{run_id}\n")
sys.stdout.flush()
threading.Event().wait()
