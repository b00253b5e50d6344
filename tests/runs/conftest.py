import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rlm_app.citations import Citation, Verdict
from rlm_app.events import (
    CellFinished,
    CellStarted,
    Cited,
    Event,
    ModelReplied,
    RunFinished,
    RunStarted,
    SubcallFinished,
    SubcallStarted,
)
from rlm_app.records import RunContext, RunSpec
from rlm_app.runs.manager import RunManager
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.types import DocumentInfo, Message, Stop, Usage

SPEC = RunSpec("What ends the contract?", ("d" * 64,), "scripted", "big", "small")
INFO = DocumentInfo("d" * 64, "lease.pdf", "pdf", 1, 1, "page", ())


class Script:
    """Executes runs as tests tell it: emits a short run, and holds where a test wants to look."""

    def __init__(self) -> None:
        self.began = threading.Semaphore(0)
        self.go = threading.Event()
        self.order: list[str] = []
        self.error: BaseException | None = None
        self.hold = False
        self.seen: list[RunContext] = []

    def __call__(self, context: RunContext) -> None:
        """Carry out a run."""
        self.order.append(context.run_id)
        self.seen.append(context)
        talk = Talk(context)
        talk.start()
        self.began.release()
        if self.error:
            raise self.error
        if self.hold:
            self._wait(context, talk)
        if not context.cancel.cancelled:
            talk.finish()

    def _wait(self, context: RunContext, talk: "Talk") -> None:
        while not self.go.wait(0.005):
            if context.cancel.cancelled:
                talk.emit(RunFinished, answer="so far", stop=Stop.CANCELLED, usage=Usage(1, 10, 5, cost=0.25))
                return


class Talk:
    """Emits the events of one run in order."""

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self._seq = 0

    def emit(self, kind: Callable[..., Event], call_id: str = "0", **values: Any) -> None:
        """Emit one event."""
        self._seq += 1
        parent, depth = ("0", 1) if "." in call_id else (None, 0)
        place: dict[str, Any] = {
            "run_id": self._context.run_id,
            "call_id": call_id,
            "parent_id": parent,
            "depth": depth,
        }
        self._context.sink(kind(seq=self._seq, at=time.time(), **place, **values))

    def start(self) -> None:
        """Emit the start and one reply."""
        spec = self._context.spec
        self.emit(
            RunStarted,
            question=spec.question,
            backend=spec.backend,
            root_model="big",
            sub_model="small",
            environment="local",
            documents=(INFO,),
        )
        usage = Usage(1, 10, 5, cost=0.25)
        messages = (Message("user", spec.question),)
        self.emit(ModelReplied, iteration=1, messages=messages, reply="a reply", model="big", usage=usage)

    def subcall(self, number: int) -> None:
        """Emit a sub-call from beginning to end."""
        call = f"0.1.{number}"
        self.emit(SubcallStarted, call, iteration=1, cell=1, role="llm", model="small", prompt="p" * 3_000)
        self.emit(SubcallFinished, call, iteration=1, cell=1, reply="r", model="small", usage=Usage(1, 2, 1, cost=0.5))

    def finish(self) -> None:
        """Emit a cell, three citations and the end."""
        self.emit(CellStarted, iteration=1, cell=1, code="1")
        self.subcall(1)
        self.emit(CellFinished, iteration=1, cell=1, stdout="1")
        for verdict in (Verdict.FOUND, Verdict.FOUND_IN_PARTS, Verdict.ALTERED):
            self.emit(Cited, citation=Citation("q", verdict))
        self.emit(RunFinished, answer="42", stop=Stop.ANSWERED, usage=Usage(2, 12, 6, cost=0.75), seconds=1.5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rlm.duckdb"


@pytest.fixture
def store(path: Path) -> Iterator[DuckDBStore]:
    opened = DuckDBStore(path)
    yield opened
    opened.close()


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def talk() -> Callable[[RunContext], Talk]:
    return Talk


@pytest.fixture
def manager(store: DuckDBStore, script: Script) -> Iterator[RunManager]:
    made = RunManager(store, script, "boot-1", parallel=2)
    yield made
    made.shutdown(10)


@pytest.fixture
def spec() -> RunSpec:
    return SPEC
