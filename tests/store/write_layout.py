"""Writes a small data file with this program, for the tests of later ones: run it before a step is added, keep what it writes.

    python -m tests.store.write_layout tests/store/layouts/0005.duckdb.gz

The files there were written by the programs of their time.
"""

from __future__ import annotations

import dataclasses
import gzip
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rlm_app.events import Event, from_dict
from rlm_app.grids import Grid, GridColumn, GridRow, Place
from rlm_app.records import RunRecord, RunSpec
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.types import Completion, Document, DocumentInfo, Limits, Page, RunState, Stop, Usage

OWNER = "ann"
DONE, LIVE, GRID, FILE = "1" * 32, "2" * 32, "3" * 32, "a" * 64
LONG = "The supplier may end this agreement with ninety days' notice. " * 60
SPEC = RunSpec(
    "Wann endet der Vertrag?",
    (FILE,),
    "openai",
    "gpt-6",
    "gpt-6-mini",
    limits=Limits(cost=1.5, iterations=7),
    options={"base_url": "http://localhost:8000/v1"},
)
PAGES = (Page("1", 0, 50), Page("2", 50, len(LONG), "scanned"))
DOCUMENT = Document(
    DocumentInfo(FILE, "lease ü.pdf", "pdf", 7, len(LONG), "page", PAGES, ("page 2 is a picture",)), LONG
)
REPLY = Completion(LONG, "gpt-6", Usage(1, 100, 10, cost=0.25))
USAGE = {"calls": 1, "input_tokens": 100, "output_tokens": 10, "cost": 0.25}
TOLD: tuple[dict[str, Any], ...] = (
    {
        "kind": "RunStarted",
        "question": SPEC.question,
        "backend": "openai",
        "root_model": "gpt-6",
        "sub_model": "gpt-6-mini",
        "environment": "local",
        "documents": [dataclasses.asdict(DOCUMENT.info)],
    },
    {
        "kind": "ModelReplied",
        "iteration": 1,
        "messages": [{"role": "system", "content": LONG}, {"role": "user", "content": "q"}],
        "reply": "I look.\n\n```repl\nprint(1)\n```",
        "model": "gpt-6",
        "usage": USAGE,
        "seconds": 1.5,
    },
    {"kind": "CellStarted", "iteration": 1, "cell": 1, "code": "print(llm_query('x'))"},
    {
        "kind": "SubcallStarted",
        "call_id": "0.1",
        "parent_id": "0",
        "depth": 1,
        "iteration": 1,
        "cell": 1,
        "role": "llm",
        "model": "gpt-6-mini",
        "prompt": LONG,
    },
    {
        "kind": "SubcallFinished",
        "call_id": "0.1",
        "parent_id": "0",
        "depth": 1,
        "iteration": 1,
        "cell": 1,
        "reply": "Ninety days.",
        "model": "gpt-6-mini",
        "usage": USAGE,
    },
    {"kind": "CellFinished", "iteration": 1, "cell": 1, "stdout": LONG, "variables": {"context": "str"}},
    {
        "kind": "Cited",
        "citation": {
            "quote": "ninety days' notice",
            "verdict": "Found",
            "sha256": FILE,
            "document": "lease ü.pdf",
            "start": 41,
            "end": 60,
            "page": "1",
        },
    },
    {"kind": "RunFinished", "answer": "In ninety days.", "stop": "answered", "usage": USAGE, "seconds": 4.0},
)


def events() -> Iterator[Event]:
    """Give the events of the finished run."""
    for seq, told in enumerate(TOLD, 1):
        place = {
            "run_id": DONE,
            "seq": seq,
            "at": 1763800000.5 + seq - 1,
            "call_id": "0",
            "parent_id": None,
            "depth": 0,
        }
        yield from_dict({**place, **told})


def write(path: Path) -> None:
    """Write the data file."""
    store = DuckDBStore(path)
    store.add_document(DOCUMENT, OWNER)
    store.add_run(RunRecord(DONE, OWNER, SPEC, RunState.RUNNING, "boot-1", 1763800000.5))
    for event in events():
        store.append_event(event)
    journal = store.journal(DONE)
    journal.started("b" * 64, 0, "0")
    journal.finished("b" * 64, 0, REPLY)
    journal.failed("c" * 64, 0, "refused")
    store.flush()
    ended: dict[str, Any] = {"state": RunState.DONE, "stop": Stop.ANSWERED, "answer": "In ninety days.", "seconds": 4.0}
    ended |= {"finished": 1763800010.5, "usage": Usage(2, 200, 20, cost=0.5), "quotes_found": 1, "quotes_total": 1}
    store.update_run(DONE, **ended, document_names=("lease ü.pdf",), title="The notice", starred=True)
    store.add_run(RunRecord(LIVE, OWNER, SPEC, RunState.RUNNING, "boot-1", 1763800100.5))
    store.keep_preference(OWNER, "choice", {"backend": "openai"})
    rows, columns = (GridRow("r1", FILE, "lease ü.pdf"),), (GridColumn("c1", "What notice?"),)
    store.grids.keep_grid(Grid(GRID, OWNER, "Notices", SPEC, rows, columns, 1763800000.5))
    place = Place(GRID, OWNER, "r1", "c1")
    store.grids.claim(place, DONE)
    store.grids.edit(place, "ninety", 1763800200.0)
    store.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "layout.duckdb")
        write(made)
        Path(sys.argv[1]).write_bytes(gzip.compress(made.read_bytes(), 9, mtime=0))
