"""How long a page waits for a stored run: `uv run --group test python -m benchmarks.reading`.

A run of 3,000 events (30 turns of 48 sub-calls, half of them with a prompt that is kept as a text of its own) is written to a
data file, which is closed and opened again; then all its events are read 30 times.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rlm_app.engine.recorder import Place, Recorder
from rlm_app.events import CellFinished, CellStarted, ModelReplied, SubcallFinished, SubcallStarted
from rlm_app.records import RunRecord, RunSpec
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.types import Message, RunState, Usage

TURNS = 30
CALLS = 48
TIMES = 30
USAGE = Usage(1, 700, 90, cost=0.001)


def write(store: DuckDBStore) -> None:
    """Keep the run."""
    spec = RunSpec("q", (), "vllm", "big", "small")
    store.add_run(RunRecord("run", "ann", spec, RunState.DONE, "boot", time.time()))
    recorder, root = Recorder("run", store.append_event), Place()
    for turn in range(1, TURNS + 1):
        message = Message("user", f"turn {turn}: " + "what was printed " * 90)
        recorder.emit(
            ModelReplied, root, iteration=turn, messages=(message,), reply="a cell " * 100, model="big", usage=USAGE
        )
        recorder.emit(CellStarted, root, iteration=turn, cell=1, code="print(1)\n" * 20)
        for number in range(CALLS):
            place = root.below(turn * CALLS + number)
            prompt = f"{turn} {number}: " + "a passage to read " * (140 if number % 2 else 30)
            about = {"iteration": turn, "cell": 1, "model": "small"}
            recorder.emit(SubcallStarted, place, role="llm", prompt=prompt, group=f"{turn}.1.{CALLS}", **about)
            recorder.emit(SubcallFinished, place, reply="what it says " * 30, usage=USAGE, seconds=0.8, **about)
        recorder.emit(
            CellFinished, root, iteration=turn, cell=1, stdout="a line\n" * 400, variables={"a": "int"}, seconds=0.2
        )


def seconds(store: DuckDBStore) -> Iterator[float]:
    """Read the run over and over; give what each time took."""
    for _ in range(TIMES):
        began = time.perf_counter()
        found = store.events("run", "ann")
        yield time.perf_counter() - began
        assert len(found) == TURNS * (2 * CALLS + 3)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rlm.duckdb"
        store = DuckDBStore(path)
        write(store)
        store.close()
        store = DuckDBStore(path)
        took = sorted(seconds(store))
        store.close()
    events = TURNS * (2 * CALLS + 3)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{events:,} events read back: median {statistics.median(took) * 1e3:.1f} ms, fastest {took[0] * 1e3:.1f} ms")


if __name__ == "__main__":
    main()
