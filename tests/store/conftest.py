import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rlm_app.events import Event, Noticed
from rlm_app.records import RunRecord, RunSpec
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.types import RunState

HERE = Path(__file__).parent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "rlm.duckdb"


@pytest.fixture
def store(path: Path) -> Iterator[DuckDBStore]:
    opened = DuckDBStore(path)
    yield opened
    opened.close()


@pytest.fixture
def child() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a program of this folder in a process of its own; what still runs at the end is killed."""
    started = []

    def start(program: str, *arguments: object) -> subprocess.Popen[str]:
        search = os.pathsep.join([str(HERE.parent.parent), os.environ.get("PYTHONPATH", "")])
        process = subprocess.Popen(
            [sys.executable, str(HERE / program), *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": search},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def record() -> Callable[..., RunRecord]:
    def make(run_id: str = "r1", owner: str = "ann", state: RunState = RunState.RUNNING, **more: object) -> RunRecord:
        spec = RunSpec("What ends the contract?", ("d" * 64,), "openai", "big", "small", options={"base_url": "x"})
        values = {"boot": "boot-1", "created": time.time(), **more}
        return RunRecord(run_id, owner, spec, state, **values)  # type: ignore[arg-type]

    return make


@pytest.fixture
def notice() -> Callable[..., Event]:
    def make(seq: int, text: str = "a notice", run_id: str = "r1") -> Event:
        place = {"call_id": "0", "parent_id": None, "depth": 0}
        return Noticed(run_id=run_id, seq=seq, at=float(seq), iteration=1, topic="note", text=text, **place)  # type: ignore[arg-type]

    return make
