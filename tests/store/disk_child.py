"""Writes to a data file on a small disk until it is full, then waits for room; prints what it was told."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from rlm_app.errors import StoreError
from rlm_app.events import Noticed
from rlm_app.records import RunRecord, RunSpec
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.store.originals import Originals
from rlm_app.types import Completion, RunState, Usage

store = DuckDBStore(sys.argv[1])
store.add_run(RunRecord("r1", "ann", RunSpec("q", (), "b", "m", "m"), RunState.RUNNING, "boot", time.time()))
journal = store.journal("r1")
told: dict[str, str] = {}


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def event(seq: int) -> Noticed:
    text = "".join(chr(33 + (seq * 7919 + n * n) % 90) for n in range(20_000)) + str(seq)
    place = {"run_id": "r1", "seq": seq, "at": 0.0, "call_id": "0", "parent_id": None, "depth": 0}
    return Noticed(**place, iteration=1, topic="note", text=text)  # type: ignore[arg-type]


seq = 0
try:
    while seq < 10_000:
        store.append_event(event(seq + 1))
        seq += 1
        if seq % 5 == 0:
            time.sleep(0.01)
except StoreError as error:
    told["event"] = str(error)
attempts: dict[str, Callable[[], None]] = {
    "record": lambda: store.update_run("r1", state=RunState.FAILED),
    "reply": lambda: journal.finished("k" * 64, 0, Completion("x" * 200_000, "m", Usage())),
    "original": lambda: Originals(Path(sys.argv[1]).parent / "originals").keep(Path(sys.argv[2]), "a" * 64, "ann"),
}
for name, attempt in attempts.items():
    try:
        attempt()
    except StoreError as error:
        told[name] = str(error)
for name, sentence in told.items():
    say(f"{name}: {sentence}")
say(f"read: {store.run('r1', 'ann') is not None and len(store.events('r1', 'ann')) > 0}")
say("waiting")
sys.stdin.readline()
deadline = time.monotonic() + 20
while time.monotonic() < deadline:
    try:
        store.update_run("r1", state=RunState.INTERRUPTED)
        break
    except StoreError:
        time.sleep(0.05)
kept = [each.seq for each in store.events("r1", "ann")]
say(f"kept: {kept == list(range(1, len(kept) + 1))} {len(kept)} of {seq}")
journal.finished("k" * 64, 0, Completion("a reply", "m", Usage()))
store.append_event(event(len(kept) + 1))
store.flush()
say(f"after: {len(store.events('r1', 'ann')) - len(kept)} {store.run('r1', 'ann').state}")  # type: ignore[union-attr]
store.close()
