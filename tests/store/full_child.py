"""Appends events until files may not grow any more; prints how many were acknowledged and what callers were told."""

import resource
import signal
import sys
import time

from rlm_app.errors import StoreError
from rlm_app.events import Noticed
from rlm_app.records import RunRecord, RunSpec
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.types import RunState

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = DuckDBStore(sys.argv[1])
store.add_run(RunRecord("r1", "ann", RunSpec("q", (), "b", "m", "m"), RunState.RUNNING, "boot", time.time()))
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))


def append(seq: int) -> None:
    text = f"{seq} " * 1_000
    store.append_event(
        Noticed(
            run_id="r1", seq=seq, at=0.0, call_id="0", parent_id=None, depth=0, iteration=1, topic="note", text=text
        )
    )
    store.flush()


acknowledged = 0
try:
    while acknowledged < 10_000:
        append(acknowledged + 1)
        acknowledged += 1
except StoreError as error:
    sys.stdout.write(f"{acknowledged}\nwaiting: {error}\n")
try:
    store.update_run("r1", state=RunState.DONE)
except StoreError as error:
    sys.stdout.write(f"later: {error}\n")
